// A policy that selects pods on the host network, to which it does not apply (S33).
import { policyName } from '../../../policy/network-policy.ts'
import { spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import type { Rule } from '../rule.ts'

export const hostNetworkSubject: Rule = {
  id: 'host-network-subject',
  title: 'the policy selects pods on the host network, to which it does not apply',
  severity: 'warning',
  *check(context) {
    for (const policy of context.policies) {
      const { hosts } = context.subjects(policy)
      // `podSelector: {}` is about the namespace, not about these pods.
      if (hosts.length === 0 || policy.subject.requirements.length === 0) continue
      const [first] = hosts
      yield {
        message: `${policyName(policy)} selects ${podNames(hosts)}, on the host network: network plugins treat such pods as their node, and the policy does not protect them`,
        ...spanAt(policy, policy.subject.requirements[0]),
        notes: [{ message: '`hostNetwork: true` is here', ...(first?.span && { span: first.span }) }],
        help: 'remove `hostNetwork: true` from the pods, or protect the node by other means',
      }
    }
  },
}
