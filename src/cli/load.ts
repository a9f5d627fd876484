// What every command reads: paths and revisions -> texts -> Snapshot -> the policies in force, with all that is to be said about it.
import { type Command, Option } from 'commander'
import { type Diagnostic, hasErrors } from '../diag/diagnostic.ts'
import type { SourceFile } from '../diag/source.ts'
import { type InForce, policiesInForce } from '../intent/policies-in-force.ts'
import { type ObjectRead, parse, type Skipped } from '../parse/parse.ts'
import type { Snapshot } from '../policy/snapshot.ts'
import { buildFolder } from './input/build-folder.ts'
import { readRevision, splitRevision } from './input/git-tree.ts'
import { inventoryLines } from './input/inventory.ts'
import { startProgress } from './input/progress.ts'
import { type Givers, readInput, type ReadInput } from './input/read-input.ts'
import { namespaceName, repeated } from './option-values.ts'
import { printNote } from './output.ts'
import { printTimingsAtExit, timed } from './timings.ts'

export interface Loaded {
  /** The input as written. */
  readonly written: Snapshot
  /** With the policies of its Moats; only of use while `usable`. */
  readonly inForce: InForce
  readonly diagnostics: readonly Diagnostic[]
  /** Of these the ones about the texts alone: what Moats come to where other pods decide is another question. */
  readonly reading: readonly Diagnostic[]
  /** No error: answers may be drawn from it. */
  readonly usable: boolean
  /** The texts, in the order in which they were read. */
  readonly sources: readonly SourceFile[]
  /** Every object that was read. */
  readonly objects: readonly ObjectRead[]
  readonly skipped: readonly Skipped[]
}

/** How inputs are read. */
export interface LoadOptions {
  /** `REV:PATH`, read after the paths. */
  readonly git?: readonly string[]
  /** Where objects without a namespace live (S41). */
  readonly namespace?: string
  /** False: kustomizations and charts are read file by file. */
  readonly build?: boolean
}

/** How inputs are read, and what is told about it. */
export interface ReadingOptions extends LoadOptions {
  /** List on stderr what was read, skipped and assumed. */
  readonly inputs?: boolean
  /** Print on stderr where the time went. */
  readonly timings?: boolean
}

/** The options of a command that reads manifests, as commander hands them over. */
export interface InputOptions extends ReadingOptions {
  readonly filename: readonly string[]
}

/** Gives a command the options that say what is read. */
export function withInput(command: Command): Command {
  command
    .addOption(repeated('-f, --filename <path>', 'file, folder, REV:PATH or - for stdin; may be given more than once'))
    .addOption(repeated('--git <rev:path>', 'file or folder of a git revision; may be given more than once'))
  return withReading(command)
}

/** The options that say how what is named is read. */
export function withReading(command: Command): Command {
  return command
    .addOption(
      new Option('-n, --namespace <name>', 'namespace of objects that name none (without it: default)').argParser(
        namespaceName,
      ),
    )
    .option('--no-build', 'read kustomizations and Helm charts file by file')
    .option('--inputs', 'list on stderr what was read, skipped and assumed', false)
    .option('--timings', 'print on stderr where the time went', false)
}

/** Reads what the arguments and options name. Prints nothing but what `--inputs` and `--timings` ask for. */
export function loadInput(args: readonly string[], options: InputOptions): Loaded {
  return loadPaths(inputPaths(args, options), options)
}

/** The same for one side of a command that compares. */
export function loadPaths(paths: readonly string[], options: ReadingOptions): Loaded {
  if (options.timings === true) printTimingsAtExit()
  const loaded = load(paths, options)
  if (options.inputs === true) {
    const { sources, objects, skipped, written } = loaded
    const files = sources.map(({ name }) => name)
    const defaultNamespace = options.namespace ?? 'default'
    for (const line of inventoryLines({ snapshot: written, objects, skipped, files, defaultNamespace })) printNote(line)
  }
  return loaded
}

/** What to read: the arguments, then each `-f`; without any, and without a revision, this folder. */
export function inputPaths(
  args: readonly string[],
  { filename, git = [] }: Pick<InputOptions, 'filename' | 'git'>,
): readonly string[] {
  return namesInput(args, { filename, git }) ? [...args, ...filename] : ['.']
}

/** True when something to read is named, by a path, by `-f` or by a revision. */
export function namesInput(
  args: readonly string[],
  { filename, git = [] }: Pick<InputOptions, 'filename' | 'git'>,
): boolean {
  return args.length + filename.length + git.length > 0
}

/** Reads, parses and renders; prints nothing. After an error in reading or parsing nothing is rendered. */
export function load(paths: readonly string[], options: LoadOptions = {}): Loaded {
  const progress = startProgress()
  const input = timed('read', () => readAll(paths, options, (count) => progress.tell(`reading: ${count} files so far`)))
  let documents = 0
  const parsed = parse(input.sources, {
    ...(options.namespace !== undefined && { defaultNamespace: options.namespace }),
    step: (step, body) => {
      if (step === 'parse') progress.tell(`parsing: ${documents++} objects so far`)
      return timed(step, body)
    },
  })
  progress.end()
  // A folder that could not be read has been complained of: that it held nothing is no news.
  const told = hasErrors(input.diagnostics)
    ? parsed.diagnostics.filter(({ code }) => code !== 'no-manifests')
    : parsed.diagnostics
  const sofar = [...input.diagnostics, ...told]
  const written = parsed.snapshot
  const { objects, skipped } = parsed
  const whole = { written, objects, skipped, sources: input.sources, reading: sofar }
  if (hasErrors(sofar)) {
    const inForce = { snapshot: written, moats: [], replaced: [], diagnostics: [] }
    return { ...whole, inForce, diagnostics: sofar, usable: false }
  }
  const inForce = timed('decode', () => policiesInForce(written))
  const diagnostics = [...sofar, ...inForce.diagnostics]
  return { ...whole, inForce, diagnostics, usable: !hasErrors(diagnostics) }
}

function readAll(paths: readonly string[], options: LoadOptions, onFile: (count: number) => void): ReadInput {
  const { git = [], namespace, build = true } = options
  const givers: Givers = {
    // `REV:PATH` where a path is expected, and there is no such file.
    missing: (path) => (isRevision(path) ? readRevision(path, { build }) : undefined),
    ...(build && {
      folder: (folder, names, named) =>
        buildFolder(folder, names, { named, ...(namespace !== undefined && { namespace }) }),
    }),
  }
  const files = readInput(paths, { givers, onFile })
  const revisions = git.map((spec) => readRevision(spec, { build }))
  return {
    sources: [files, ...revisions].flatMap(({ sources }) => sources),
    diagnostics: [files, ...revisions].flatMap(({ diagnostics }) => diagnostics),
  }
}

/** True for what can only be meant as `REV:PATH`; a URL and a Windows path are not. */
function isRevision(path: string): boolean {
  return !/^(?:[a-z][a-z0-9+.-]*:\/\/|[a-zA-Z]:\\)/.test(path) && splitRevision(path) !== undefined
}
