// A policy that was written to let a scraper in, and cuts everybody else off: selecting a pod isolates it (S29).
import { policyName } from '../../../policy/network-policy.ts'
import type { Pod } from '../../../policy/snapshot.ts'
import { matches } from '../../../policy/selector.ts'
import { type LintContext, spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import { opensPort } from '../ports.ts'
import type { Rule } from '../rule.ts'
import { isScraper } from '../scrapers.ts'

/** A Service leads to a port of the pod other than those that the scraper may open. */
function servesOthers(context: LintContext, pod: Pod, isOpened: (port: number) => boolean): boolean {
  return context.servicesIn(pod.namespace).some(
    ({ selector, ports }) =>
      selector !== undefined &&
      matches(selector, pod.labels) &&
      ports.some(({ targetPort, protocol }) => {
        const numbers =
          typeof targetPort === 'number'
            ? [targetPort]
            : pod.ports.flatMap(({ name, port }) => (name === targetPort ? [port] : []))
        return protocol === 'TCP' && numbers.some((port) => !isOpened(port))
      }),
  )
}

export const metricsPolicyIsolates: Rule = {
  id: 'metrics-policy-isolates',
  title: 'a policy for a scraper is the only one that lets anybody in',
  severity: 'warning',
  *check(context) {
    for (const policy of context.policies) {
      const rules = policy.ingress ?? []
      if (rules.length === 0 || !rules.every(({ peers }) => peers !== 'any' && peers.every(isScraper))) continue
      const models = new Set(context.modelsOf(policy).map(({ pod }) => pod))
      const others = context.policiesIn(policy.namespace).filter((other) => other !== policy && other.ingress)
      const cutOff = context
        .subjects(policy)
        .pods.filter(
          (pod) =>
            !others.some(({ subject }) => matches(subject, pod.labels)) &&
            (models.has(pod) ||
              servesOthers(context, pod, (port) => rules.some(({ ports }) => opensPort(ports, 'TCP', port)))),
        )
      if (cutOff.length === 0) continue
      yield {
        message: `${policyName(policy)} lets a scraper in, and by that isolates ${podNames(cutOff)}: no other policy lets callers in, so they are all denied`,
        ...spanAt(policy),
        help: 'allow the callers too, in this policy or in another one for the same pods',
      }
    }
  },
}
