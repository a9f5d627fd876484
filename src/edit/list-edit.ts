// Items of lists put in and taken out, in block style, in brackets, and in JSON; everything else stays as it is.
import { type Edit, insertItemAfter, removeItem } from '../diag/edit.ts'
import type { Span } from '../diag/source.ts'
import { yamlDocument, type YamlObject, type YamlValue } from '../render/yaml.ts'
import { yamlScalar, yamlString } from '../render/yaml-scalar.ts'

/** A value in brackets: with every key and text in quotes, or as YAML has it. */
function flowText(value: YamlValue, isJson: boolean): string {
  if (value === null || typeof value !== 'object') return isJson ? JSON.stringify(value) : yamlScalar(value)
  if (Array.isArray(value)) return `[${(value as readonly YamlValue[]).map((one) => flowText(one, isJson)).join(', ')}]`
  const fields = Object.entries(value as YamlObject).flatMap(([key, one]) =>
    one === undefined ? [] : [`${isJson ? JSON.stringify(key) : yamlString(key)}: ${flowText(one, isJson)}`],
  )
  return `{${fields.join(', ')}}`
}

/** A value in brackets as the text around a place writes them. */
export function flowLike(span: Span, value: YamlValue): string {
  return flowText(value, /^[{[]\s*"/.test(span.file.text.slice(span.start, span.end)) || isJsonFile(span))
}

function isJsonFile({ file }: Span): boolean {
  return /^\s*[{[]\s*"/.test(file.text)
}

/** The last character before an offset that is no white space, and where it stands. */
function before(text: string, offset: number): { readonly character: string; readonly at: number } {
  let at = offset - 1
  while (at >= 0 && /\s/.test(text[at] as string)) at--
  return { character: text[at] ?? '', at }
}

function isInBrackets({ file, start }: Span): boolean {
  return '[,'.includes(before(file.text, start).character)
}

/** Puts an item behind the one whose value the span is; `undefined` where the text is not for a small edit. */
export function addItemAfter(span: Span, value: YamlObject): Edit | undefined {
  if (!isInBrackets(span)) return insertItemAfter(span, yamlDocument(value).trimEnd().split('\n'))
  const { file, start, end } = span
  const space = /\s*$/.exec(file.text.slice(before(file.text, start).at + 1, start))?.[0] ?? ''
  const gap = space.includes('\n') ? space : ' '
  return { span: { file, start: end, end }, text: `,${gap}${flowLike(span, value)}` }
}

/** Puts an item before the one whose value the span is. */
export function addItemBefore(span: Span, value: YamlObject): Edit | undefined {
  const { file, start } = span
  const { text } = file
  if (isInBrackets(span)) {
    const space = text.slice(before(text, start).at + 1, start)
    const gap = space.includes('\n') ? space : ' '
    return { span: { file, start, end: start }, text: `${flowLike(span, value)},${gap}` }
  }
  const line = text.lastIndexOf('\n', start - 1) + 1
  const dash = /^(\s*)-\s+$/.exec(text.slice(line, start))
  if (!dash) return undefined
  const indent = dash[1] as string
  const eol = text.slice(0, line).endsWith('\r\n') ? '\r\n' : '\n'
  const lines = yamlDocument(value).trimEnd().split('\n')
  const item = lines.map((one, nth) => `${indent}${nth === 0 ? '- ' : '  '}${one}${eol}`).join('')
  return { span: { file, start: line, end: line }, text: item }
}

/** Takes out the item whose value the span is. */
export function dropItem(span: Span): Edit | undefined {
  if (!isInBrackets(span)) return removeItem(span)
  const { file, start, end } = span
  const after = /^\s*,\s*/.exec(file.text.slice(end))
  if (after) return { span: { file, start, end: end + after[0].length }, text: '' }
  const { character, at } = before(file.text, start)
  return { span: { file, start: character === ',' ? at : start, end }, text: '' }
}
