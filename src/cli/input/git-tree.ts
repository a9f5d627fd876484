// Manifests of a git revision: read from the object store, without a checkout and without writing anything.
import { posix } from 'node:path'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import type { SourceFile } from '../../diag/source.ts'
import { type Ran, run } from './child.ts'
import type { ReadInput } from './read-input.ts'
import { decodeUtf8 } from './utf8.ts'

const MANIFEST = /\.(?:ya?ml|json)$/i
const MEBIBYTE = 1024 * 1024

export interface RevisionOptions {
  /** Where git is asked; the working folder when not given. */
  readonly cwd?: string
  /** Most bytes of all files together. */
  readonly maxBytes?: number
  readonly maxFiles?: number
  /** False: kustomizations and charts are read file by file. */
  readonly build?: boolean
}

/** `REV` and `PATH` of `REV:PATH`; a colon in braces (`HEAD^{/fix: it}`) belongs to REV. */
export function splitRevision(spec: string): { readonly revision: string; readonly path: string } | undefined {
  let depth = 0
  for (let at = 0; at < spec.length; at++) {
    if (spec[at] === '{') depth += 1
    else if (spec[at] === '}') depth -= 1
    else if (spec[at] === ':' && depth === 0) return { revision: spec.slice(0, at), path: spec.slice(at + 1) }
  }
  return undefined
}

/**
 * `REV:PATH`, as git understands it: PATH counts from the top of the repository, or from here with `./` before it; it is a
 * file or a folder, and without it the whole tree. `REV` alone means this folder as it was then.
 */
export function readRevision(spec: string, options: RevisionOptions = {}): ReadInput {
  const { revision, path } = splitRevision(spec) ?? { revision: spec, path: './' }
  const git = (args: readonly string[], input?: string) =>
    run('git', ['--no-pager', ...args], {
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(input !== undefined && { input }),
      maxBytes: (options.maxBytes ?? 512 * MEBIBYTE) + 64 * MEBIBYTE,
    })
  if (revision === '' || revision.startsWith('-')) return refused(unknown(revision, spec))
  const name = `${revision}:${path}`
  const found = git(['rev-parse', '--verify', '--end-of-options', name])
  if (found.kind !== 'ran') return refused(whyNot(found, { git, revision, path }))
  const object = found.stdout.toString('utf8').trim()
  const type = git(['cat-file', '-t', object])
  if (type.kind !== 'ran') return refused(failed(type, name))
  const blob = type.stdout.toString('utf8').trim() === 'blob'
  if (blob) return contents([{ name, object }], git)
  const listed = git(['ls-tree', '-r', '-z', '-l', '--full-tree', object])
  if (listed.kind !== 'ran') return refused(failed(listed, name))
  return readTree(name, listed.stdout, { git, options })
}

type Git = (args: readonly string[], input?: string) => Ran

function refused(diagnostic: Omit<Diagnostic, 'severity'>): ReadInput {
  return { sources: [], diagnostics: [{ severity: 'error', ...diagnostic }] }
}

function unknown(revision: string, spec: string): Omit<Diagnostic, 'severity'> {
  return {
    code: 'unknown-revision',
    message: revision === '' ? `\`${spec}\` names no revision` : `git knows no revision \`${revision}\``,
    help: '`git log --oneline --all` lists them; REV:PATH is written as for `git show`',
  }
}

