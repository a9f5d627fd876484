// Where a diagnostic points, for programs that show it beside the text: file, and lines and columns from 1.
import { position, type Span } from './source.ts'

export interface Place {
  /** Path of the file as the user gave it, `/` between folders; `undefined`: standard input. */
  readonly path: string | undefined
  readonly line: number
  /** In UTF-16 units. */
  readonly column: number
  readonly endLine: number
  /** Of the place behind the last character: exclusive. */
  readonly endColumn: number
}

/** The place of a span; one that is empty ends where it starts. */
export function placeOf({ file, start, end }: Span): Place {
  const from = position(file, start)
  const to = position(file, Math.max(start, end))
  return {
    path: file.name === '<stdin>' ? undefined : (file.path ?? file.name).replace(/^(?:\.\/+)+/, ''),
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
  }
}
