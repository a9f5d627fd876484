// The cluster address of a Service in an ipBlock: policies are asked after it has become a pod's (S20).
import { addressesOf } from '../../../engine/match.ts'
import { policyName } from '../../../policy/network-policy.ts'
import { formatCidr } from '../../../sets/ip-address.ts'
import { hasAddress, isAddressSubset, ipSetOf } from '../../../sets/ip-set.ts'
import { PRIVATE } from '../../ranges.ts'
import { dnsPorts } from '../dns.ts'
import { ruleWords, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'
import { serviceName } from '../services.ts'

/** So narrow that one thing is meant. */
function isSingle({ prefix, address }: { prefix: number; address: { family: 4 | 6 } }): boolean {
  return prefix === (address.family === 4 ? 32 : 128)
}

export const serviceAddress: Rule = {
  id: 'service-address',
  title: 'an ipBlock holds the cluster address of a Service, which policies do not see',
  severity: 'warning',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (direction !== 'egress' || rule.peers === 'any') continue
      for (const peer of rule.peers) {
        if (peer.kind !== 'ipBlock' || !isSingle(peer.cidr)) continue
        const block = addressesOf(peer)
        const service = context.snapshot.services.find(({ clusterIPs }) =>
          clusterIPs.some((address) => hasAddress(block, address)),
        )
        const guessed =
          !service && dnsPorts(placed).length > 0 && isAddressSubset(ipSetOf(peer.cidr), PRIVATE.addresses)
        if (!service && !guessed) continue
        yield {
          message: `\`${formatCidr(peer.cidr)}\` in ${ruleWords(placed)} of ${policyName(policy)} is ${service ? `the cluster address of ${serviceName(service)}` : 'a private address for DNS, most likely the cluster address of the DNS Service'}: most network plugins ask policies about the pod behind it, so the rule lets nothing through`,
          ...spanAt(policy, peer, rule),
          ...(service?.span && { notes: [{ message: 'the Service is here', span: service.span }] }),
          help: 'allow the pods behind the Service by their labels',
          ...(guessed && { severity: 'note' }),
        }
      }
    }
  },
}
