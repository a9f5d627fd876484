// Namespaces: the labels they are selected by.
import { NAMESPACE_NAME_LABEL, type Namespace } from '../policy/snapshot.ts'
import { closed } from './decode.ts'
import type { Metadata } from './metadata.ts'
import type { MappingNode } from './node.ts'
import { fail, type Value } from './report.ts'

/** Its own name is always among its labels (S39). */
export function namespaceOf(object: Value<MappingNode>, metadata: Metadata): Namespace {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const stated = metadata.labels.get(NAMESPACE_NAME_LABEL)
  if (stated !== undefined && stated !== metadata.name) {
    fail(object, {
      code: 'namespace-name-label',
      message: `the label \`${NAMESPACE_NAME_LABEL}\` is \`${stated}\`: Kubernetes sets it to \`${metadata.name}\``,
      help: 'remove the label',
    })
  }
  return {
    name: metadata.name,
    labels: new Map([...metadata.labels, [NAMESPACE_NAME_LABEL, metadata.name]]),
    declared: true,
    span: metadata.span,
  }
}
