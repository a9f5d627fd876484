// Diagnostics as GitHub's workflow commands: annotations beside the lines of a pull request.
import type { Diagnostic, Severity } from '../diag/diagnostic.ts'
import { placeOf } from '../diag/place.ts'
import { formatSpan } from '../diag/source.ts'

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' }

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** Standard input has no file that GitHub could show: only lines and columns are given then. */
function properties({ code, span }: Diagnostic): [string, string][] {
  if (!span) return [['title', code]]
  const { path, line, column, endLine, endColumn } = placeOf(span)
  return [
    ...(path === undefined ? [] : [['file', path] satisfies [string, string]]),
    ['line', `${line}`],
    ['endLine', `${endLine}`],
    // GitHub shows columns of a single line only, and both ends are inclusive.
    ['col', `${column}`],
    ...(line === endLine ? [['endColumn', `${Math.max(column, endColumn - 1)}`] satisfies [string, string]] : []),
    ['title', code],
  ]
}

function message({ message, notes = [], help }: Diagnostic): string {
  const remarks = notes.map((note) => `note: ${note.span ? `${formatSpan(note.span)}: ` : ''}${note.message}`)
  return [message, ...remarks, ...(help === undefined ? [] : [`help: ${help}`])].join('\n')
}

/** One line for each diagnostic, each with a line end. */
export function githubAnnotations(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map((diagnostic) => {
      const list = properties(diagnostic).map(([name, value]) => `${name}=${escapeProperty(value)}`)
      return `::${COMMANDS[diagnostic.severity]} ${list.join(',')}::${escapeData(message(diagnostic))}\n`
    })
    .join('')
}
