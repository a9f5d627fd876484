// Plain objects as YAML in the form of Kubernetes manifests, with comment lines above chosen places.
import { yamlScalar, yamlString } from './yaml-scalar.ts'

/** What a manifest is made of. A field that is `undefined` is left out. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | YamlObject
export interface YamlObject {
  readonly [key: string]: YamlValue | undefined
}

/** A comment above the place that the path of keys and indexes leads to; the empty path is the document. */
export interface YamlComment {
  readonly path: readonly (string | number)[]
  readonly text: string
}

const WIDTH = 110

/** Control characters and line ends of names never break out of a comment. */
function harmless(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu,
    (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** `# text`, broken between words where it is longer than the page. */
function commentLines(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of harmless(text).split(' ')) {
    if (line !== '' && indent.length + 2 + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((content) => `${indent}# ${content}`)
}

class Writer {
  readonly lines: string[] = []
  readonly #comments: ReadonlyMap<string, readonly string[]>

  constructor(comments: readonly YamlComment[]) {
    const byPath = Map.groupBy(comments, ({ path }) => JSON.stringify(path))
    this.#comments = new Map([...byPath].map(([path, found]) => [path, found.map(({ text }) => text)]))
  }

  comment(path: readonly (string | number)[], indent: string): void {
    for (const text of this.#comments.get(JSON.stringify(path)) ?? []) this.lines.push(...commentLines(text, indent))
  }

  /** `lead` is what stands on the first line before the value: `key:` or `-`, with its indent. */
  value(
    lead: string,
    value: YamlValue,
    at: { readonly path: readonly (string | number)[]; readonly indent: string },
  ): void {
    const { path, indent } = at
    if (value === null || typeof value !== 'object') {
      this.lines.push(`${lead} ${yamlScalar(value)}`)
    } else if (Array.isArray(value)) {
      if (value.length === 0) this.lines.push(`${lead} []`)
      else {
        this.lines.push(lead)
        for (const [index, item] of (value as readonly YamlValue[]).entries())
          this.#item(item, { path: [...path, index], indent })
      }
    } else {
      const fields = fieldsOf(value as YamlObject)
      if (fields.length === 0) this.lines.push(`${lead} {}`)
      else {
        this.lines.push(lead)
        this.fields(fields, { path, indent: `${indent}  ` })
      }
    }
  }

  fields(
    fields: readonly (readonly [string, YamlValue])[],
    at: { readonly path: readonly (string | number)[]; readonly indent: string },
  ): void {
    for (const [key, value] of fields) {
      const path = [...at.path, key]
      this.comment(path, at.indent)
      this.value(`${at.indent}${yamlString(key)}:`, value, { path, indent: at.indent })
    }
  }

  /** `- ` and the item: an object starts on the same line, below its comments. */
  #item(item: YamlValue, at: { readonly path: readonly (string | number)[]; readonly indent: string }): void {
    this.comment(at.path, at.indent)
    const fields = item !== null && typeof item === 'object' && !Array.isArray(item) ? fieldsOf(item as YamlObject) : []
    const [first] = fields
    if (!first) {
      this.value(`${at.indent}-`, item, { path: at.path, indent: `${at.indent}  ` })
      return
    }
    const inner = `${at.indent}  `
    this.comment([...at.path, first[0]], at.indent)
    this.value(`${at.indent}- ${yamlString(first[0])}:`, first[1], { path: [...at.path, first[0]], indent: inner })
    this.fields(fields.slice(1), { path: at.path, indent: inner })
  }
}

function fieldsOf(object: YamlObject): (readonly [string, YamlValue])[] {
  return Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
}

/** One YAML document, without `---`, with one line end at its end. Keys keep their order. */
export function yamlDocument(document: YamlObject, comments: readonly YamlComment[] = []): string {
  const writer = new Writer(comments)
  writer.comment([], '')
  const fields = fieldsOf(document)
  if (fields.length === 0) writer.lines.push('{}')
  writer.fields(fields, { path: [], indent: '' })
  return `${writer.lines.join('\n')}\n`
}
