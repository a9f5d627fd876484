// Where something stands in an input text.

/** One input text. `name` is what diagnostics print: a path as the user gave it, or `<stdin>`. */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

/** A piece of a text: offsets in UTF-16 units, `start` inclusive, `end` exclusive. */
export interface Span {
  readonly file: SourceFile
  readonly start: number
  readonly end: number
}

/** 1-based line and column (in UTF-16 units) of an offset. */
export function position(file: SourceFile, offset: number): { readonly line: number; readonly column: number } {
  const before = file.text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  let line = 1
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line++
  return { line, column: offset - lineStart + 1 }
}

/** `file:line:col` of the start of a span. */
export function formatSpan(span: Span): string {
  const { line, column } = position(span.file, span.start)
  return `${span.file.name}:${line}:${column}`
}
