// Text -> documents: multi-document YAML, or JSON. A document that cannot be read does not hide the others.
import { parseEvents, YAMLException, type Event } from 'js-yaml'
import type { SourceFile } from '../diag/source.ts'
import { compose, type Chunk } from './compose.ts'
import type { Node } from './node.ts'
import type { Report } from './report.ts'

/** Deepest nesting of lists and mappings that is read. */
const MAX_DEPTH = 100

/** True for a piece of directives, comments and blank lines only: the document they belong to follows. */
function isDirectives(text: string, start: number, end: number): boolean {
  let found = false
  for (let line = start; line < end;) {
    const newline = text.indexOf('\n', line)
    const next = newline === -1 || newline >= end ? end : newline + 1
    const first = text.slice(line, next).trimStart()[0]
    if (first === '%') found = true
    else if (first !== undefined && first !== '#') return false
    line = next
  }
  return found
}

/** The pieces between lines that start with `---`. */
function piecesOf(text: string): { text: string; offset: number }[] {
  const cuts = [0]
  for (const { index } of text.matchAll(/^---(?=[ \t\r\n]|$)/gm)) {
    if (index > 0 && !isDirectives(text, cuts.at(-1) ?? 0, index)) cuts.push(index)
  }
  return cuts.map((offset, i) => ({ text: text.slice(offset, cuts[i + 1] ?? text.length), offset }))
}

/** Every document of a file that is not empty; what cannot be read is reported and left out. */
export function documentsOf(file: SourceFile, report: Report): Node[] {
  return piecesOf(file.text).flatMap((piece) => {
    const chunk: Chunk = {
      ...piece,
      report: ({ code, message, at, first, help }) =>
        report.add({
          severity: 'error',
          code,
          message,
          span: { file, ...at },
          ...(first && { notes: [{ message: 'first given here', span: { file, ...first } }] }),
          ...(help !== undefined && { help }),
        }),
    }
    const errors = report.errors
    const events = eventsOf(chunk)
    const documents = events ? compose(events, chunk) : []
    return report.errors > errors ? [] : documents.filter((node) => node.kind !== 'null')
  })
}

function eventsOf(chunk: Chunk): Event[] | undefined {
  try {
    return parseEvents(chunk.text, { maxDepth: MAX_DEPTH })
  } catch (error) {
    const known = error instanceof YAMLException
    const start = chunk.offset + Math.min(known ? (error.mark?.position ?? 0) : 0, chunk.text.length)
    chunk.report({ ...explain(known ? error.reason : String(error), chunk), at: { start, end: start + 1 } })
    return undefined
  }
}

function explain(reason: string, chunk: Chunk): { code: string; message: string; help?: string } {
  if (reason.startsWith('nesting exceeded')) {
    return { code: 'too-deep', message: `nested deeper than ${MAX_DEPTH} levels` }
  }
  if (reason.startsWith('tab characters')) {
    return { code: 'tab-indentation', message: 'a tab indents this line', help: 'indent with spaces' }
  }
  if (/non-printable|null byte/.test(reason)) {
    return {
      code: 'control-character',
      message: 'a character that YAML does not allow',
      help: 'save the file as plain UTF-8 text',
    }
  }
  const template = chunk.text.includes('{{')
  return {
    code: 'yaml-syntax',
    message: `broken YAML: ${reason}`,
    ...(template && { help: 'render the template first, for example with `helm template`' }),
  }
}
