// An ipBlock of addresses that no connection from another machine can have.
import { policyName } from '../../../policy/network-policy.ts'
import { formatCidr } from '../../../sets/ip-address.ts'
import { ipSetOf, isAddressSubset, unionAddresses } from '../../../sets/ip-set.ts'
import { LINK_LOCAL, NOT_ADDRESSES } from '../../ranges.ts'
import { ruleWords, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'

export const unroutableRange: Rule = {
  id: 'unroutable-range',
  title: 'an ipBlock of addresses that nothing across a network has',
  severity: 'warning',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      // A node's own services have link-local addresses: pods may call them, they do not call pods.
      const never = direction === 'ingress' ? unionAddresses(NOT_ADDRESSES, LINK_LOCAL) : NOT_ADDRESSES
      for (const peer of rule.peers === 'any' ? [] : rule.peers) {
        if (peer.kind !== 'ipBlock' || !isAddressSubset(ipSetOf(peer.cidr), never)) continue
        yield {
          message: `\`${formatCidr(peer.cidr)}\` in ${ruleWords(placed)} of ${policyName(policy)} is loopback, multicast, link-local or unspecified: no connection ${direction === 'ingress' ? 'from' : 'to'} another machine has it`,
          ...spanAt(policy, peer, rule),
          help: 'put the real addresses in its place, or remove it',
        }
      }
    }
  },
}
