// Files, folders and standard input -> texts to parse. Whatever cannot be read is a diagnostic.
import { closeSync, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import type { SourceFile } from '../../diag/source.ts'
import { decodeUtf8 } from './utf8.ts'

export interface ReadInput {
  /** In the order of the arguments, folders in the order of their names. */
  readonly sources: readonly SourceFile[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What gives texts without being a file, a plain folder or standard input. */
export interface Givers {
  /** Reads a folder that has to be built first; `undefined`: it is read file by file. `named`: the user named it itself. */
  readonly folder?: (folder: string, names: readonly string[], named: boolean) => ReadInput | undefined
  /** Reads what is the name of no file; `undefined`: nobody knows it. */
  readonly missing?: (path: string) => ReadInput | undefined
}

export interface ReadOptions {
  readonly givers?: Givers
  /** Called for each file with how many have been read before it. */
  readonly onFile?: (count: number) => void
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
      givers: {},
      onFile: () => undefined,
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

function take({ sources, diagnostics }: ReadInput, progress: Progress): void {
  progress.sources.push(...sources)
  progress.diagnostics.push(...diagnostics)
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
    const given = progress.limits.givers.missing?.(path)
    if (given) {
      take(given, progress)
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
  if (!readFolder(path, progress, true) && progress.diagnostics.length === complaints) {
    problem(progress, {
      code: 'empty-folder',
      message: `the folder \`${path}\` has no manifest: no file that ends in .yaml, .yml or .json`,
      help: 'name the folder with the manifests, or the files one by one',
    })
  }
}

/** Everything in a folder in the order of its names, whatever the machine's language; true when there was a manifest. */
function readFolder(folder: string, progress: Progress, named: boolean): boolean {
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
  const built = progress.limits.givers.folder?.(folder, names, named)
  if (built) {
    take(built, progress)
    return true
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
      if (!name.startsWith('.') && name !== 'node_modules' && readFolder(path, progress, false)) found = true
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
  progress.limits.onFile(progress.files)
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
  const decoded = decodeUtf8(name, bytes)
  if (decoded.ok) progress.sources.push(decoded.source)
  else progress.diagnostics.push(decoded.diagnostic)
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

function unreadable(path: string, error: unknown, progress: Progress): void {
  const { code, message } = error as NodeJS.ErrnoException
  problem(progress, {
    code: 'unreadable-file',
    message: `\`${path}\` cannot be read: ${code === 'EACCES' || code === 'EPERM' ? 'no permission' : (code ?? message)}`,
  })
}
