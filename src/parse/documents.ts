// Text -> documents: multi-document YAML, or JSON. A document that cannot be read does not hide the others.
import { parseEvents, YAMLException, type Event } from 'js-yaml'
import type { SourceFile } from '../diag/source.ts'
import type { ParseCode } from './codes.ts'
import { compose, type Chunk } from './compose.ts'
import { joinLine, jointInScalar, type JoinedLines } from './flow-lines.ts'
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
  for (const { index } of text.matchAll(/(?<![^\n])---(?=[ \t\r\n]|$)/g)) {
    if (index > 0 && !isDirectives(text, cuts.at(-1) ?? 0, index)) cuts.push(index)
  }
  return cuts.map((offset, i) => ({ text: text.slice(offset, cuts[i + 1] ?? text.length), offset }))
}

/** A document; one that is not `sound` had a mistake in its text and is read on only to find more mistakes. */
export interface TextDocument {
  readonly node: Node
  readonly sound: boolean
}

/** Every document of a file that is not empty; what cannot be read is reported and left out. */
export function documentsOf(file: SourceFile, report: Report): TextDocument[] {
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
    const sound = report.errors === errors
    return documents.filter((node) => node.kind !== 'null').map((node) => ({ node, sound }))
  })
}

/** How many lines of a document are joined at most, and how many characters are read again for it. */
const MAX_JOINTS = 200
const MAX_REREAD = 20_000_000

function eventsOf(chunk: Chunk): Event[] | undefined {
  let lines: JoinedLines = { text: chunk.text, joints: [] }
  for (;;) {
    try {
      const events = parseEvents(lines.text, { maxDepth: MAX_DEPTH })
      const joint = jointInScalar(events, lines.joints)
      if (joint === undefined) return events
      complain(chunk, joint + 1, 'deficient indentation')
      return undefined
    } catch (error) {
      const reason = error instanceof YAMLException ? error.reason : String(error)
      const position = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0
      const again =
        reason === 'deficient indentation' &&
        lines.joints.length < MAX_JOINTS &&
        lines.joints.length * chunk.text.length < MAX_REREAD
      const joined = again ? joinLine(lines, position) : undefined
      if (!joined) {
        complain(chunk, position, reason)
        return undefined
      }
      lines = joined
    }
  }
}

function complain(chunk: Chunk, position: number, reason: string): void {
  const start = chunk.offset + Math.min(position, chunk.text.length)
  chunk.report({ ...explain(reason, chunk, position), at: { start, end: start + 1 } })
}

function explain(reason: string, chunk: Chunk, position: number): { code: ParseCode; message: string; help?: string } {
  if (reason.startsWith('nesting exceeded')) {
    return { code: 'too-deep', message: `nested deeper than ${MAX_DEPTH} levels` }
  }
  if (reason.startsWith('tab characters') || tabIndents(chunk.text, position)) {
    return { code: 'tab-indentation', message: 'a tab indents this line', help: 'indent with spaces' }
  }
  if (/non-printable|null byte|valid JSON character/.test(reason)) {
    return {
      code: 'control-character',
      message: 'a character that YAML does not allow',
      help: 'save the file as plain UTF-8 text',
    }
  }
  const template = chunk.text.includes('{{')
  return {
    code: 'yaml-syntax',
    message: `broken YAML: ${WORDS[reason] ?? reason}`,
    ...(template && { help: 'render the template first, for example with `helm template`' }),
  }
}

/** Plainer words for what js-yaml says most often. */
const WORDS: Readonly<Record<string, string>> = {
  'deficient indentation': 'this line is indented too little',
  'bad indentation of a mapping entry': 'this line is indented as no key above it',
  'bad indentation of a sequence entry': 'this `-` is indented as no `-` above it',
  'end of the stream or a document separator is expected': 'this cannot follow what stands before it',
  'missed comma between flow collection entries': 'a comma is missing here',
  'unexpected end of the stream within a flow collection': 'a `[` or `{` is not closed',
  'unexpected end of the stream within a double quoted scalar': 'a `"` is not closed',
  'unexpected end of the stream within a single quoted scalar': "a `'` is not closed",
  'can not read a block mapping entry; a multiline key may not be an implicit key': 'a `:` is missing behind a key',
}

/** True when the line of the error has a tab in its indentation. */
function tabIndents(text: string, position: number): boolean {
  const start = text.lastIndexOf('\n', position - 1) + 1
  return /^[ \t]*$/.test(text.slice(start, position)) && text.slice(start, position).includes('\t')
}
