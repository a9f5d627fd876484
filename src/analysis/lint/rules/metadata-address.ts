// Egress that names the metadata service of clouds, which hands out credentials, or another link-local address.
import { addressesOf } from '../../../engine/match.ts'
import { policyName } from '../../../policy/network-policy.ts'
import { formatCidr } from '../../../sets/ip-address.ts'
import { isAddressSubset, subtractAddresses, noAddresses } from '../../../sets/ip-set.ts'
import { INSTANCE_METADATA, METADATA } from '../../ranges.ts'
import { NODE_LOCAL_ADDRESS } from '../dns.ts'
import { ruleWords, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'
import { isWide } from '../shape.ts'

export const metadataAddress: Rule = {
  id: 'metadata-address',
  title: 'egress to the metadata service of clouds, or another link-local address',
  severity: 'warning',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (direction !== 'egress') continue
      for (const peer of rule.peers === 'any' ? [] : rule.peers) {
        if (peer.kind !== 'ipBlock' || isWide(peer)) continue // `wide-egress` looks at those
        const open = subtractAddresses(addressesOf(peer), NODE_LOCAL_ADDRESS)
        const isService = isAddressSubset(INSTANCE_METADATA.addresses, open)
        if (noAddresses(open) || (!isService && !isAddressSubset(open, METADATA.addresses))) continue
        yield {
          message: `\`${formatCidr(peer.cidr)}\` in ${ruleWords(placed)} of ${policyName(policy)} ${isService ? `holds ${INSTANCE_METADATA.words}, where clouds hand out credentials of the node` : "is link-local or a cloud's own: a node's services, not a destination for pods"}`,
          ...spanAt(policy, peer, rule),
          help: 'remove it; give the workload an identity of its own',
        }
      }
    }
  },
}
