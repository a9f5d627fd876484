// Text -> documents: multi-document YAML, or JSON. A document that cannot be read does not hide the others.
import { parseEvents, YAMLException, type Event } from 'js-yaml'
import type { SourceFile } from '../diag/source.ts'
import type { ParseCode } from './codes.ts'
import { compose, type Chunk } from './compose.ts'
import { readJson } from './json.ts'
import { joinLine, jointInScalar, type JoinedLines } from './flow-lines.ts'
import type { Node } from './node.ts'
import type { Report } from './report.ts'

/** Deepest nesting of lists and mappings that is read. */
const MAX_DEPTH = 100

/**
 * Where the document starts whose `---` stands at `marker`: at its first directive where it has any. Directives stand
 * at the start of the text or behind a line `...`, with comments and blank lines among them.
 */
function documentStart(text: string, marker: number, from: number): number {
  let start = marker
  let end = marker
  while (end > from) {
    const line = end < 2 ? 0 : text.lastIndexOf('\n', end - 2) + 1 // a negative offset would mean 0
    const content = text.slice(line, end).trimEnd()
    if (content.startsWith('%')) start = line
    else if (content.trimStart() !== '' && !content.trimStart().startsWith('#'))
      return content === '...' ? start : marker
    end = line
  }
  return start
}

/** The pieces between lines that start with `---`, each with its directives. */
function piecesOf(text: string): { text: string; offset: number }[] {
  const cuts = [0]
  for (const { index } of text.matchAll(/(?<![^\n])---(?=[ \t\r\n]|$)/g)) {
    const start = documentStart(text, index, cuts.at(-1) ?? 0)
    if (start > 0) cuts.push(start)
  }
  return cuts.map((offset, i) => ({ text: text.slice(offset, cuts[i + 1] ?? text.length), offset }))
}

/** A document; one that is not `sound` had a mistake in its text and is read on only to find more mistakes. */
export interface TextDocument {
  readonly node: Node
  readonly sound: boolean
}

/**
 * Every document of a file that is not empty, one after the other, so that a large file never lies in memory as a tree;
 * what cannot be read is reported and left out.
 */
export function* documentsIn(file: SourceFile, report: Report): Generator<TextDocument, undefined> {
  for (const piece of piecesOf(file.text)) {
    if (report.full) return
    const json = readJson(piece, MAX_DEPTH)
    if (json) {
      yield { node: json, sound: true }
      continue
    }
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
    for (const node of documents) if (node.kind !== 'null') yield { node, sound }
  }
}

/** All documents of a file at once. */
export function documentsOf(file: SourceFile, report: Report): TextDocument[] {
  return [...documentsIn(file, report)]
}

/** How many lines of a document are joined at most, and how many characters are read again for it. */
const MAX_JOINTS = 200
const MAX_REREAD = 20_000_000

/** js-yaml does not count the indentation of the first line: there it takes what is none for a mark or a directive. */
const INDENTED_MARK = /^\ufeff?[ \t]+(?=---(?:\s|$)|%)/

function eventsOf(chunk: Chunk): Event[] | undefined {
  const indented = INDENTED_MARK.exec(chunk.text)?.[0].length
  if (indented !== undefined) {
    complain(chunk, indented, 'end of the stream or a document separator is expected')
    return undefined
  }
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
  // Inside brackets and quotes a tab does no harm.
  const tab = /flow|comma|quoted|escape/.test(reason) ? undefined : tabIn(chunk.text, position)
  const end = chunk.text.trimEnd().length // what is missing at the end is shown at the last character
  const start = chunk.offset + Math.min(tab ?? position, Math.max(0, end - 1))
  const at = { start, end: start + 1 }
  if (tab === undefined) chunk.report({ ...explain(reason, chunk), at })
  else chunk.report({ code: 'tab-indentation', message: 'a tab indents this line', at, help: 'indent with spaces' })
}

function explain(reason: string, chunk: Chunk): { code: ParseCode; message: string; help?: string } {
  if (reason.startsWith('nesting exceeded')) {
    return { code: 'too-deep', message: `nested deeper than ${MAX_DEPTH} levels` }
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

/** The first tab in the indentation of the line at `position`, or `undefined`. */
function tabIn(text: string, position: number): number | undefined {
  const line = text.lastIndexOf('\n', position - 1) + 1
  const indentation = /^[ \t]*/.exec(text.slice(line, line + 1_000))?.[0] ?? ''
  const tab = indentation.indexOf('\t')
  return tab === -1 ? undefined : line + tab
}
