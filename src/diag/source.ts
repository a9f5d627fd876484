// Where something stands in an input text.
import { objectPath } from './object-path.ts'
import { printable } from './printable.ts'

/** One input text. `name` is what diagnostics print: a path as the user gave it, or `<stdin>`. */
export interface SourceFile {
  readonly name: string
  readonly text: string
  /** Where the file lies among the others, when the name says more than that: a file of a git revision (`REV:PATH`). */
  readonly path?: string
  /** The text is the JSON of one object of a cluster: its places are paths in the object, not lines of a file. */
  readonly object?: true
}

/** A piece of a text: offsets in UTF-16 units, `start` inclusive, `end` exclusive. */
export interface Span {
  readonly file: SourceFile
  readonly start: number
  readonly end: number
}

/** Offsets at which the lines of a file start, made once for each file that something is said about. */
const lineStarts = new WeakMap<SourceFile, readonly number[]>()

function linesOf(file: SourceFile): readonly number[] {
  const known = lineStarts.get(file)
  if (known) return known
  const starts = [0]
  for (let i = file.text.indexOf('\n'); i !== -1; i = file.text.indexOf('\n', i + 1)) starts.push(i + 1)
  lineStarts.set(file, starts)
  return starts
}

/** 1-based line and column (in UTF-16 units) of an offset. */
export function position(file: SourceFile, offset: number): { readonly line: number; readonly column: number } {
  const starts = linesOf(file)
  let line = 0
  for (let high = starts.length; high - line > 1;) {
    const middle = (line + high) >> 1
    if ((starts[middle] as number) <= offset) line = middle
    else high = middle
  }
  return { line: line + 1, column: offset - (starts[line] as number) + 1 }
}

/** `file:line:col` of the start of a span, or `Kind ns/name .path`; the name in a form that a terminal can take. */
export function formatSpan({ file, start }: Span): string {
  const name = printable(file.name)
  if (file.object) {
    const path = printable(objectPath(file.text, start))
    return path === '' ? name : `${name} ${path}`
  }
  const { line, column } = position(file, start)
  return `${name}:${line}:${column}`
}
