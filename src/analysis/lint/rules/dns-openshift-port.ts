// Port 53 to OpenShift's DNS pods, which listen on 5353 (S20).
import { insertItemAfter } from '../../../diag/edit.ts'
import { dnsPorts, isInNamespace, OPENSHIFT_DNS_PORT } from '../dns.ts'
import { ruleName, spanAt } from '../context.ts'
import { coversPort } from '../ports.ts'
import type { Rule } from '../rule.ts'

export const dnsOpenshiftPort: Rule = {
  id: 'dns-openshift-port',
  title: "port 53 to OpenShift's DNS pods, which listen on 5353",
  severity: 'warning',
  fixable: true,
  *check(context) {
    for (const placed of context.rules) {
      const { policy, rule } = placed
      const { ports, peers } = rule
      if (peers === 'any' || ports === 'any' || !peers.some((peer) => isInNamespace(peer, 'openshift-dns'))) continue
      const missing = dnsPorts(placed).filter(
        ({ protocol }) => !ports.some((one) => coversPort(one, protocol, OPENSHIFT_DNS_PORT) || one.kind === 'named'),
      )
      const last = missing.at(-1)
      if (!last) continue
      const edits = missing.flatMap(({ span, protocol }) => {
        const edit = span && insertItemAfter(span, [`port: ${OPENSHIFT_DNS_PORT}`, `protocol: ${protocol}`])
        return edit ? [edit] : []
      })
      const isWhole = edits.length === missing.length && !context.isRendered(policy)
      yield {
        message: `${ruleName(placed)} allows port 53 to the pods of \`openshift-dns\`, which listen on ${OPENSHIFT_DNS_PORT} behind the Service's 53: names cannot be resolved`,
        ...spanAt(policy, last, rule),
        help: `allow port ${OPENSHIFT_DNS_PORT} too, UDP and TCP`,
        ...(isWhole && { fix: { title: `allow port ${OPENSHIFT_DNS_PORT} too`, edits, keepsMeaning: false } }),
      }
    }
  },
}
