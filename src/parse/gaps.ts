// Places that js-yaml's events do not tell: where a bracket closes, and where a value that is not there would stand.
import type { Range } from './node.ts'

/** The first offset at or behind `from` that holds neither white space, a comment, nor one of `skipped`. */
function skip(text: string, from: number, skipped: string): number {
  let at = from
  for (; at < text.length; at++) {
    const c = text[at] as string
    if (c === '#') {
      const newline = text.indexOf('\n', at)
      at = newline === -1 ? text.length : newline
    } else if (c !== ' ' && c !== '\n' && c !== '\r' && c !== '\t' && !skipped.includes(c)) break
  }
  return at
}

/** Behind the bracket that closes a list or mapping whose last value ends at `from`. */
export function closingBracket(text: string, from: number): number {
  const at = skip(text, from, ',:?')
  return text[at] === ']' || text[at] === '}' ? at + 1 : from
}

/** Where nothing was written: the `-` or `:` that stands alone behind the last thing read, else right behind it. */
export function emptyPlace(text: string, last: number): Range {
  const at = skip(text, last, ',')
  const start = '-:?'.includes(text[at] ?? ' ') ? at : Math.min(last, Math.max(0, text.length - 1))
  return { start, end: start + 1 }
}
