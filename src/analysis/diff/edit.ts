// One difference between two versions of a policy: small enough to point at, and to be taken back on its own.
import type { Span } from '../../diag/source.ts'
import type { ClusterNetworkPolicy, ClusterPeer, ClusterRule } from '../../policy/cluster-network-policy.ts'
import type { Direction, NetworkPolicy, Peer, PortMatch, Rule } from '../../policy/network-policy.ts'
import type { Selector } from '../../policy/selector.ts'

export type EditKind =
  /** The policy itself. What its rules say are edits of their own. */
  | 'policy-added'
  | 'policy-removed'
  /** It now isolates pods in a direction in which it did not, or the reverse (S01–S03, S29). */
  | 'isolation-added'
  | 'isolation-removed'
  | 'subject-changed'
  /** Tier or priority of a cluster policy. */
  | 'order-changed'
  | 'rule-added'
  | 'rule-removed'
  | 'rule-changed'
  /** One rule with peers and ports became two, one with the peers and one with the ports: AND became OR. */
  | 'rule-split'
  | 'rule-joined'
  /** A list of peers that was not there before (S05), or the reverse: every peer matches. */
  | 'peers-added'
  | 'peers-removed'
  | 'peer-added'
  | 'peer-removed'
  | 'peer-changed'
  /** One peer of namespaceSelector and podSelector became two peers: AND became OR (S09). */
  | 'peer-split'
  | 'peer-joined'
  | 'ports-added'
  | 'ports-removed'
  | 'port-added'
  | 'port-removed'

/** The piece of a policy that an edit is about. */
export type Part =
  | { readonly what: 'policy'; readonly policy: NetworkPolicy | ClusterNetworkPolicy }
  | { readonly what: 'selector'; readonly selector: Selector }
  | { readonly what: 'rule'; readonly rule: Rule | ClusterRule; readonly index: number }
  | { readonly what: 'peer'; readonly peer: Peer | ClusterPeer }
  | { readonly what: 'port'; readonly port: PortMatch }

/** The policy that an edit belongs to. */
export interface Edited {
  /** `NetworkPolicy`, `ClusterNetworkPolicy`, … */
  readonly kind: string
  /** Empty for the admin APIs. */
  readonly namespace: string
  readonly name: string
}

export interface PolicyEdit {
  readonly kind: EditKind
  readonly policy: Edited
  /** Absent where it is about both. */
  readonly direction?: Direction
  /** Place of the rule in its list, from 0: in the later version where it is there, else in the earlier. */
  readonly rule?: number
  readonly was?: Part
  readonly is?: Part
  /** Where it stood, and where it stands now: of what surrounds it, where it itself is not there. */
  readonly before?: Span
  readonly after?: Span
}

/** The policies' own words, without their places: equal texts mean the same. */
export function meaning(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (key === 'span' || key === 'impliedTypes') return undefined
    return typeof part === 'bigint' ? `${part}n` : part
  })
}
