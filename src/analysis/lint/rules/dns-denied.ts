// A program that is told a name to call, in a pod whose policies let it ask no DNS (S44).
import type { Pod, Service } from '../../../policy/snapshot.ts'
import { type NetworkPolicy, policyName } from '../../../policy/network-policy.ts'
import { matches } from '../../../policy/selector.ts'
import { DNS_PORT, OPENSHIFT_DNS_PORT } from '../dns.ts'
import { type LintContext, spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import { opensPort } from '../ports.ts'
import type { Rule } from '../rule.ts'

/** A host in a URL or of the form NAME.NAMESPACE.svc. */
const HOST =
  /(?:\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@]*@)?([a-z0-9][a-z0-9.-]*))|\b([a-z0-9-]+\.[a-z0-9-]+\.svc(?:\.[a-z0-9.-]+)?)\b/i
const ADDRESS = /^[0-9.]+$|^localhost$/

/** The first name among the words of the pod's containers: in a URL, of a Service, or a Service of its namespace with a port. */
function nameIn(pod: Pod, services: readonly Service[]): string | undefined {
  const text = (pod.programs ?? []).map(({ words }) => words.join(' ')).join(' ')
  const host = HOST.exec(text)
  const found = host?.[1] ?? host?.[2]
  if (found !== undefined && !ADDRESS.test(found)) return found
  return services.find(({ name }) => new RegExp(`(?:^|[\\s=])${name}:\\d`).test(text))?.name
}

/** One pod for each workload. */
function eachPod({ everyPod }: LintContext): Pod[] {
  return [
    ...new Map(
      everyPod.map((pod) => [`${pod.namespace}/${pod.owner?.kind}/${pod.owner?.name ?? pod.name}`, pod]),
    ).values(),
  ]
}

/** Some rule opens DNS to whom it could be: anybody but pods of its own namespace that serve none. */
function letsAsk(context: LintContext, policy: NetworkPolicy): boolean {
  return (policy.egress ?? []).some(({ peers, ports }) => {
    if (![DNS_PORT, OPENSHIFT_DNS_PORT].some((port) => opensPort(ports, 'UDP', port))) return false
    return (
      peers === 'any' ||
      peers.some(
        (peer) =>
          peer.kind === 'ipBlock' ||
          peer.namespaces !== 'own' ||
          context.peers(policy, peer).pods.some((pod) => pod.ports.some(({ port }) => port === DNS_PORT)),
      )
    )
  })
}

export const dnsDenied: Rule = {
  id: 'dns-denied',
  title: 'a program is told a name to call, and may ask no DNS for it',
  severity: 'warning',
  *check(context) {
    for (const pod of eachPod(context)) {
      if (pod.hostNetwork || !pod.programs?.some(({ words }) => words.length > 0)) continue
      const policies = context
        .policiesIn(pod.namespace)
        .filter(({ egress, subject }) => egress && matches(subject, pod.labels))
      const [first] = policies
      if (!first) continue
      const mayAsk = policies.some((policy) => letsAsk(context, policy))
      const name = mayAsk ? undefined : nameIn(pod, context.servicesIn(pod.namespace))
      if (name === undefined) continue
      yield {
        message: `${podNames([pod])} is told to call \`${name}\`, and no rule lets it ask DNS for the address`,
        ...(pod.span && { span: pod.span }),
        notes: [{ message: `${policyName(first)} isolates it for egress`, ...spanAt(first) }],
        help: 'allow UDP and TCP port 53 to the DNS pods, or give it an address',
      }
    }
  },
}
