// Text of unknown origin for a terminal.

/** Control characters of hostile input never reach a terminal: they print as `\u{…}`; a tab prints as a space. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (c) =>
    c === '\t' ? ' ' : `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
