// Changes to an input text that touch nothing but the places they name: comments, quotes and line ends stay.
import type { SourceFile, Span } from './source.ts'

/** Puts `text` in the place of a span; an empty span inserts, an empty text removes. */
export interface Edit {
  readonly span: Span
  readonly text: string
}

/** The text of a file with its edits applied; `undefined` when two of them overlap. Edits of other files are ignored. */
export function editedText(file: SourceFile, edits: readonly Edit[]): string | undefined {
  const own = edits.filter(({ span }) => span.file === file).sort((a, b) => a.span.start - b.span.start)
  let text = ''
  let at = 0
  for (const { span, text: replacement } of own) {
    if (span.start < at) return undefined
    text += file.text.slice(at, span.start) + replacement
    at = span.end
  }
  return text + file.text.slice(at)
}

/** The line end of the text around an offset: as the line before it ends. */
export function lineEndAt(file: SourceFile, offset: number): string {
  const newline = file.text.indexOf('\n', offset)
  const at = newline === -1 ? file.text.lastIndexOf('\n', offset - 1) : newline
  return at > 0 && file.text[at - 1] === '\r' ? '\r\n' : '\n'
}

/** What stands on the line before the offset. */
function before(span: Span): string {
  const { text } = span.file
  return text.slice(text.lastIndexOf('\n', span.start - 1) + 1, span.start)
}

/** The offset behind the last character of a block that is no space or line end. */
function solidEnd(span: Span): number {
  const { text } = span.file
  let end = span.end
  while (end > span.start && /\s/.test(text[end - 1] as string)) end--
  return end
}

/**
 * Removes the item of a block list whose value the span is, with its lines. `undefined` where the item shares a line
 * with something else (flow style, or a list in a list): such a text is not for a small edit.
 */
export function removeItem(span: Span): Edit | undefined {
  const head = before(span)
  if (!/^\s*-\s+$/.test(head)) return undefined
  const { file } = span
  const start = span.start - head.length
  const end = solidEnd(span)
  const newline = file.text.indexOf('\n', end)
  const tail = file.text.slice(end, newline === -1 ? file.text.length : newline)
  if (!/^\s*(?:#[^]*)?$/.test(tail)) return undefined
  return { span: { file, start, end: newline === -1 ? file.text.length : newline + 1 }, text: '' }
}

/** Puts one more item behind the item of a block list whose value the span is. `lines` are those of the item's value. */
export function insertItemAfter(span: Span, lines: readonly string[]): Edit | undefined {
  const dash = /^(\s*)-\s+$/.exec(before(span))
  if (!dash) return undefined
  const { file } = span
  const end = solidEnd(span)
  const newline = file.text.indexOf('\n', end)
  const at = newline === -1 ? file.text.length : newline
  const place = at > 0 && file.text[at - 1] === '\r' ? at - 1 : at
  const indent = dash[1] as string
  const item = lines.map((line, nth) => `${indent}${nth === 0 ? '- ' : '  '}${line}`)
  const eol = lineEndAt(file, end)
  return { span: { file, start: place, end: place }, text: item.map((line) => `${eol}${line}`).join('') }
}
