// What a linter found, as plain data and as Markdown.
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { Edit } from '../diag/edit.ts'
import { position, type Span } from '../diag/source.ts'
import { docsOf, type Finding } from '../analysis/lint/rule.ts'
import { visible } from './styled-text.ts'

function placeOf(span: Span): unknown {
  const { line, column } = position(span.file, span.start)
  const end = position(span.file, span.end)
  return { file: span.file.name, line, column, endLine: end.line, endColumn: end.column }
}

function located({ span }: { readonly span?: Span }): { readonly location?: unknown } {
  return span ? { location: placeOf(span) } : {}
}

function editJson({ span, text }: Edit): unknown {
  return { location: placeOf(span), text }
}

/** What is wrong with an input, in the same form. */
function diagnosticJson(diagnostic: Diagnostic) {
  const { code, severity, message, notes = [], help } = diagnostic
  return {
    code,
    severity,
    message,
    ...located(diagnostic),
    notes: notes.map((note) => ({ message: note.message, ...located(note) })),
    ...(help !== undefined && { help }),
  }
}

/** One finding as in `docs/schemas/lint.json`; lines and columns from 1, ends exclusive. */
function findingJson(finding: Finding): unknown {
  const { code, severity, message, notes = [], help, fix } = finding
  return {
    rule: code,
    severity,
    message,
    ...located(finding),
    notes: notes.map((note) => ({ message: note.message, ...located(note) })),
    ...(help !== undefined && { help }),
    docs: docsOf({ id: code }),
    ...(fix && { fix: { title: fix.title, keepsMeaning: fix.keepsMeaning, edits: fix.edits.map(editJson) } }),
  }
}

/** How many findings of each severity. */
export function countsOf(findings: readonly Finding[]): { error: number; warning: number; note: number } {
  const counts = { error: 0, warning: 0, note: 0 }
  for (const { severity } of findings) counts[severity]++
  return counts
}

/** All that a linter has to say, with what reading the input had to say, as in `docs/schemas/lint.json`. */
export function lintJson(findings: readonly Finding[], input: readonly Diagnostic[]) {
  return { findings: findings.map(findingJson), counts: countsOf(findings), input: input.map(diagnosticJson) }
}

function cell(text: string): string {
  return visible(text).replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

/** A table for a pull request: severity, place, finding, what to do. */
export function findingsMarkdown(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'No findings.\n'
  const rows = findings.map(({ code, severity, message, span, help = '' }) => {
    const place = span ? `\`${visible(span.file.name)}:${position(span.file, span.start).line}\`` : ''
    return `| ${severity} | ${place} | ${cell(message)} | ${cell(help)} | \`${code}\` |`
  })
  return `${['| | where | what | what to do | rule |', '|---|---|---|---|---|', ...rows].join('\n')}\n`
}
