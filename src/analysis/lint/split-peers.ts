// Two peers where one was meant: a dash too many turns AND into OR (S09).
import type { Peer } from '../../policy/network-policy.ts'
import type { LintContext, PlacedRule } from './context.ts'

type PodPeer = Extract<Peer, { kind: 'pods' }>

export interface SplitPair {
  /** The namespaces, with all their pods. */
  readonly first: PodPeer
  /** The pods, of which the policy's own namespace has none and those namespaces have some. */
  readonly second: PodPeer
}

/** Neighbours in a list: namespaces alone, then pods alone that are found in those namespaces and not in the policy's own. */
export function splitPairs(context: LintContext, { policy, rule }: PlacedRule): SplitPair[] {
  const { peers } = rule
  if (peers === 'any') return []
  return peers.flatMap((second, index): SplitPair[] => {
    const first = peers[index - 1]
    if (first?.kind !== 'pods' || second.kind !== 'pods') return []
    if (first.namespaces === 'own' || first.pods.requirements.length > 0) return []
    if (second.namespaces !== 'own' || second.pods.requirements.length === 0) return []
    const own = context.peers(policy, second)
    if (context.pods.in(policy.namespace).length === 0 || own.pods.length + own.hosts.length > 0) return []
    return context.pods.find(first.namespaces, second.pods).pods.length > 0 ? [{ first, second }] : []
  })
}
