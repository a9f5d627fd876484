// Tells when input files change; editors that write a new file in place of the old one included.
import { type FSWatcher, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

export interface FileWatch {
  close(): void
}

/** Editors write in several steps: a change counts once nothing has happened for so long. */
const QUIET_MS = 120

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false })
}

/** False for what can be read once only: standard input and other pipes. A file that is just being replaced is no pipe. */
export function canReadAgain(path: string): boolean {
  const stat = statOf(path)
  return path !== '-' && (!stat || stat.isFile() || stat.isDirectory())
}

/** Calls `changed` after each burst of changes below the given files and folders. */
export function watchFiles(paths: readonly string[], changed: () => void): FileWatch {
  let timer: NodeJS.Timeout | undefined
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(changed, QUIET_MS)
  }
  const watchers: FSWatcher[] = []
  for (const path of paths) {
    const watcher = statOf(path)?.isDirectory()
      ? watch(path, { recursive: true }, soon)
      : watch(dirname(path), (_event, name) => {
          if (name === null || name === basename(path)) soon()
        })
    // A folder that vanishes ends the watch, not the program: the rules in force stay.
    watcher.on('error', () => watcher.close())
    watchers.push(watcher)
  }
  return {
    close() {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    },
  }
}
