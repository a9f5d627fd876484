// Nodes: their labels and addresses, for peers of the admin policy APIs; the rest of the object is not looked at.
import type { Node } from '../policy/snapshot.ts'
import { asAddress } from './cidrs.ts'
import { asMapping, asString, closed, field, items, required } from './decode.ts'
import type { Metadata } from './metadata.ts'
import type { MappingNode } from './node.ts'
import type { Value } from './report.ts'

/** Host names are no addresses that a policy could match. */
const ADDRESSES = new Set(['InternalIP', 'ExternalIP'])

export function nodeOf(object: Value<MappingNode>, metadata: Metadata): Node {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const status = asMapping(field(object, 'status'))
  const addresses = items(status && field(status, 'addresses')).flatMap((item) => {
    const mapping = asMapping(item)
    const type = mapping && asString(required(mapping, 'type'))
    const address = mapping && required(mapping, 'address')
    return (type !== undefined && ADDRESSES.has(type) && asAddress(address)) || []
  })
  return { name: metadata.name, labels: metadata.labels, addresses, span: metadata.span }
}
