// An object of a cluster as a text that the parser reads; places in it print as `NetworkPolicy shop/web .spec.ingress[0]`.
import type { SourceFile } from '../diag/source.ts'
import type { KubeObject } from './api/object.ts'

/** Made once for each object: a watch reads the same ones again and again. */
const sources = new WeakMap<KubeObject, SourceFile>()

export function sourceOf(object: KubeObject): SourceFile {
  const known = sources.get(object)
  if (known) return known
  const { kind, metadata } = object
  const id = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
  // Only 7-bit text takes the parser's fast way.
  const text = JSON.stringify(slim(object), undefined, 1).replaceAll(
    /[^\n\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const source: SourceFile = { name: `${kind} ${id}`, text, object: true }
  sources.set(object, source)
  return source
}

/** Without what is large and says nothing about traffic. */
function slim(object: KubeObject): unknown {
  const { managedFields: _fields, annotations, ...metadata } = object.metadata
  const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...kept } = annotations ?? {}
  const status = object['status'] as Readonly<Record<string, unknown>> | undefined
  const {
    conditions: _conditions,
    containerStatuses: _containers,
    initContainerStatuses: _init,
    images: _images,
    ...state
  } = status ?? {}
  return {
    ...object,
    metadata: { ...metadata, ...(annotations && { annotations: kept }) },
    ...(status && { status: state }),
  }
}
