// JSON text -> the same tree that reading it as YAML would give, many times faster: most large inputs are dumps in JSON.
import { plainValue } from './dialect.ts'
import type { Entry, Node } from './node.ts'

/** What YAML takes for more than a character of a text, and anything but 7-bit text, which is left to the YAML reader. */
const UNUSUAL = /[^\n\r\x20-\x7e]/
const NUMBER = /-?(?:0|[1-9]\d{0,15})(?![\d.eE+-])/y

/** Thrown and caught here: the text is not plain JSON. */
const UNREADABLE = Symbol('not plain JSON')

const CODE = {
  quote: 34,
  comma: 44,
  minus: 45,
  colon: 58,
  listOpen: 91,
  escape: 92,
  listClose: 93,
  mapOpen: 123,
  mapClose: 125,
}

class JsonReader {
  readonly #text: string
  readonly #offset: number
  readonly #maxDepth: number
  #at = 0

  constructor(text: string, offset: number, maxDepth: number) {
    this.#text = text
    this.#offset = offset
    this.#maxDepth = maxDepth
  }

  document(): Node {
    const node = this.#value(0)
    this.#space()
    if (this.#at !== this.#text.length) throw UNREADABLE
    return node
  }

  #space(): number {
    const text = this.#text
    let at = this.#at
    let code = text.charCodeAt(at)
    while (code === 32 || code === 10 || code === 13) code = text.charCodeAt(++at)
    this.#at = at
    return code
  }

  #value(depth: number): Node {
    const code = this.#space()
    if (code === CODE.quote) return this.#string()
    if (code === CODE.mapOpen) return this.#mapping(depth + 1)
    if (code === CODE.listOpen) return this.#list(depth + 1)
    return this.#word(code)
  }

  #string(): { readonly kind: 'string'; readonly value: string; readonly start: number; readonly end: number } {
    const text = this.#text
    const from = this.#at
    let at = from + 1
    let code = text.charCodeAt(at)
    let escaped = false
    while (code !== CODE.quote) {
      if (code === CODE.escape) {
        escaped = true
        at++
      }
      if (!(code >= 32)) throw UNREADABLE // the end, or a line end
      code = text.charCodeAt(++at)
    }
    this.#at = at + 1
    let value = text.slice(from + 1, at)
    if (escaped) {
      try {
        value = JSON.parse(text.slice(from, at + 1)) as string
      } catch {
        throw UNREADABLE
      }
    }
    return { kind: 'string', value, start: from + this.#offset, end: at + 1 + this.#offset }
  }

  #list(depth: number): Node {
    if (depth > this.#maxDepth) throw UNREADABLE
    const start = this.#at + this.#offset
    const items: Node[] = []
    this.#at++
    if (this.#space() === CODE.listClose) this.#at++
    else {
      for (;;) {
        items.push(this.#value(depth))
        const code = this.#space()
        this.#at++
        if (code === CODE.listClose) break
        if (code !== CODE.comma) throw UNREADABLE
      }
    }
    return { kind: 'list', items, start, end: this.#at + this.#offset }
  }

  #mapping(depth: number): Node {
    if (depth > this.#maxDepth) throw UNREADABLE
    const start = this.#at + this.#offset
    const entries = new Map<string, Entry>()
    this.#at++
    if (this.#space() === CODE.mapClose) this.#at++
    else {
      for (;;) {
        if (this.#space() !== CODE.quote) throw UNREADABLE
        const key = this.#string()
        // A key given twice is a mistake that the other reader words; so is one too long for YAML.
        if (key.end - key.start > 1_000 || entries.has(key.value)) throw UNREADABLE
        if (this.#space() !== CODE.colon) throw UNREADABLE
        this.#at++
        entries.set(key.value, { key, value: this.#value(depth) })
        const code = this.#space()
        this.#at++
        if (code === CODE.mapClose) break
        if (code !== CODE.comma) throw UNREADABLE
      }
    }
    return { kind: 'mapping', entries, start, end: this.#at + this.#offset }
  }

  /** A whole number, `true`, `false` or `null`; other numbers are rare and left to the other reader. */
  #word(code: number): Node {
    const from = this.#at
    const range = (length: number): { start: number; end: number } => {
      this.#at = from + length
      return { start: from + this.#offset, end: from + length + this.#offset }
    }
    if (code === CODE.minus || (code >= 48 && code <= 57)) {
      NUMBER.lastIndex = from
      const text = NUMBER.exec(this.#text)?.[0]
      const value = text === undefined ? undefined : plainValue(text)
      if (text === undefined || typeof value !== 'number') throw UNREADABLE
      return { kind: 'number', value, text, ...range(text.length) }
    }
    for (const word of ['true', 'false', 'null'] as const) {
      if (!this.#text.startsWith(word, from) || /\w/.test(this.#text.charAt(from + word.length))) continue
      if (word === 'null') return { kind: 'null', ...range(4) }
      return { kind: 'boolean', value: word === 'true', text: word, ...range(word.length) }
    }
    throw UNREADABLE
  }
}

/**
 * The tree of a text that is one JSON value, as the YAML reader would make it; `undefined` for any other text, and for
 * JSON that is odd in some way: nothing is reported here.
 */
export function readJson(
  { text, offset }: { readonly text: string; readonly offset: number },
  maxDepth: number,
): Node | undefined {
  if (!/^[ \n\r]*[{[]/.test(text) || UNUSUAL.test(text)) return undefined
  try {
    return new JsonReader(text, offset, maxDepth).document()
  } catch (error) {
    if (error === UNREADABLE) return undefined
    throw error
  }
}
