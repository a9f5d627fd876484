// A rule of the admin APIs that decides nothing: rules before it in its tier match all that it matches.
import { clusterRuleWords, orderedRules, type PlacedClusterRule } from '../cluster-rules.ts'
import { spanAt } from '../context.ts'
import { isCovered } from '../cover.ts'
import type { Rule } from '../rule.ts'

/** Of the same policy before it, or of policies that surely come first. */
function comesBefore(a: PlacedClusterRule, b: PlacedClusterRule): boolean {
  return a.policy === b.policy ? a.index < b.index : a.policy.priority < b.policy.priority
}

export const adminRuleShadowed: Rule = {
  id: 'admin-rule-shadowed',
  title: 'a rule of the admin APIs decides nothing, since rules before it match all that it matches',
  severity: 'warning',
  *check({ snapshot }) {
    for (const tier of ['admin', 'baseline'] as const) {
      for (const direction of ['ingress', 'egress'] as const) {
        const rules = orderedRules(snapshot.clusterPolicies, tier, direction)
        for (const placed of rules) {
          if (placed.isPart || placed.cells.length === 0) continue
          const before = rules.filter((other) => comesBefore(other, placed))
          const whole = before.filter(({ cells }) => isCovered(placed.cells, cells)).slice(0, 1)
          const by =
            whole.length > 0 ||
            !isCovered(
              placed.cells,
              before.flatMap(({ cells }) => cells),
            )
              ? whole
              : before
          if (by.length === 0) continue
          yield {
            message: `${clusterRuleWords(placed)} decides nothing: rules before it match all that it matches`,
            ...spanAt(placed.policy, placed.rule),
            notes: by.slice(0, 3).map((other) => ({
              message: `${clusterRuleWords(other)} comes first: ${other.action}`,
              ...spanAt(other.policy, other.rule),
            })),
            help: 'put it before them, or remove it',
          }
        }
      }
    }
  },
}
