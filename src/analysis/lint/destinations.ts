// The pods of the input that the ports of a rule are about: those it selects, or for egress those its peers mean.
import type { Pod } from '../../policy/snapshot.ts'
import type { LintContext, PlacedRule } from './context.ts'

/** `undefined`: the input does not have them all (a peer in unknown namespaces, addresses, everybody), so nothing follows. */
export function destinationsOf(context: LintContext, placed: PlacedRule): readonly Pod[] | undefined {
  const { policy, direction, rule } = placed
  if (direction === 'ingress') return context.subjects(policy).pods
  if (rule.peers === 'any') return undefined
  const pods: Pod[] = []
  for (const peer of rule.peers) {
    if (peer.kind !== 'pods') return undefined
    const found = context.peers(policy, peer)
    if (found.open || found.pods.length === 0) return undefined
    pods.push(...found.pods)
  }
  return [...new Set(pods)]
}
