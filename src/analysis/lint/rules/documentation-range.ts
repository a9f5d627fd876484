// An ipBlock of addresses that are for examples only: nobody is there.
import { policyName } from '../../../policy/network-policy.ts'
import { formatCidr } from '../../../sets/ip-address.ts'
import { ipSetOf, isAddressSubset } from '../../../sets/ip-set.ts'
import { DOCUMENTATION } from '../../ranges.ts'
import { ruleWords, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'

export const documentationRange: Rule = {
  id: 'documentation-range',
  title: 'an ipBlock of addresses that are for examples only',
  severity: 'warning',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      for (const peer of rule.peers === 'any' ? [] : rule.peers) {
        if (peer.kind !== 'ipBlock') continue
        const block = ipSetOf(peer.cidr)
        const range = DOCUMENTATION.find(({ addresses }) => isAddressSubset(block, addresses))
        if (!range) continue
        const only = rule.peers.length === 1
        yield {
          message: `\`${formatCidr(peer.cidr)}\` in ${ruleWords(placed)} of ${policyName(policy)} is in a block for examples (${range.id}, ${range.words}): nothing on the Internet has such an address${only ? `, so the rule ${direction === 'egress' ? 'leads nowhere' : 'lets nobody in'}` : ''}`,
          ...spanAt(policy, peer, rule),
          help: 'put the real addresses in its place',
        }
      }
    }
  },
}
