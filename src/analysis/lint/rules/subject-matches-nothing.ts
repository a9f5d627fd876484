// A policy that selects no pod of its namespace.
import { formatSelector } from '../../../policy/selector.ts'
import { policyName } from '../../../policy/network-policy.ts'
import { spanAt } from '../context.ts'
import { nearestLabels } from '../near-labels.ts'
import type { Rule } from '../rule.ts'

export const subjectMatchesNothing: Rule = {
  id: 'subject-matches-nothing',
  title: 'the policy selects no pod of its namespace',
  severity: 'warning',
  *check(context) {
    for (const policy of context.policies) {
      const { subject, namespace } = policy
      const present = context.pods.in(namespace)
      if (present.length === 0) continue // nothing to compare with
      const { pods, hosts } = context.subjects(policy)
      if (pods.length + hosts.length > 0 || context.isRendered(policy)) continue
      const near = nearestLabels(subject, present)
      yield {
        message: `${policyName(policy)} selects \`${formatSelector(subject)}\`, and none of the ${present.length} pods of \`${namespace}\` in the input has these labels: it protects nothing`,
        ...spanAt(policy, subject.requirements[0]),
        ...(near && { notes: [near] }),
        help: 'use labels that the pods carry, or remove the policy',
      }
    }
  },
}
