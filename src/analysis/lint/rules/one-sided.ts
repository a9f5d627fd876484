// A rule that opens one side of a connection, while the policies of the other side deny it (S28).
import { podEndpoint } from '../../../engine/endpoint.ts'
import { type Direction, type NetworkPolicy, policyName } from '../../../policy/network-policy.ts'
import { matches } from '../../../policy/selector.ts'
import type { Pod } from '../../../policy/snapshot.ts'
import { type LintContext, type PlacedRule, ruleName, spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import type { Rule, Statement } from '../rule.ts'

/** A text for each pod, worked out once. */
function remembered(make: (pod: Pod) => string): (pod: Pod) => string {
  const known = new WeakMap<Pod, string>()
  return (pod) => {
    const text = known.get(pod) ?? make(pod)
    known.set(pod, text)
    return text
  }
}

/** What rules for others can see of a pod. */
const looks = remembered((pod) =>
  JSON.stringify([pod.namespace, [...pod.labels], pod.ports, pod.addresses.map(({ value }) => `${value}`)]),
)

/** What decides about a pod as the subject of one direction: the policies that isolate it. */
function isolation(context: LintContext, direction: Direction): (pod: Pod) => string {
  return remembered((pod) => {
    const policies = context.policiesIn(pod.namespace)
    const by = policies.flatMap((policy, nth) =>
      policy[direction] && matches(policy.subject, pod.labels) ? [nth] : [],
    )
    return `${pod.namespace} ${by.join()}`
  })
}

/** One pod for all with the same text. */
function different(pods: readonly Pod[], by: (pod: Pod) => string): Pod[] {
  return [...new Map(pods.map((pod) => [by(pod), pod])).values()]
}

/** The policies that isolate the other side of every pair, where no pair at all gets through this rule. */
function deniers(
  context: LintContext,
  placed: PlacedRule,
  { peers, by }: { readonly peers: readonly Pod[]; readonly by: (pod: Pod) => string },
): ReadonlySet<NetworkPolicy> | undefined {
  const found = new Set<NetworkPolicy>()
  for (const subject of different(context.subjects(placed.policy).pods, looks)) {
    for (const peer of different(peers, by)) {
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

function* ofRule(
  context: LintContext,
  placed: PlacedRule,
  isolations: Readonly<Record<Direction, (pod: Pod) => string>>,
): Generator<Statement> {
  const { policy, direction, rule } = placed
  for (const peer of rule.peers === 'any' ? [] : rule.peers) {
    // Whoever names no label of a pod speaks of nobody in particular.
    if (peer.kind !== 'pods' || peer.pods.requirements.length === 0) continue
    const { pods } = context.peers(policy, peer)
    const other = direction === 'ingress' ? 'egress' : 'ingress'
    const by = pods.length > 0 ? deniers(context, placed, { peers: pods, by: isolations[other] }) : undefined
    if (!by) continue
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
    const isolations = { ingress: isolation(context, 'ingress'), egress: isolation(context, 'egress') }
    for (const placed of context.rules) if (isolated[placed.direction]) yield* ofRule(context, placed, isolations)
  },
}