/** Why `REV:PATH` is no object. */
function whyNot(
  ran: Exclude<Ran, { kind: 'ran' }>,
  { git, revision, path }: { readonly git: Git; readonly revision: string; readonly path: string },
): Omit<Diagnostic, 'severity'> {
  if (ran.kind === 'absent') {
    return { code: 'git-missing', message: 'there is no program `git` on the path', help: 'install git, or name files' }
  }
  if (/not a git repository/.test(ran.reason)) {
    return { code: 'not-a-repository', message: 'this folder is in no git repository', help: 'run moat inside of one' }
  }
  const spec = `${revision}:${path}`
  if (git(['rev-parse', '--git-dir']).kind !== 'ran') return failed(ran, spec)
  if (git(['rev-parse', '--verify', '--end-of-options', `${revision}^{tree}`]).kind !== 'ran') {
    return unknown(revision, spec)
  }
  const here = git(['rev-parse', '--verify', '--end-of-options', `${revision}:./${path}`])
  return {
    code: 'missing-in-revision',
    message: `there is no file or folder \`${path}\` in revision \`${revision}\``,
    help:
      here.kind === 'ran'
        ? `write \`${revision}:./${path}\`: without \`./\` it counts from the top of the repository`
        : `\`git ls-tree --name-only ${revision}\` lists what is there`,
  }
}

function failed(ran: Exclude<Ran, { kind: 'ran' }>, spec: string): Omit<Diagnostic, 'severity'> {
  const [reason, more] = ran.kind === 'absent' ? ['there is no git', []] : [ran.reason, ran.stderr]
  return {
    code: 'git-failed',
    message: `git cannot read \`${spec}\`: ${reason}`,
    ...(more.length > 0 && { notes: more.map((message) => ({ message })) }),
  }
}

interface TreeEntry {
  readonly mode: string
  readonly object: string
  readonly size: number
  readonly path: string
}

function readTree(
  name: string,
  listing: Buffer,
  { git, options }: { readonly git: Git; readonly options: RevisionOptions },
): ReadInput {
  const entries = entriesOf(listing)
  const inside = (path: string) => (/[:/]$/.test(name) ? `${name}${path}` : `${name}/${path}`)
  const diagnostics: Diagnostic[] = []
  const wanted: { name: string; object: string }[] = []
  const units = options.build === false ? new Map<string, string>() : unitsOf(entries)
  for (const [folder, what] of units) {
    diagnostics.push({
      severity: 'error',
      code: 'needs-build',
      message: `\`${inside(folder)}\` is ${what}: what it makes of its files is not in the revision`,
      help: 'check the revision out (`git worktree add`) and name that folder, or pipe what is built of it',
    })
  }
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const taken = new Set<string>()
  for (const entry of entries) {
    if ([...units.keys()].some((folder) => folder === '' || entry.path.startsWith(`${folder}/`))) continue
    if (entry.mode === '160000') {
      diagnostics.push({
        severity: 'warning',
        code: 'submodule-not-read',
        message: `\`${inside(entry.path)}\` is a submodule: it is not read`,
        help: 'name its revision from inside the submodule',
      })
      continue
    }
    if (!MANIFEST.test(entry.path)) continue
    const target = entry.mode === '120000' ? linked(entry, { git, byPath }) : entry
    if (!target) {
      diagnostics.push({
        severity: 'error',
        code: 'unreadable-file',
        message: `\`${inside(entry.path)}\` is a link to no file of the same folder in that revision`,
      })
    } else if (!taken.has(target.path)) {
      taken.add(target.path)
      wanted.push({ name: inside(target.path), object: target.object })
    }
  }
  const bytes = entries.filter(({ path }) => taken.has(path)).reduce((sum, { size }) => sum + size, 0)
  const over = tooMuch(name, { files: wanted.length, bytes }, options)
  if (over) return { sources: [], diagnostics: [...diagnostics, over] }
  if (wanted.length === 0 && diagnostics.length === 0) {
    return refused({
      code: 'empty-folder',
      message: `the folder \`${name}\` has no manifest: no file that ends in .yaml, .yml or .json`,
      help: 'name the folder with the manifests, or the files one by one',
    })
  }
  const read = contents(wanted, git)
  return { sources: read.sources, diagnostics: [...diagnostics, ...read.diagnostics] }
}

function tooMuch(
  name: string,
  { files, bytes }: { readonly files: number; readonly bytes: number },
  { maxBytes = 512 * MEBIBYTE, maxFiles = 20_000 }: RevisionOptions,
): Diagnostic | undefined {
  const help = 'name a smaller folder'
  if (files > maxFiles)
    return { severity: 'error', code: 'too-many-files', message: `\`${name}\`: more than ${maxFiles} manifests`, help }
  if (bytes > maxBytes)
    return { severity: 'error', code: 'input-too-large', message: `\`${name}\` has more than ${maxBytes} bytes`, help }
  return undefined
}

