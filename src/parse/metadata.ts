// ObjectMeta: name, namespace, labels, annotations, owner.
import type { Span } from '../diag/source.ts'
import type { Labels } from '../policy/selector.ts'
import type { Owner } from '../policy/snapshot.ts'
import { asBoolean, asMapping, asString, closed, field, fields, given, isMapping, items, required } from './decode.ts'
import type { MappingNode } from './node.ts'
import { asLabels, asNamed, LABEL_SHAPE, NAME_SHAPE } from './names.ts'
import { spanOf, type Value } from './report.ts'

/** What the API server fills in is accepted everywhere. */
const METADATA_FIELDS = [
  'name',
  'generateName',
  'namespace',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'clusterName',
]

export interface Metadata {
  readonly name: string
  /** The name is a `generateName`: the API server will append to it. */
  readonly generated: boolean
  /** `undefined` when not given (S41). */
  readonly namespace: string | undefined
  readonly labels: Labels
  readonly annotations: ReadonlyMap<string, string>
  /** The controller among the owners. */
  readonly owner: Owner | undefined
  /** Of the name. */
  readonly span: Span
}

/** The metadata of an object; `undefined` when there is no name to know it by. */
export function metadataOf(object: Value<MappingNode>, name: 'dns-label' | 'subdomain'): Metadata | undefined {
  const value = asMapping(required(object, 'metadata'))
  if (!value) return undefined
  closed(value, METADATA_FIELDS)
  const shape = name === 'dns-label' ? LABEL_SHAPE : NAME_SHAPE
  const generated = asString(field(value, 'generateName'))
  const nameValue = generated === undefined ? required(value, 'name') : field(value, 'name')
  const text = nameValue ? asNamed(nameValue, 'invalid-name', shape) : generated
  const namespace = asNamed(given(field(value, 'namespace')), 'invalid-name', LABEL_SHAPE)
  const labels = asLabels(asMapping(field(value, 'labels')))
  const annotations = annotationsOf(value)
  const owner = controllerOf(value)
  if (text === undefined) return undefined
  return { name: text, generated: !nameValue, namespace, labels, annotations, owner, span: spanOf(nameValue ?? value) }
}

/** Labels and annotations of a pod template, which has no name of its own. */
export function templateMetadataOf(template: Value<MappingNode>): Pick<Metadata, 'labels' | 'annotations'> {
  const value = asMapping(field(template, 'metadata'))
  if (!value) return { labels: new Map(), annotations: new Map() }
  closed(value, METADATA_FIELDS)
  return { labels: asLabels(asMapping(field(value, 'labels'))), annotations: annotationsOf(value) }
}

function annotationsOf(metadata: Value<MappingNode>): ReadonlyMap<string, string> {
  const annotations = new Map<string, string>()
  const value = asMapping(field(metadata, 'annotations'))
  for (const entry of value ? fields(value) : []) {
    const text = asString(entry)
    if (text !== undefined) annotations.set(String(entry.step), text)
  }
  return annotations
}

function controllerOf(metadata: Value<MappingNode>): Owner | undefined {
  for (const reference of items(field(metadata, 'ownerReferences'))) {
    if (!isMapping(reference)) continue
    const kind = asString(field(reference, 'kind'))
    const name = asString(field(reference, 'name'))
    if (asBoolean(field(reference, 'controller')) && kind !== undefined && name !== undefined) return { kind, name }
  }
  return undefined
}
