// The admin and baseline tiers of a question: policies in the order in which they are asked, those of one priority together.
import {
  type ClusterNetworkPolicy,
  type ClusterPods,
  type ClusterRule,
  type ClusterTier,
} from '../policy/cluster-network-policy.ts'
import type { Direction, Peer } from '../policy/network-policy.ts'
import type { Selector } from '../policy/selector.ts'

/** Policies of one tier and priority: more than one is a tie, whose order is undefined. */
export type Rank = readonly ClusterNetworkPolicy[]

export type ClusterTiers = Readonly<Record<ClusterTier, readonly Rank[]>>

function ranksOf(policies: readonly ClusterNetworkPolicy[]): Rank[] {
  const byPriority = Map.groupBy(policies, ({ priority }) => priority)
  return [...byPriority].sort(([a], [b]) => a - b).map(([, rank]) => rank)
}

export function tiersOf(policies: readonly ClusterNetworkPolicy[]): ClusterTiers {
  const of = (wanted: ClusterTier) => ranksOf(policies.filter(({ tier }) => tier === wanted))
  return { admin: of('admin'), baseline: of('baseline') }
}

export function rulesOf(policy: ClusterNetworkPolicy, direction: Direction): readonly ClusterRule[] {
  return policy[direction]
}

/** Pods as a peer of a NetworkPolicy says them: both selectors must hold. */
export function asPeer({ namespaces, pods }: ClusterPods): Extract<Peer, { kind: 'pods' }> {
  return { kind: 'pods', namespaces, pods }
}

/** Every selector of namespaces that a policy has. */
export function clusterSelectors(policies: readonly ClusterNetworkPolicy[]): Selector[] {
  return policies.flatMap(({ subject, ingress, egress }) => [
    subject.namespaces,
    ...[...ingress, ...egress].flatMap(({ peers }) =>
      peers.flatMap((peer) => (peer.kind === 'pods' ? [peer.namespaces] : [])),
    ),
  ])
}