/** Those that a folder of the disk would give too (no hidden folder, no `node_modules`), in the order of their names. */
function entriesOf(listing: Buffer): TreeEntry[] {
  const entries = listing
    .toString('utf8')
    .split('\0')
    .flatMap((line): TreeEntry[] => {
      const [, mode, object, size, path] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t([^]+)$/.exec(line) ?? []
      if (mode === undefined || object === undefined || path === undefined) return []
      const folders = path.split('/').slice(0, -1)
      if (folders.some((folder) => folder.startsWith('.') || folder === 'node_modules')) return []
      return [{ mode, object, size: Number(size) || 0, path }]
    })
  const key = ({ path }: TreeEntry) => path.replaceAll('/', '\0')
  return entries.sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** The outermost folders that have to be built, with what they are. */
function unitsOf(entries: readonly TreeEntry[]): Map<string, string> {
  const units = new Map<string, string>()
  for (const { path } of entries) {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
    const what = unitKind([path.slice(path.lastIndexOf('/') + 1)])
    if (what) units.set(folder, what === 'chart' ? 'a Helm chart' : 'a kustomization')
  }
  const folders = [...units.keys()]
  const isInner = (folder: string) =>
    folders.some((other) => other !== folder && (other === '' || folder.startsWith(`${other}/`)))
  return new Map([...units].filter(([folder]) => !isInner(folder)))
}

/** What a folder with these files is, when it has to be built before it says anything. */
export function unitKind(names: readonly string[]): 'kustomization' | 'chart' | undefined {
  if (names.some((name) => /^(?:kustomization\.ya?ml|Kustomization)$/.test(name))) return 'kustomization'
  return names.includes('Chart.yaml') ? 'chart' : undefined
}

/** The file that a symbolic link leads to, through at most eight links, when it is in the same tree. */
function linked(
  entry: TreeEntry,
  { git, byPath }: { readonly git: Git; readonly byPath: ReadonlyMap<string, TreeEntry> },
): TreeEntry | undefined {
  let at: TreeEntry | undefined = entry
  for (let links = 0; at?.mode === '120000'; links++) {
    const text = git(['cat-file', 'blob', at.object])
    if (text.kind !== 'ran' || links === 8) return undefined
    at = byPath.get(posix.normalize(posix.join(posix.dirname(at.path), text.stdout.toString('utf8'))))
  }
  return at
}

/** The texts of the objects, all asked of one process. */
function contents(wanted: readonly { readonly name: string; readonly object: string }[], git: Git): ReadInput {
  const sources: SourceFile[] = []
  const diagnostics: Diagnostic[] = []
  if (wanted.length === 0) return { sources, diagnostics }
  const batch = git(['cat-file', '--batch'], `${wanted.map(({ object }) => object).join('\n')}\n`)
  if (batch.kind !== 'ran') return refused(failed(batch, wanted[0]?.name ?? ''))
  let at = 0
  for (const { name } of wanted) {
    const end = batch.stdout.indexOf(10, at)
    const header = batch.stdout.subarray(at, end).toString('latin1')
    const size = / blob (\d+)$/.exec(header)?.[1]
    if (size === undefined) {
      diagnostics.push({
        severity: 'error',
        code: 'git-failed',
        message: `git does not have the content of \`${name}\``,
        help: 'fetch it first: this clone has a part of the objects only',
      })
      at = end + 1
      continue
    }
    const decoded = decodeUtf8(name, batch.stdout.subarray(end + 1, end + 1 + Number(size)))
    if (decoded.ok) sources.push(decoded.source)
    else diagnostics.push(decoded.diagnostic)
    at = end + 1 + Number(size) + 1
  }
  return { sources, diagnostics }
}
