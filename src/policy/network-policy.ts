// NetworkPolicy v1 with every default applied: what is absent in a manifest is explicit here.
import type { Span } from '../diag/source.ts'
import type { Protocol } from '../sets/connection-set.ts'
import type { Cidr } from '../sets/ip-address.ts'
import type { Selector } from './selector.ts'

export type Direction = 'ingress' | 'egress'

/** Which ports of which protocol a rule speaks of. */
export type PortMatch =
  /** Every port of the protocol (S16). */
  | { readonly kind: 'all'; readonly protocol: Protocol; readonly span?: Span }
  /** `first` to `last`, both inclusive (S19); a single port has both equal. */
  | {
      readonly kind: 'range'
      readonly protocol: Protocol
      readonly first: number
      readonly last: number
      readonly span?: Span
    }
  /** A container port's name, resolved on each destination pod (S17). */
  | { readonly kind: 'named'; readonly protocol: Protocol; readonly name: string; readonly span?: Span }

/** One element of `from` or `to`. */
export type Peer =
  /** Pods by labels; `namespaces: 'own'` is the policy's namespace only (S10). */
  | { readonly kind: 'pods'; readonly namespaces: 'own' | Selector; readonly pods: Selector; readonly span?: Span }
  /** Addresses: `cidr` without the `except` blocks (S23). */
  | { readonly kind: 'ipBlock'; readonly cidr: Cidr; readonly except: readonly Cidr[]; readonly span?: Span }

/** One rule: traffic that matches a peer and a port. */
export interface Rule {
  /** `'any'`: every source or destination (S05). An empty list never occurs. */
  readonly peers: 'any' | readonly Peer[]
  /** `'any'`: every port of every protocol (S06). An empty list never occurs. */
  readonly ports: 'any' | readonly PortMatch[]
  readonly span?: Span
}

/** A NetworkPolicy. A direction that it does not isolate is `undefined`; one isolated without rules is `[]` (S01–S03). */
export interface NetworkPolicy {
  readonly namespace: string
  readonly name: string
  readonly subject: Selector
  readonly ingress: readonly Rule[] | undefined
  readonly egress: readonly Rule[] | undefined
  /** Set when the manifest leaves `policyTypes` out or empty: its rules decided what is isolated (S01). */
  readonly impliedTypes?: true
  readonly span?: Span
}

/** `NetworkPolicy ns/name`. */
export function policyName(policy: NetworkPolicy): string {
  return `NetworkPolicy ${policy.namespace}/${policy.name}`
}
