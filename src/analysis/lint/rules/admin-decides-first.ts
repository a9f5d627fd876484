// Rules and isolation of NetworkPolicies that the admin tier decides before they are asked.
import { policyName } from '../../../policy/network-policy.ts'
import { clusterRuleWords, decidedBy, orderedRules, type PlacedClusterRule } from '../cluster-rules.ts'
import { ruleName, spanAt } from '../context.ts'
import { everyCell, ruleCells } from '../rule-cells.ts'
import type { Rule } from '../rule.ts'

function notesOf(rules: readonly PlacedClusterRule[]) {
  return rules.slice(0, 3).map((placed) => ({
    message: `${clusterRuleWords(placed)}: ${placed.action}`,
    ...spanAt(placed.policy, placed.rule),
  }))
}

/** `allowed` for a rule whose connections are accepted anyway, `denied` where some are denied whatever the rule says. */
export const adminDecidesFirst: Rule = {
  id: 'admin-decides-first',
  title: 'the admin tier decides everything that a NetworkPolicy or one of its rules speaks of',
  severity: 'warning',
  *check(context) {
    const { clusterPolicies } = context.snapshot
    if (clusterPolicies.length === 0) return
    const tiers = {
      ingress: orderedRules(clusterPolicies, 'admin', 'ingress'),
      egress: orderedRules(clusterPolicies, 'admin', 'egress'),
    }
    const voided = new Set<string>()
    for (const policy of context.policies) {
      for (const direction of ['ingress', 'egress'] as const) {
        if (!policy[direction]) continue
        const { isWhole, accepting, denying } = decidedBy(tiers[direction], everyCell(policy, direction))
        if (!isWhole) continue
        voided.add(`${policyName(policy)} ${direction}`)
        const what = accepting.length === 0 ? 'denied' : denying.length === 0 ? 'accepted' : 'accepted or denied'
        yield {
          message: `${policyName(policy)} has no effect on ${direction}: the admin tier has ${what} everything for its pods before it is asked`,
          ...spanAt(policy),
          notes: notesOf([...accepting, ...denying]),
          help: 'let the admin policy `Pass` what the namespaces may decide',
        }
      }
    }
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (voided.has(`${policyName(policy)} ${direction}`)) continue
      const cells = ruleCells(policy, direction, rule)
      const { isWhole, denying, accepting } = decidedBy(tiers[direction], cells)
      if (!isWhole || denying.length === 0) continue
      yield {
        message: `${ruleName(placed)} ${
          accepting.length === 0
            ? 'never lets anything through: the admin tier has denied all of it before'
            : 'decides nothing: the admin tier has accepted some of it and denied the rest before'
        }`,
        ...spanAt(policy, rule),
        notes: notesOf(denying),
        help: 'remove the rule, or have the admin policy changed',
      }
    }
  },
}
