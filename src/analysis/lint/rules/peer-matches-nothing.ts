// A peer that means no pod, although the namespaces it speaks of have pods in the input.
import { type Peer, policyName } from '../../../policy/network-policy.ts'
import { formatSelector } from '../../../policy/selector.ts'
import { type LintContext, type PlacedRule, ruleWords, spanAt } from '../context.ts'
import { nearestLabels } from '../near-labels.ts'
import type { Rule, Statement } from '../rule.ts'
import { splitPairs } from '../split-peers.ts'

type PodPeer = Extract<Peer, { kind: 'pods' }>

function words(peer: PodPeer): string {
  const pods = formatSelector(peer.pods)
  return peer.namespaces === 'own' ? `\`${pods}\`` : `\`${pods}\` in namespaces \`${formatSelector(peer.namespaces)}\``
}

/** What is wrong with a peer; nothing where the input lacks what it could be compared with. */
function judge(context: LintContext, placed: PlacedRule, peer: PodPeer): Statement | undefined {
  const { policy } = placed
  const { pods, hosts, open, namespaces } = context.peers(policy, peer)
  const there = namespaces.flatMap((name) => context.pods.in(name))
  if (pods.length + hosts.length > 0 || open || there.length === 0) return undefined
  const near = nearestLabels(peer.pods, there)
  return {
    message: `a peer in ${ruleWords(placed)} of ${policyName(policy)} means no pod of the input: ${words(peer)}`,
    ...spanAt(policy, peer, placed.rule),
    ...(near && { notes: [near] }),
    help: 'use labels that the pods carry, or remove the peer',
  }
}

export const peerMatchesNothing: Rule = {
  id: 'peer-matches-nothing',
  title: 'a peer means no pod of the input',
  severity: 'warning',
  *check(context) {
    for (const placed of context.rules) {
      if (placed.rule.peers === 'any' || context.isRendered(placed.policy)) continue
      const split = splitPairs(context, placed).map(({ second }) => second) // `split-peers` says it better
      for (const peer of placed.rule.peers) {
        const found = peer.kind === 'pods' && !split.includes(peer) ? judge(context, placed, peer) : undefined
        if (found) yield found
      }
    }
  },
}
