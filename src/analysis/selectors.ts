// The selectors of namespaces that a question can hang on.
import type { PodPeer } from '../policy/moat-spec.ts'
import type { Selector } from '../policy/selector.ts'
import { clusterSelectors } from './tiers.ts'
import type { Snapshot } from '../policy/snapshot.ts'

/** Those of all policies, and of what is asked about besides; things that select no namespaces have none. */
export function namespaceSelectorsOf(snapshot: Snapshot, stated: readonly object[]): Selector[] {
  const peers = snapshot.networkPolicies.flatMap((policy) =>
    [...(policy.ingress ?? []), ...(policy.egress ?? [])].flatMap((rule) => (rule.peers === 'any' ? [] : rule.peers)),
  )
  const cluster = clusterSelectors(snapshot.clusterPolicies)
  const others = [...peers, ...stated].flatMap((peer) => {
    const { namespaces } = peer as Partial<Pick<PodPeer, 'namespaces'>>
    return namespaces === undefined || namespaces === 'own' ? [] : [namespaces]
  })
  return [...cluster, ...others]
}
