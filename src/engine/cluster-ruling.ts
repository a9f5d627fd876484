// Why a tier of the admin APIs decides as it does for one pair: each rule that matches, with the connections it decides.
import type { ClusterNetworkPolicy, ClusterRule } from '../policy/cluster-network-policy.ts'
import {
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts'
import { type Choice, otherwise, perhaps, ruled, UNDECIDED } from './choice.ts'
import type { Applied, Rank } from './cluster-tier.ts'
import type { CompiledClusterRule } from './compiled-cluster-policy.ts'
import type { Match } from './match.ts'
import type { Pair } from './network-policy-tier.ts'
import { resolvePorts } from './port-resolution.ts'
import type { DependsReason } from './reach.ts'

/**
 * A rule of an admin API and the connections that it decides: those that no rule before it in its tier surely decides,
 * nor one before it in its own policy as surely as the policy applies.
 */
export interface ClusterRuling {
  readonly policy: ClusterNetworkPolicy
  readonly rule: ClusterRule
  /** Place of the rule in the policy's list, from 0. */
  readonly index: number
  readonly connections: ConnectionSet
  /** Why it is not sure that the rule decides them; absent when it is. */
  readonly reason?: DependsReason
}

/** A rule that matches the pair, with every reason why that is not sure where its policy applies. */
interface Hit {
  readonly rule: CompiledClusterRule
  readonly connections: ConnectionSet
  readonly reasons: readonly DependsReason[]
}

function hitsOf({ one }: Applied, { direction, subject, peer, family }: Pair): Hit[] {
  return one.rules[direction].flatMap((rule): Hit[] => {
    const answers = new Set<Match>(rule.peers === 'any' ? ['yes'] : rule.peers.map(({ match }) => match(peer, family)))
    answers.delete('no')
    if (answers.size === 0) return []
    const reasons = answers.has('yes') ? [] : ([...answers] as DependsReason[])
    return [{ rule, connections: resolvePorts(rule.ports, direction === 'ingress' ? subject : peer), reasons }]
  })
}

function choiceOf(hits: readonly Hit[], applies: DependsReason | undefined): Choice {
  const choice = hits.toReversed().reduce((later, { rule, connections, reasons }) => {
    const { action } = rule
    if (reasons.length === 0) return ruled({ action, connections }, later)
    return reasons.reduce((all, reason) => ruled({ action, connections, reason }, all), later)
  }, UNDECIDED)
  return applies === undefined ? choice : perhaps(choice, applies)
}

/** Every rule that matches, in order; one that is sure for some connections and not for others stands twice. */
export function rulingsOf(ranks: readonly Rank[], pair: Pair): ClusterRuling[] {
  const rulings: ClusterRuling[] = []
  let decided = NO_CONNECTIONS
  for (const rank of ranks) {
    const members = rank.map((applied) => {
      const hits = hitsOf(applied, pair)
      return { policy: applied.one.policy, applies: applied.reason, hits, choice: choiceOf(hits, applied.reason) }
    })
    let after = decided
    for (const member of members) {
      let own = decided
      const others = members.filter((other) => other !== member).map(({ choice }) => choice)
      for (const { rule, connections, reasons } of member.hits) {
        const left = subtractConnections(connections, own)
        const tie = intersectConnections(
          left,
          others.map((other) => otherwise(other, rule.action)).reduce(unionConnections, NO_CONNECTIONS),
        )
        // What fails closed is shown as what it does.
        const shown = rule.action === rule.rule.action ? rule.rule : { ...rule.rule, action: rule.action }
        const at = { policy: member.policy, rule: shown, index: rule.index }
        const add = (some: ConnectionSet, reason?: DependsReason): void => {
          if (!isEmpty(some)) rulings.push({ ...at, connections: some, ...(reason !== undefined && { reason }) })
        }
        const open = new Set([...(member.applies === undefined ? [] : [member.applies]), ...reasons])
        for (const reason of open) add(left, reason)
        if (open.size === 0) {
          add(tie, 'priority-tie')
          add(subtractConnections(left, tie))
        }
        // Where the policy applies, a rule that matches surely leaves nothing to those after it.
        if (reasons.length === 0) own = unionConnections(own, connections)
      }
      if (member.applies === undefined) after = unionConnections(after, own)
    }
    decided = after
  }
  return rulings
}
