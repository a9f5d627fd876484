// A rule that opens everything, beside policies that mean to restrict the same pods: rules add up (S27).
import { policyName } from '../../../policy/network-policy.ts'
import { isSubset } from '../../../sets/label-set.ts'
import { subjectBox } from '../../universe.ts'
import { ruleName, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'
import { opensEverything } from '../shape.ts'

export const allowAllBesideRestrictions: Rule = {
  id: 'allow-all-beside-restrictions',
  title: 'a rule that opens everything makes the restrictions of other policies void',
  severity: 'warning',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      const box = opensEverything(rule) && subjectBox(policy)
      if (!box) continue
      const voided = context.policiesIn(policy.namespace).filter((other) => {
        const rules = other[direction]
        const selected = other !== policy && rules && !rules.some(opensEverything) && subjectBox(other)
        return selected && isSubset([selected], [box])
      })
      if (voided.length === 0) continue
      const what = direction === 'ingress' ? 'from everybody on every port' : 'to everywhere on every port'
      yield {
        message: `${ruleName(placed)} allows ${direction} ${what}, and rules add up: what ${policyName(voided[0] as typeof policy)}${voided.length > 1 ? ` and ${voided.length - 1} more` : ''} would deny is open`,
        ...spanAt(policy, rule),
        notes: voided
          .slice(0, 3)
          .map((other) => ({ message: `${policyName(other)} is void for ${direction}`, ...spanAt(other) })),
        help: 'restrict the rule, or remove the policies that it makes void',
      }
    }
  },
}
