// Files, folders and standard input -> texts to parse. Whatever cannot be read is a diagnostic.
import { closeSync, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { SourceFile } from '../diag/source.ts'

export interface ReadInput {
  /** In the order of the arguments, folders in the order of their names. */
  readonly sources: readonly SourceFile[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface ReadOptions {
  /** For tests: what stands for standard input. A file descriptor; 0 when not given. */
  readonly stdin?: number
  /** Most bytes of one file, and of all together. */
  readonly maxFileBytes?: number
  readonly maxTotalBytes?: number
  /** Most files of all folders together. */
  readonly maxFiles?: number
}

const MANIFEST = /\.(?:ya?ml|json)$/i
const MEBIBYTE = 1024 * 1024
const CHUNK = 64 * 1024

interface Progress {
  readonly sources: SourceFile[]
  readonly diagnostics: Diagnostic[]
  readonly limits: Required<ReadOptions>
  /** Real paths of what was read: nothing is read twice, and a circle of links ends. */
  readonly seen: Set<string>
  bytes: number
  files: number
}

/**
 * Reads what the user named: files as they are, folders with all `.yaml`, `.yml` and `.json` files below them, and `-`
 * for standard input. Hidden folders and `node_modules` are not entered.
 */
export function readInput(paths: readonly string[], options: ReadOptions = {}): ReadInput {
  const progress: Progress = {
    sources: [],
    diagnostics: [],
    limits: {
      stdin: 0,
      maxFileBytes: 256 * MEBIBYTE,
      maxTotalBytes: 512 * MEBIBYTE,
      maxFiles: 20_000,
      ...options,
    },
    seen: new Set(),
    bytes: 0,
    files: 0,
  }
  for (const path of paths) {
    if (path === '-') readStdin(progress)
    else readPath(path, progress)
  }
  return { sources: progress.sources, diagnostics: progress.diagnostics }
}

function problem(progress: Progress, diagnostic: Omit<Diagnostic, 'severity'>): void {
  progress.diagnostics.push({ severity: 'error', ...diagnostic })
}

function readStdin(progress: Progress): void {
  if (progress.seen.has('-')) {
    problem(progress, { code: 'stdin-twice', message: '`-` is given twice: standard input can be read once' })
    return
  }
  progress.seen.add('-')
  try {
    readDescriptor('<stdin>', progress.limits.stdin, progress)
  } catch (error) {
    unreadable('<stdin>', error, progress)
  }
}

function readPath(path: string, progress: Progress): void {
  let isFolder: boolean
  try {
    isFolder = statSync(path).isDirectory()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      unreadable(path, error, progress)
      return
    }
    problem(progress, {
      code: 'missing-file',
      message: `there is no file or folder \`${path}\``,
      ...(/^https?:\/\//.test(path) && { help: 'fetch it first: `curl -sSL URL | moat … -f -`' }),
    })
    return
  }
  if (!isFolder) {
    readFile(path, progress)
    return
  }
  const complaints = progress.diagnostics.length
  if (!readFolder(path, progress) && progress.diagnostics.length === complaints) {
    problem(progress, {
      code: 'empty-folder',
      message: `the folder \`${path}\` has no manifest: no file that ends in .yaml, .yml or .json`,
      help: 'name the folder with the manifests, or the files one by one',
    })
  }
}

/** Everything in a folder in the order of its names, whatever the machine's language; true when there was a manifest. */
function readFolder(folder: string, progress: Progress): boolean {
  let names: string[]
  try {
    const real = realpathSync(folder)
    if (progress.seen.has(real)) return true
    progress.seen.add(real)
    names = readdirSync(folder).sort()
  } catch (error) {
    unreadable(folder, error, progress)
    return false
  }
  let found = false
  for (const name of names) {
    const path = join(folder, name)
    let kind: 'folder' | 'file' | 'other'
    try {
      const stat = statSync(path)
      kind = stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'other'
    } catch (error) {
      if (MANIFEST.test(name)) unreadable(path, error, progress)
      continue
    }
    if (kind === 'folder') {
      if (!name.startsWith('.') && name !== 'node_modules' && readFolder(path, progress)) found = true
    } else if (MANIFEST.test(name)) {
      found = true
      if (kind === 'other') {
        problem(progress, { code: 'unreadable-file', message: `\`${path}\` is not a regular file` })
        continue
      }
      if (progress.files >= progress.limits.maxFiles) {
        if (progress.files === Infinity) return true
        progress.files = Infinity
        problem(progress, {
          code: 'too-many-files',
          message: `\`${folder}\`: more than ${progress.limits.maxFiles} manifests; the rest is not read`,
          help: 'name a smaller folder',
        })
        return true
      }
      readFile(path, progress)
    }
  }
  return found
}

function readFile(path: string, progress: Progress): void {
  progress.files += 1
  let descriptor: number | undefined
  try {
    const real = realpathSync(path)
    if (progress.seen.has(real)) return
    progress.seen.add(real)
    descriptor = openSync(path, 'r')
    readDescriptor(path, descriptor, progress)
  } catch (error) {
    unreadable(path, error, progress)
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function readDescriptor(name: string, descriptor: number, progress: Progress): void {
  const { maxFileBytes, maxTotalBytes } = progress.limits
  const limit = Math.min(maxFileBytes, maxTotalBytes - progress.bytes)
  const bytes = fstatSync(descriptor).size > limit ? undefined : readUpTo(descriptor, limit)
  if (!bytes) {
    problem(progress, {
      code: 'input-too-large',
      message: `\`${name}\` has more than ${limit} bytes${limit < maxFileBytes ? ` beside ${progress.bytes} of other files` : ''}`,
      help: 'split it, or leave out what is not needed',
    })
    return
  }
  progress.bytes += bytes.length
  decode(name, bytes, progress)
}

/** All bytes until the end, or `undefined` when there are more than `limit`. */
function readUpTo(descriptor: number, limit: number): Buffer | undefined {
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK)
    const count = readSome(descriptor, chunk)
    if (count === 0) return Buffer.concat(chunks, total)
    chunks.push(chunk.subarray(0, count))
    total += count
    if (total > limit) return undefined
  }
}

/** A pipe whose writer has nothing yet says EAGAIN: wait a little, and ask again. */
function readSome(descriptor: number, into: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, into)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

function decode(name: string, bytes: Buffer, progress: Progress): void {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (wide) {
    problem(progress, {
      code: 'invalid-utf8',
      message: `\`${name}\` is UTF-16 text`,
      help: 'save it as UTF-8',
    })
    return
  }
  try {
    progress.sources.push({ name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) })
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes)
    const start = firstInvalid(bytes, text)
    problem(progress, {
      code: 'invalid-utf8',
      message: `\`${name}\` is not UTF-8 text`,
      span: { file: { name, text }, start, end: start + 1 },
      help: 'save it as UTF-8',
    })
  }
}

/** Where the first byte that is no UTF-8 shows in the text as a replacement character. */
function firstInvalid(all: Buffer, text: string): number {
  const bytes = all.subarray(0, 3).toString('hex') === 'efbbbf' ? all.subarray(3) : all // a byte order mark is not in the text
  let at = text.indexOf('\ufffd')
  let offset = 0
  let from = 0
  while (at !== -1) {
    offset += Buffer.byteLength(text.slice(from, at))
    if (bytes.subarray(offset, offset + 3).toString('hex') !== 'efbfbd') return at
    offset += 3
    from = at + 1
    at = text.indexOf('\ufffd', from)
  }
  return 0
}

function unreadable(path: string, error: unknown, progress: Progress): void {
  const { code, message } = error as NodeJS.ErrnoException
  problem(progress, {
    code: 'unreadable-file',
    message: `\`${path}\` cannot be read: ${code === 'EACCES' || code === 'EPERM' ? 'no permission' : (code ?? message)}`,
  })
}
