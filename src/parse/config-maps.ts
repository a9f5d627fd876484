// The texts of ConfigMaps, for those who look for a name in them; reading manifests skips ConfigMaps.
import type { SourceFile } from '../diag/source.ts'
import { documentsOf } from './documents.ts'
import type { MappingNode, Node } from './node.ts'
import { createReport } from './report.ts'

/** A ConfigMap: all its values as one text. */
export interface ConfigText {
  readonly namespace: string
  readonly name: string
  readonly text: string
}

/** All ConfigMaps of the files, in their order, those in Lists too. What is wrong with them is not told. */
export function configTexts(sources: readonly SourceFile[], defaultNamespace: string): ConfigText[] {
  return sources
    .filter(({ text }) => text.includes('ConfigMap'))
    .flatMap((file) => documentsOf(file, createReport()))
    .flatMap(({ node }) => objectsIn(node))
    .flatMap((object) => {
      const metadata = object.entries.get('metadata')?.value
      const name = stringIn(metadata, 'name')
      if (stringIn(object, 'kind') !== 'ConfigMap' || name === undefined) return []
      const namespace = stringIn(metadata, 'namespace') ?? defaultNamespace
      return [{ namespace, name, text: stringsIn(object.entries.get('data')?.value).join('\n') }]
    })
}

function objectsIn(node: Node): MappingNode[] {
  if (node.kind !== 'mapping') return []
  const items = node.entries.get('items')?.value
  const kind = stringIn(node, 'kind')
  if (items?.kind !== 'list' || kind?.endsWith('List') !== true) return [node]
  return items.items.flatMap(objectsIn)
}

function stringIn(node: Node | undefined, name: string): string | undefined {
  const value = node?.kind === 'mapping' ? node.entries.get(name)?.value : undefined
  return value?.kind === 'string' ? value.value : undefined
}

function stringsIn(node: Node | undefined): string[] {
  if (node?.kind !== 'mapping') return []
  return [...node.entries.values()].flatMap(({ value }) => (value.kind === 'string' ? [value.value] : []))
}
