// Two admin policies of one tier and priority that disagree about a connection: which comes first is not defined.
import { type ClusterNetworkPolicy, clusterPolicyName } from '../../../policy/cluster-network-policy.ts'
import { cellsMeet } from '../cover.ts'
import { clusterRuleWords, orderedRules, type PlacedClusterRule } from '../cluster-rules.ts'
import { spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'

function disagree(a: PlacedClusterRule, b: PlacedClusterRule): boolean {
  if (a.action === b.action) return false
  return a.cells.some((one) => b.cells.some((other) => cellsMeet(one, other)))
}

export const priorityTie: Rule = {
  id: 'priority-tie',
  title: 'two admin policies of one priority disagree: which comes first is not defined',
  severity: 'error',
  *check({ snapshot }) {
    for (const tier of ['admin', 'baseline'] as const) {
      const told = new Set<ClusterNetworkPolicy>()
      for (const direction of ['ingress', 'egress'] as const) {
        const rules = orderedRules(snapshot.clusterPolicies, tier, direction)
        for (const same of Map.groupBy(rules, ({ policy }) => policy.priority).values()) {
          for (const [place, second] of same.entries()) {
            const first = same.slice(0, place).find((one) => one.policy !== second.policy && disagree(one, second))
            if (!first || told.has(second.policy)) continue
            told.add(second.policy)
            yield {
              message: `${clusterPolicyName(second.policy)} and ${clusterPolicyName(first.policy)} have priority ${second.policy.priority} in the ${tier} tier and disagree about some connections: which comes first is not defined`,
              ...spanAt(second.policy, second.rule),
              notes: [
                {
                  message: `${clusterRuleWords(second)}: ${second.action}`,
                  ...spanAt(second.policy, second.rule),
                },
                { message: `${clusterRuleWords(first)}: ${first.action}`, ...spanAt(first.policy, first.rule) },
              ],
              help: 'give each its own priority',
            }
          }
        }
      }
    }
  },
}
