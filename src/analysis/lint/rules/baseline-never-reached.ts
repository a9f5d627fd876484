// A policy of the baseline tier whose pods are all isolated by NetworkPolicies: it is asked about none of them.
import { matchNamespace, namespaceOf } from '../../../engine/match.ts'
import { clusterPolicyName } from '../../../policy/cluster-network-policy.ts'
import type { Direction } from '../../../policy/network-policy.ts'
import { matches } from '../../../policy/selector.ts'
import type { Pod } from '../../../policy/snapshot.ts'
import { type LintContext, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'

function isIsolated(context: LintContext, pod: Pod, direction: Direction): boolean {
  return context
    .policiesIn(pod.namespace)
    .some((policy) => policy[direction] !== undefined && matches(policy.subject, pod.labels))
}

export const baselineNeverReached: Rule = {
  id: 'baseline-never-reached',
  title: 'a baseline policy whose pods are all isolated by NetworkPolicies',
  severity: 'note',
  *check(context) {
    const { clusterPolicies, namespaces } = context.snapshot
    for (const policy of clusterPolicies.filter(({ tier }) => tier === 'baseline')) {
      const { subject } = policy
      const pods = context.everyPod.filter(
        (pod) =>
          !pod.hostNetwork &&
          matches(subject.pods, pod.labels) &&
          matchNamespace(subject.namespaces, namespaceOf(namespaces, pod.namespace)) !== 'no',
      )
      const directions = (['ingress', 'egress'] as const).filter((direction) => policy[direction].length > 0)
      const idle = directions.filter((direction) => pods.every((pod) => isIsolated(context, pod, direction)))
      if (pods.length === 0 || idle.length < directions.length || directions.length === 0) continue
      yield {
        message: `${clusterPolicyName(policy)} decides nothing for the ${pods.length} pods of the input that it selects: NetworkPolicies isolate them all for ${idle.join(' and ')}, and the baseline tier is asked only about others`,
        ...spanAt(policy),
        help: 'it still holds for pods to come; what must always hold belongs into the admin tier',
      }
    }
  },
}
