// Writes changed texts over the files they came from, each as a whole or not at all.
import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SourceFile } from '../../diag/source.ts'

const MARK = '\ufeff'

/** The file's text as it is now, a byte order mark with it; `undefined` when there is no such file. */
function textNow(name: string): string | undefined {
  try {
    return readFileSync(name, 'utf8')
  } catch {
    return undefined
  }
}

/** Whether the text is that of a file on disk: not standard input, a revision or what a program rendered. */
export function isOnDisk({ name, text }: SourceFile): boolean {
  const now = textNow(name)
  return now === text || now === MARK + text
}

/** Puts the new text in the place of the old one by renaming; refuses when the file has changed since it was read. */
export function replaceFile(before: SourceFile, text: string): boolean {
  const now = textNow(before.name)
  if (now !== before.text && now !== MARK + before.text) return false
  const path = realpathSync(before.name)
  const beside = join(dirname(path), `.${process.pid}.moat-lint`)
  try {
    writeFileSync(beside, now.startsWith(MARK) ? MARK + text : text, { mode: statSync(path).mode, flag: 'wx' })
    renameSync(beside, path)
    return true
  } catch {
    rmSync(beside, { force: true })
    return false
  }
}
