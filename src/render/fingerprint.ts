// A short name for a finding that stays the same when lines above it come or go.

/** Code, path of the file, and text of the line that a finding points at. */
export type MarkedLine = readonly [code: string, path: string, text: string]

const OFFSET = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n
const MASK = 0xffffffffffffffffn

/** FNV-1a over UTF-16 units, 16 hexadecimal digits: tells findings apart, keeps no secret. */
function hash(text: string): string {
  let value = OFFSET
  for (let i = 0; i < text.length; i++) value = ((value ^ BigInt(text.charCodeAt(i))) * PRIME) & MASK
  return value.toString(16).padStart(16, '0')
}

/** One for each line, in their order. White space at the ends does not count; the second of two equal lines ends in `:2`. */
export function lineFingerprints(lines: readonly MarkedLine[]): string[] {
  const seen = new Map<string, number>()
  return lines.map(([code, path, text]) => {
    const name = hash(JSON.stringify([code, path, text.trim()]))
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return `${name}:${count}`
  })
}
