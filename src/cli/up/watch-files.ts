// Tells when input files change; editors that write a new file in place of the old one included.
import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

export interface FileWatch {
  close(): void
}

/** Editors write in several steps: a change counts once nothing has happened for so long. */
const QUIET_MS = 120

/** Calls `changed` after each burst of changes below the given files and folders. */
export async function watchFiles(paths: readonly string[], changed: () => void): Promise<FileWatch> {
  let timer: NodeJS.Timeout | undefined
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(changed, QUIET_MS)
  }
  const watchers: FSWatcher[] = []
  for (const path of paths) {
    const isFolder = (await stat(path)).isDirectory()
    const watcher = isFolder
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
