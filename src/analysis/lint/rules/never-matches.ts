// A policy, rule or peer that nothing could ever match: its conditions contradict each other.
import { addressesOf } from '../../../engine/match.ts'
import { removeItem } from '../../../diag/edit.ts'
import { type NetworkPolicy, type Peer, policyName } from '../../../policy/network-policy.ts'
import { formatSelector } from '../../../policy/selector.ts'
import { noAddresses } from '../../../sets/ip-set.ts'
import { peerBox, subjectBox } from '../../universe.ts'
import { type LintContext, type PlacedRule, ruleName, ruleWords, spanAt } from '../context.ts'
import type { Fix, Rule, Statement } from '../rule.ts'

const CONTRADICTION = 'its conditions contradict each other, so no pod that could exist matches'

function contradictory(policy: NetworkPolicy, peer: Peer): string | undefined {
  if (peer.kind === 'ipBlock') {
    return noAddresses(addressesOf(peer)) ? '`except` takes out all of its `cidr`' : undefined
  }
  if (peerBox(peer, policy.namespace)) return undefined
  const namespaces = peer.namespaces === 'own' ? '' : ` in namespaces \`${formatSelector(peer.namespaces)}\``
  return `\`${formatSelector(peer.pods)}\`${namespaces}: ${CONTRADICTION}`
}

function removal(context: LintContext, placed: PlacedRule, peer: Peer): Fix | undefined {
  const { rule, policy } = placed
  if (context.isRendered(policy)) return undefined
  // Without its last peer the rule would match everybody: then the whole rule goes.
  const span = rule.peers !== 'any' && rule.peers.length > 1 ? peer.span : rule.span
  const edit = span && removeItem(span)
  return edit && { title: 'remove it', edits: [edit], keepsMeaning: true }
}

/** S18: outside the cluster a port's name means nothing. */
function onlyNamesOutside({ direction, rule }: PlacedRule): boolean {
  return (
    direction === 'egress' &&
    rule.peers !== 'any' &&
    rule.ports !== 'any' &&
    rule.peers.every(({ kind }) => kind === 'ipBlock') &&
    rule.ports.every(({ kind }) => kind === 'named')
  )
}

function* ofRule(context: LintContext, placed: PlacedRule): Generator<Statement> {
  const { policy, rule } = placed
  if (onlyNamesOutside(placed)) {
    yield {
      message: `${ruleName(placed)} names its ports, and addresses outside the cluster have no port names: it opens nothing there`,
      severity: 'warning',
      ...spanAt(policy, rule.ports === 'any' ? undefined : rule.ports[0], rule),
      help: 'write the port as a number',
    }
  }
  for (const peer of rule.peers === 'any' ? [] : rule.peers) {
    const why = contradictory(policy, peer)
    if (why === undefined) continue
    const fix = removal(context, placed, peer)
    yield {
      message: `a peer in ${ruleWords(placed)} of ${policyName(policy)} can never match: ${why}`,
      ...spanAt(policy, peer, rule),
      help: 'correct the conditions, or remove the peer',
      ...(fix && { fix }),
    }
  }
}

export const neverMatches: Rule = {
  id: 'never-matches',
  title: 'a policy, rule or peer that nothing could ever match',
  severity: 'error',
  fixable: true,
  *check(context) {
    for (const policy of context.policies) {
      if (subjectBox(policy)) continue
      yield {
        message: `${policyName(policy)} selects \`${formatSelector(policy.subject)}\`: ${CONTRADICTION}`,
        ...spanAt(policy, policy.subject.requirements[0]),
        help: 'correct the conditions, or remove the policy',
      }
    }
    for (const placed of context.rules) yield* ofRule(context, placed)
  },
}
