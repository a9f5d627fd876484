// An Accept of the admin tier that opens what a NetworkPolicy denies: it comes first, and isolation does not stop it.
import { type NetworkPolicy, policyName } from '../../../policy/network-policy.ts'
import { intersectBoxes } from '../../../sets/label-set.ts'
import { intersectCells } from '../../region.ts'
import { clusterRuleWords, orderedRules, type PlacedClusterRule } from '../cluster-rules.ts'
import { type LintContext, spanAt } from '../context.ts'
import { isCovered } from '../cover.ts'
import { ruleCells, subjectSide } from '../rule-cells.ts'
import type { Rule } from '../rule.ts'

/** The policies that isolate some of the rule's subjects and do not let all of what it accepts through themselves. */
function opened(context: LintContext, { cells, direction }: PlacedClusterRule): NetworkPolicy[] {
  const role = direction === 'ingress' ? 'destination' : 'source'
  return context.policies.filter((policy) => {
    const side = policy[direction] && subjectSide(policy)
    const mine = side ? cells.filter((cell) => intersectBoxes(cell[role].box, side.box)) : []
    if (!side || mine.length === 0) return false
    const within = mine.flatMap((cell) => intersectCells(cell, { ...cell, [role]: side }) ?? [])
    const allowed = context
      .policiesIn(policy.namespace)
      .flatMap((one) => (one[direction] ?? []).flatMap((rule) => ruleCells(one, direction, rule)))
    return !isCovered(within, allowed)
  })
}

export const adminOpensIsolated: Rule = {
  id: 'admin-opens-isolated',
  title: 'an Accept of the admin tier opens what NetworkPolicies deny',
  severity: 'note',
  *check(context) {
    for (const direction of ['ingress', 'egress'] as const) {
      for (const placed of orderedRules(context.snapshot.clusterPolicies, 'admin', direction)) {
        if (placed.action !== 'Accept') continue
        const policies = opened(context, placed)
        const [first] = policies
        if (!first) continue
        const [model] = policies.flatMap((policy) => context.modelsOf(policy))
        yield {
          ...(model && { severity: 'warning' }),
          message: `${clusterRuleWords(placed)} accepts ${direction} that ${policyName(first)}${policies.length > 1 ? ` and ${policies.length - 1} more` : ''} would deny: the admin tier comes first${model ? `, and a model server is among the pods (${model.known})` : ''}`,
          ...spanAt(placed.policy, placed.rule),
          notes: policies
            .slice(0, 3)
            .map((policy) => ({ message: `${policyName(policy)} isolates its pods`, ...spanAt(policy) })),
          help: 'write `Pass` where the namespaces shall decide',
        }
      }
    }
  },
}
