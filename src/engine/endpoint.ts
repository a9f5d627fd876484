// The two ends of a connection.
import { type Pod, qualifiedName } from '../policy/snapshot.ts'
import { type Address, formatAddress } from '../sets/ip-address.ts'

/** A pod, or an address outside the cluster. A pod need not be in the snapshot: it is judged by what it carries. */
export type Endpoint =
  | { readonly kind: 'pod'; readonly pod: Pod }
  | { readonly kind: 'outside'; readonly address: Address }

export function podEndpoint(pod: Pod): Endpoint {
  return { kind: 'pod', pod }
}

export function outsideEndpoint(address: Address): Endpoint {
  return { kind: 'outside', address }
}

/** True for one and the same pod, also when a workload was expanded twice. */
export function samePod(a: Pod, b: Pod): boolean {
  return a === b || (a.namespace === b.namespace && a.name === b.name && a.owner?.kind === b.owner?.kind)
}

/** `namespace/pod`, or the address. */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.kind === 'pod' ? qualifiedName(endpoint.pod) : formatAddress(endpoint.address)
}
