// A rule that opens one side of a connection, while the policies of the other side deny it (S28).
import { podEndpoint } from '../../../engine/endpoint.ts'
import type { NetworkPolicy } from '../../../policy/network-policy.ts'
import { policyName } from '../../../policy/network-policy.ts'
import type { Pod } from '../../../policy/snapshot.ts'
import { type LintContext, type PlacedRule, ruleName, spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import type { Rule, Statement } from '../rule.ts'

/** One pod for all that policies cannot tell apart by labels, ports and addresses. */
function different(pods: readonly Pod[]): Pod[] {
  const looks = (pod: Pod) =>
    JSON.stringify([pod.namespace, [...pod.labels], pod.ports, pod.addresses.map(({ value }) => `${value}`)])
  return [...new Map(pods.map((pod) => [looks(pod), pod])).values()]
}

/** The policies that isolate the other side of every pair, where no pair at all gets through this rule. */
function deniers(
  context: LintContext,
  placed: PlacedRule,
  peers: readonly Pod[],
): ReadonlySet<NetworkPolicy> | undefined {
  const found = new Set<NetworkPolicy>()
  for (const subject of different(context.subjects(placed.policy).pods)) {
    for (const peer of different(peers)) {
      if (peer === subject) continue
      const [source, destination] = placed.direction === 'ingress' ? [peer, subject] : [subject, peer]
      const { ingress, egress } = context.engine.why(podEndpoint(source), podEndpoint(destination), 4)
      const other = placed.direction === 'ingress' ? egress : ingress
      if (other.isolatedBy.length === 0 || other.admittedBy.length > 0 || other.ungoverned) return undefined
      if (other.admin.length > 0) return undefined
      for (const policy of other.isolatedBy) found.add(policy)
    }
  }
  return found.size > 0 ? found : undefined
}

function* ofRule(context: LintContext, placed: PlacedRule): Generator<Statement> {
  const { policy, direction, rule } = placed
  for (const peer of rule.peers === 'any' ? [] : rule.peers) {
    // Whoever names no label of a pod speaks of nobody in particular.
    if (peer.kind !== 'pods' || peer.pods.requirements.length === 0) continue
    const { pods } = context.peers(policy, peer)
    const by = pods.length > 0 ? deniers(context, placed, pods) : undefined
    if (!by) continue
    const other = direction === 'ingress' ? 'egress' : 'ingress'
    const whose = direction === 'ingress' ? 'its egress is isolated too' : 'its ingress is isolated too'
    yield {
      message: `${ruleName(placed)} allows ${podNames(pods)}, but ${whose} and no rule there allows the connection: it is denied`,
      ...spanAt(policy, peer, rule),
      notes: [...by].slice(0, 3).map((one) => ({ message: `${policyName(one)} denies its ${other}`, ...spanAt(one) })),
      help: `allow the ${other} as well: both ends must agree`,
    }
  }
}

export const oneSided: Rule = {
  id: 'one-sided',
  title: 'a rule opens one side of a connection that the other side denies',
  severity: 'warning',
  *check(context) {
    const isolated = {
      ingress: context.policies.some(({ egress }) => egress),
      egress: context.policies.some(({ ingress }) => ingress),
    }
    for (const placed of context.rules) if (isolated[placed.direction]) yield* ofRule(context, placed)
  },
}
