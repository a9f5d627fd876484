// User mistakes as values: located, coded, collected, never thrown.
import { printable } from './printable.ts'
import { formatSpan, position, type Span } from './source.ts'

export type Severity = 'error' | 'warning' | 'note'

/** A remark that belongs to a diagnostic, with its own place where it has one. */
export interface Note {
  readonly message: string
  readonly span?: Span
}

/** What is wrong with an input. `code` is its identity and its anchor in `docs/diagnostics.md`. */
export interface Diagnostic {
  readonly severity: Severity
  readonly code: string
  readonly message: string
  readonly span?: Span
  readonly notes?: readonly Note[]
  /** One imperative sentence that says what to do, lower case, no final period. */
  readonly help?: string
  /** Text shows its first line alone: it says all, and it comes with every command. */
  readonly brief?: true
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}

/** The source line under a span with a caret below; long lines are cut around the caret. */
function excerpt(span: Span): string[] {
  const { line, column } = position(span.file, span.start)
  const lineStart = span.start - column + 1
  const newline = span.file.text.indexOf('\n', lineStart)
  const lineEnd = newline === -1 ? span.file.text.length : newline
  const cut = Math.max(0, column - 60)
  const text = span.file.text.slice(lineStart + cut, Math.min(lineEnd, lineStart + cut + 100)).replace(/\r$/, '')
  if (span.file.object) return objectExcerpt(text, column - 1 - cut, span.end - span.start)
  const gutter = `${line}`
  const caret = printable(text.slice(0, column - 1 - cut)).length
  const width = Math.max(1, Math.min(span.end, lineEnd) - span.start)
  const marks = '^'.repeat(Math.max(1, Math.min(width, text.length - (column - 1 - cut))))
  return [` ${gutter} | ${printable(text)}`, ` ${' '.repeat(gutter.length)} | ${' '.repeat(caret)}${marks}`]
}

/** The same for an object of a cluster, whose text has no lines that a reader could know. */
function objectExcerpt(line: string, column: number, length: number): string[] {
  const text = line.trimStart()
  const caret = column - (line.length - text.length)
  const marks = '^'.repeat(Math.max(1, Math.min(length, text.length - caret)))
  return [` | ${printable(text)}`, ` | ${' '.repeat(printable(text.slice(0, caret)).length)}${marks}`]
}

/** `file:line:col: severity: message [code]`, then the source line with a caret, notes and help. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const place = diagnostic.span ? `${formatSpan(diagnostic.span)}: ` : ''
  const lines = [`${place}${diagnostic.severity}: ${printable(diagnostic.message)} [${diagnostic.code}]`]
  if (diagnostic.brief) return lines.join('\n')
  if (diagnostic.span) lines.push(...excerpt(diagnostic.span))
  for (const note of diagnostic.notes ?? []) {
    lines.push(`  note: ${note.span ? `${formatSpan(note.span)}: ` : ''}${printable(note.message)}`)
  }
  if (diagnostic.help !== undefined) lines.push(`  help: ${printable(diagnostic.help)}`)
  return lines.join('\n')
}
