// Data to stdout, diagnostics to stderr, and readers that go away early.
import { styleText } from 'node:util'
import { type Diagnostic, formatDiagnostic, type Severity } from '../diag/diagnostic.ts'

const closed = new AbortController()

/** Aborts when the reader of stdout goes away (`moat … | head`); a live view ends then. */
export const outputClosed: AbortSignal = closed.signal

/** Takes a reader that goes away for an ordinary end: what is still written is dropped, the exit code stays true. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (stream === process.stdout) closed.abort()
    })
  }
}

/** Writes text to stdout, with one line end at its end. Empty text writes nothing. */
export function printData(text: string): void {
  if (text !== '') process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** Writes one line of progress or explanation to stderr. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`)
}

const COLOURS: Readonly<Record<Severity, 'red' | 'yellow' | 'cyan'>> = { error: 'red', warning: 'yellow', note: 'cyan' }

/** A diagnostic as text; its severity in colour where the stream is a terminal. */
export function colouredDiagnostic(diagnostic: Diagnostic, stream: NodeJS.WriteStream): string {
  const text = formatDiagnostic(diagnostic)
  const word = `${diagnostic.severity}:`
  return text.replace(word, styleText(COLOURS[diagnostic.severity], word, { stream }))
}

/** Writes diagnostics to stderr in their order, then how many errors and warnings there were if more than one. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return
  process.stderr.write(`${diagnostics.map((one) => colouredDiagnostic(one, process.stderr)).join('\n')}\n`)
  const counts = (['error', 'warning'] as const).flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  if (diagnostics.length > 1 && counts.length > 0) process.stderr.write(`${counts.join(', ')}\n`)
}
