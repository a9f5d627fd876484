// What every command reads: paths -> texts -> Snapshot -> the policies in force, with all that is to be said about it.
import { type Command, Option } from 'commander'
import { type Diagnostic, hasErrors } from '../diag/diagnostic.ts'
import { type InForce, policiesInForce } from '../intent/policies-in-force.ts'
import { parse } from '../parse/parse.ts'
import type { Snapshot } from '../policy/snapshot.ts'
import { readInput } from './read-input.ts'

export interface Loaded {
  /** The input as written. */
  readonly written: Snapshot
  /** With the policies of its Moats; only of use while `usable`. */
  readonly inForce: InForce
  readonly diagnostics: readonly Diagnostic[]
  /** No error: answers may be drawn from it. */
  readonly usable: boolean
}

/** The options of a command that reads manifests, as commander hands them over. */
export interface InputOptions {
  readonly filename: readonly string[]
}

/** Gives a command the options that say what is read. */
export function withInput(command: Command): Command {
  return command.addOption(inputOption())
}

/** Reads what the arguments and options name; prints nothing. */
export function loadInput(args: readonly string[], options: InputOptions): Loaded {
  return load(inputPaths(args, options.filename))
}

/** `-f PATH`, as often as needed; `otherwise` says what is read without it. */
function inputOption(): Option {
  return new Option('-f, --filename <path>', 'file, folder or - for stdin; may be given more than once')
    .argParser((path: string, before: readonly string[]) => [...before, path])
    .default([], 'this folder')
}

/** What to read: the arguments, then each `-f`; without any this folder. */
export function inputPaths(args: readonly string[], filenames: readonly string[]): readonly string[] {
  const paths = [...args, ...filenames]
  return paths.length === 0 ? ['.'] : paths
}

/** Reads, parses and renders; prints nothing. After an error in reading or parsing nothing is rendered. */
export function load(paths: readonly string[]): Loaded {
  const input = readInput(paths)
  const parsed = parse(input.sources)
  // A folder that could not be read has been complained of: that it held nothing is no news.
  const told =
    input.diagnostics.length > 0 ? parsed.diagnostics.filter(({ code }) => code !== 'no-manifests') : parsed.diagnostics
  const sofar = [...input.diagnostics, ...told]
  const written = parsed.snapshot
  if (hasErrors(sofar)) {
    const inForce = { snapshot: written, moats: [], replaced: [], diagnostics: [] }
    return { written, inForce, diagnostics: sofar, usable: false }
  }
  const inForce = policiesInForce(written)
  const diagnostics = [...sofar, ...inForce.diagnostics]
  return { written, inForce, diagnostics, usable: !hasErrors(diagnostics) }
}
