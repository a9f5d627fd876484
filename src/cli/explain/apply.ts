// Writes an edit to the files it changes: all of them or none, and only as they were when they were read.
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ChangedFile } from '../../analysis/fix.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'

const BYTE_ORDER_MARK = '\ufeff'

function refused(code: string, message: string, help: string): Diagnostic {
  return { severity: 'error', code, message, help }
}

/** The bytes of a file as text, its byte order mark kept; `undefined` where there is no such file. */
function textOf(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return undefined
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
  } catch {
    return undefined
  }
}

interface Planned {
  readonly path: string
  readonly beside: string
  readonly text: string
}

function plan({ file, text }: ChangedFile): Planned | Diagnostic {
  const now = textOf(file.name)
  if (now === undefined) {
    return refused(
      'edit-not-a-file',
      `\`${file.name}\` is no file that can be written: nothing is changed`,
      'apply the diff where the text comes from',
    )
  }
  const mark = now.startsWith(BYTE_ORDER_MARK) && !file.text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : ''
  if (now !== mark + file.text) {
    return refused(
      'edit-file-changed',
      `\`${file.name}\` has changed since it was read: nothing is changed`,
      'run the command again',
    )
  }
  const path = realpathSync(file.name)
  return { path, beside: join(dirname(path), `.${basename(path)}.moat-${process.pid}`), text: mark + text }
}

function write({ path, beside, text }: Planned): void {
  const descriptor = openSync(beside, 'wx', statSync(path).mode & 0o777)
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Writes the texts beside their files first, then puts each in its file's place; returns what is wrong otherwise. */
export function applyFiles(files: readonly ChangedFile[]): Diagnostic | undefined {
  const plans: Planned[] = []
  for (const file of files) {
    const one = plan(file)
    if ('severity' in one) return one
    plans.push(one)
  }
  try {
    for (const one of plans) write(one)
    for (const { path, beside } of plans) renameSync(beside, path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return refused(
      'edit-not-written',
      `the edit cannot be written: ${code ?? message}`,
      'see whether the folder may be written to',
    )
  } finally {
    for (const { beside } of plans) rmSync(beside, { force: true })
  }
  return undefined
}
