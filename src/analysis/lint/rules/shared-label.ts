// A policy that selects a model server by a label which says who made it, not what it is: other pods have it too.
import { policyName } from '../../../policy/network-policy.ts'
import { formatSelector } from '../../../policy/selector.ts'
import { spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import type { Rule } from '../rule.ts'

const SHARED = new Set([
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/part-of',
  'helm.sh/chart',
  'heritage',
  'environment',
  'helm-release-name',
])

export const sharedLabel: Rule = {
  id: 'shared-label',
  title: 'a model server and other pods are selected by a label that says who made them',
  severity: 'warning',
  *check(context) {
    if (context.models.length === 0) return
    const models = new Set(context.models.map(({ pod }) => pod))
    for (const policy of context.policies) {
      const { requirements } = policy.subject
      if (requirements.length === 0 || !requirements.every(({ key }) => SHARED.has(key))) continue
      const { pods } = context.subjects(policy)
      const others = pods.filter((pod) => !models.has(pod))
      if (others.length === 0 || others.length === pods.length) continue
      yield {
        message: `${policyName(policy)} selects by \`${formatSelector(policy.subject)}\`, which a model server shares with ${podNames(others)}: what is opened for one is open for all`,
        ...spanAt(policy, requirements[0]),
        help: 'select the model server by a label of its own',
      }
    }
  },
}
