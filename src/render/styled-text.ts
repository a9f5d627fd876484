// Text with marks for what it means; the command line turns the marks into colour, files and tests ignore them.

/** What a piece of text means to its reader. */
export type Style = 'good' | 'bad' | 'attention' | 'muted' | 'strong'

export interface Piece {
  readonly text: string
  readonly style?: Style
}

/** One line; no piece has a line end in it. */
export type Line = readonly Piece[]

export function piece(text: string, style?: Style): Piece {
  return style ? { text, style } : { text }
}

/** Control characters and direction marks as `\u{…}`, so that names of hostile input stay in their place. */
export function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu,
    (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** Terminal cells of what is written over the one before it. */
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u
/** Characters that take two terminal cells: East Asian scripts and forms, and emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\ufe0f]/u

/** Of the East Asian scripts, the narrow forms. */
const NARROW = /^[\uff61-\uffdc]/

let segmenter: Intl.Segmenter | undefined

/** What a reader takes for one character each; the machinery is made when first needed, since that takes longer than most commands. */
function graphemesOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}

function cellsOf(grapheme: string): number {
  if (WIDE.test(grapheme) && !NARROW.test(grapheme)) return 2
  return Array.from(grapheme).every((character) => ZERO.test(character)) ? 0 : 1
}

/** How many terminal cells the text takes. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  return graphemesOf(text).reduce((sum, grapheme) => sum + cellsOf(grapheme), 0)
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + displayWidth(text), 0)
}

function take(parts: readonly string[], cells: number): string {
  let used = 0
  let out = ''
  for (const part of parts) {
    used += cellsOf(part)
    if (used > cells) break
    out += part
  }
  return out
}

/** The text cut in its middle to at most `cells`: names differ at both ends. */
export function shorten(text: string, cells: number, ellipsis = '…'): string {
  if (displayWidth(text) <= cells) return text
  const room = cells - displayWidth(ellipsis)
  if (room <= 0) return ellipsis.slice(0, Math.max(0, cells))
  const parts = graphemesOf(text)
  const head = take(parts, Math.ceil(room / 2))
  const tail = take(parts.toReversed(), room - displayWidth(head))
  return `${head}${ellipsis}${graphemesOf(tail).toReversed().join('')}`
}

/** The line with spaces up to `cells`, before it when `right`. */
export function pad(line: Line, cells: number, right = false): Line {
  const missing = cells - lineWidth(line)
  if (missing <= 0) return line
  const space = piece(' '.repeat(missing))
  return right ? [space, ...line] : [...line, space]
}

/** Lines without their marks, and without spaces at their ends. */
export function plainText(lines: readonly Line[]): string {
  return lines
    .map(
      (line) =>
        `${line
          .map(({ text }) => text)
          .join('')
          .trimEnd()}\n`,
    )
    .join('')
}
