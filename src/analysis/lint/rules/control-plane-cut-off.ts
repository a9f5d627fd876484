// A default deny in a namespace whose pods run the cluster: they, or everybody who needs them, are cut off.
import { policyName } from '../../../policy/network-policy.ts'
import type { Pod } from '../../../policy/snapshot.ts'
import { matches } from '../../../policy/selector.ts'
import { type LintContext, spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import type { Rule, Statement } from '../rule.ts'
import { isDefaultDeny } from '../shape.ts'

/** Where the cluster's own DNS, proxies and controllers live. */
const SYSTEM = /^(?:kube-system|openshift-(?:dns|ingress|apiserver|kube-apiserver|monitoring|operators))$/
/** The label that controllers made with kubebuilder and the Operator SDK carry. */
const CONTROLLER = 'control-plane'

/** Some egress rule of the pod's policies leads out of the pod network, where the API server is. */
function reachesNodes(context: LintContext, pod: Pod): boolean {
  return context
    .policiesIn(pod.namespace)
    .filter(({ subject }) => matches(subject, pod.labels))
    .some(({ egress = [] }) =>
      egress.some(({ peers }) => peers === 'any' || peers.some(({ kind }) => kind === 'ipBlock')),
    )
}

export const controlPlaneCutOff: Rule = {
  id: 'control-plane-cut-off',
  title: 'a default deny where pods run the cluster',
  severity: 'warning',
  *check(context) {
    for (const policy of context.policies) {
      const { namespace } = policy
      const directions = (['ingress', 'egress'] as const).filter((direction) => isDefaultDeny(policy, direction))
      if (directions.length === 0) continue
      if (SYSTEM.test(namespace)) {
        yield {
          message: `${policyName(policy)} denies ${directions.join(' and ')} by default for every pod of \`${namespace}\`, where the cluster's own services run: DNS and controllers may be cut off`,
          ...spanAt(policy),
          help: 'deny by default in the namespaces of applications, and here for named pods only',
        } satisfies Statement
        continue
      }
      const cutOff = directions.includes('egress')
        ? context.pods
            .in(namespace)
            .filter((pod) => pod.labels.has(CONTROLLER) && !pod.hostNetwork && !reachesNodes(context, pod))
        : []
      if (cutOff.length > 0) {
        yield {
          message: `${policyName(policy)} denies egress by default, and no rule lets ${podNames(cutOff)} (label \`${CONTROLLER}\`) reach the API server: a controller cannot work without`,
          ...spanAt(policy),
          help: 'allow it the address and port of the API server, with an ipBlock',
        }
      }
    }
  },
}
