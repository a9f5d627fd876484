// Egress to nearly every address: the Internet, and with it private networks, nodes and the metadata service of clouds.
import { addressesOf } from '../../../engine/match.ts'
import { formatCidr } from '../../../sets/ip-address.ts'
import { isAddressSubset } from '../../../sets/ip-set.ts'
import { INSIDE } from '../../ranges.ts'
import { isDnsOnly } from '../dns.ts'
import { ruleName, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'
import { isWide } from '../shape.ts'

export const wideEgress: Rule = {
  id: 'wide-egress',
  title: 'egress to nearly every address, private networks and the metadata service among them',
  severity: 'note',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (direction !== 'egress' || rule.peers === 'any') continue
      if (isDnsOnly(placed)) continue // `dns-everywhere` says more
      for (const peer of rule.peers) {
        if (peer.kind !== 'ipBlock' || !isWide(peer)) continue
        const open = addressesOf(peer)
        const family = peer.cidr.address.family
        const own = INSIDE.filter(({ addresses }) => (family === 4 ? addresses.v4 : addresses.v6).length > 0)
        const inside = own.filter(({ addresses }) => isAddressSubset(addresses, open))
        if (inside.length < own.length) continue // `private-range-left-in` looks at the others
        const [model] = context.modelsOf(policy)
        yield {
          ...(model && { severity: 'warning' }),
          message: `${ruleName(placed)} opens \`${formatCidr(peer.cidr)}\`: private networks, nodes and the metadata service of the cloud too${model ? `, for a model server (${model.known})` : ''}`,
          ...spanAt(policy, peer, rule),
          help: `leave out with \`except\` what is not meant: ${own.map(({ words }) => words).join(', ')}`,
        }
      }
    }
  },
}
