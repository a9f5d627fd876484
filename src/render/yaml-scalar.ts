// Text as a YAML scalar that every reader takes for the same text: YAML 1.1, as kubectl reads it, and 1.2.

/** Words that YAML 1.1 takes for a boolean, a null or a merge, in any case. */
const RESERVED: ReadonlySet<string> = new Set([
  'y',
  'n',
  'yes',
  'no',
  'on',
  'off',
  'true',
  'false',
  'null',
  'nan',
  'inf',
])

/** Starts with a letter, a `_` or a `/`: no number, date, indicator or alias begins so. A `:` or `#` never occurs. */
const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./@%+-]*$/
/** An IPv4 block or address, which no number can be. */
const IPV4 = /^\d+\.\d+\.\d+\.\d+(?:\/\d+)?$/
/** Printable on one line in single quotes. */
const ONE_LINE = /^[\x20-\x7e\u00a1-\u2027\u2030-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd]*$/

function isPlain(text: string): boolean {
  return (PLAIN.test(text) && !RESERVED.has(text.toLowerCase())) || IPV4.test(text)
}

function escaped(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u00a0\u2028\u2029\ufdd0-\ufdef\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The shortest of plain, single-quoted and double-quoted that reads back as this very text. */
export function yamlString(text: string): string {
  if (isPlain(text)) return text
  return ONE_LINE.test(text) ? `'${text.replaceAll("'", "''")}'` : escaped(text)
}

/** A number as YAML reads it back; manifests have whole numbers only. */
export function yamlScalar(value: string | number | boolean | null): string {
  return typeof value === 'string' ? yamlString(value) : String(value)
}
