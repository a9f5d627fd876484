// The tree of an object in its text, found by the place of its name; for edits of places that no rule has a span for.
import { type Edit, lineEndAt } from '../diag/edit.ts'
import type { SourceFile, Span } from '../diag/source.ts'
import { documentsOf } from '../parse/documents.ts'
import type { MappingNode, Node } from '../parse/node.ts'
import { createReport } from '../parse/report.ts'
import { yamlDocument, type YamlObject, type YamlValue } from '../render/yaml.ts'
import { flowLike } from './list-edit.ts'

const trees = new WeakMap<SourceFile, readonly Node[]>()

function treeOf(file: SourceFile): readonly Node[] {
  const found = trees.get(file) ?? documentsOf(file, createReport()).map(({ node }) => node)
  trees.set(file, found)
  return found
}

function child(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  return path.reduce<Node | undefined>(
    (at, key) => (at?.kind === 'mapping' ? at.entries.get(key)?.value : undefined),
    node,
  )
}

/** The object whose name stands at the span, alone or in a List. */
export function objectAt(name: Span): MappingNode | undefined {
  const search = (node: Node): MappingNode | undefined => {
    if (node.kind !== 'mapping') return undefined
    const own = child(node, 'metadata', 'name') ?? child(node, 'metadata', 'generateName')
    if (own?.start === name.start) return node
    const items = child(node, 'items')
    for (const item of items?.kind === 'list' ? items.items : []) {
      const found = search(item)
      if (found) return found
    }
    return undefined
  }
  for (const node of treeOf(name.file)) {
    const found = search(node)
    if (found) return found
  }
  return undefined
}

/** The mapping at a path of an object. */
export function mappingIn(object: MappingNode, path: readonly string[]): MappingNode | undefined {
  const found = child(object, ...path)
  return found?.kind === 'mapping' ? found : undefined
}

/** The labels of the pods that an object makes, or of the pod itself. */
export function podLabelsIn(object: MappingNode): MappingNode | undefined {
  const paths = [
    ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'labels'],
    ['spec', 'template', 'metadata', 'labels'],
    ['metadata', 'labels'],
  ]
  const template = paths.slice(0, 2).some((path) => child(object, ...path.slice(0, -2)) !== undefined)
  return (template ? paths.slice(0, 2) : paths).map((path) => mappingIn(object, path)).find((one) => one !== undefined)
}

function columnOf({ text }: SourceFile, offset: number): string {
  return ' '.repeat(offset - (text.lastIndexOf('\n', offset - 1) + 1))
}

function lineEnd({ text }: SourceFile, offset: number): number {
  const newline = text.indexOf('\n', offset)
  const at = newline === -1 ? text.length : newline
  return at > 0 && text[at - 1] === '\r' ? at - 1 : at
}

/** Gives a mapping one more entry, behind its last. */
export function addEntry(file: SourceFile, mapping: MappingNode, entry: YamlObject): Edit | undefined {
  const entries = [...mapping.entries.values()]
  const [first, last] = [entries[0], entries.at(-1)]
  if (!first || !last) return undefined
  if (file.text[mapping.start] === '{') {
    const at = { file, start: last.value.end, end: last.value.end }
    const text = flowLike({ file, ...mapping }, entry).slice(1, -1)
    return { span: at, text: `, ${text}` }
  }
  const end = lineEnd(file, lastSolid(file, mapping))
  const indent = columnOf(file, first.key.start)
  const eol = lineEndAt(file, end)
  const lines = yamlDocument(entry).trimEnd().split('\n')
  return { span: { file, start: end, end }, text: lines.map((line) => `${eol}${indent}${line}`).join('') }
}

function lastSolid({ text }: SourceFile, { start, end }: MappingNode): number {
  let at = end
  while (at > start && /\s/.test(text[at - 1] as string)) at--
  return at
}

/** Replaces what stands behind a key of a mapping with a value; `undefined` where it has no such key. */
export function setEntry(
  file: SourceFile,
  mapping: MappingNode,
  entry: readonly [string, YamlValue],
): Edit | undefined {
  const [key, value] = entry
  const found = mapping.entries.get(key)
  if (!found) return undefined
  const { start, end } = found.value
  const isWritten = /^(null|~)$/i.test(file.text.slice(start, end))
  if (found.value.kind === 'null' && !isWritten) {
    if (file.text[mapping.start] === '{') return undefined
    const indent = columnOf(file, found.key.start)
    const lines = yamlDocument({ [key]: value })
      .trimEnd()
      .split('\n')
    const eol = lineEndAt(file, found.key.start)
    const text = lines.map((line, nth) => (nth === 0 ? line : `${indent}${line}`)).join(eol)
    return { span: { file, start: found.key.start, end: lineEnd(file, found.key.start) }, text }
  }
  return { span: { file, start, end }, text: flowLike({ file, start: mapping.start, end: mapping.end }, value) }
}
