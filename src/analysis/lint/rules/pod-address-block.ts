// An ipBlock that holds addresses of pods: whether that lets them through is left to the network plugin (S22).
import { addressesOf } from '../../../engine/match.ts'
import { policyName } from '../../../policy/network-policy.ts'
import { formatCidr } from '../../../sets/ip-address.ts'
import { hasAddress, intersectAddresses, noAddresses, singleAddress } from '../../../sets/ip-set.ts'
import { fromIntervals } from '../../../sets/interval-set.ts'
import { ruleWords, spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import type { Rule } from '../rule.ts'
import { isWide } from '../shape.ts'

export const podAddressBlock: Rule = {
  id: 'pod-address-block',
  title: 'an ipBlock holds addresses of pods, which not every network plugin matches',
  severity: 'warning',
  *check(context) {
    const pods = context.everyPod.filter(({ addresses, hostNetwork }) => addresses.length > 0 && !hostNetwork)
    const single = pods.flatMap(({ addresses }) => addresses.map(singleAddress))
    const all = {
      v4: fromIntervals(
        single.flatMap(({ v4: [a, b] }) => (a === undefined || b === undefined ? [] : [[a, b] as const])),
      ),
      v6: fromIntervals(
        single.flatMap(({ v6: [a, b] }) => (a === undefined || b === undefined ? [] : [[a, b] as const])),
      ),
    }
    if (noAddresses(all)) return
    for (const placed of context.rules) {
      const { policy, rule } = placed
      for (const peer of rule.peers === 'any' ? [] : rule.peers) {
        if (peer.kind !== 'ipBlock' || isWide(peer)) continue
        const block = addressesOf(peer)
        if (noAddresses(intersectAddresses(block, all))) continue
        const held = pods.filter(({ addresses }) => addresses.some((address) => hasAddress(block, address)))
        yield {
          message: `\`${formatCidr(peer.cidr)}\` in ${ruleWords(placed)} of ${policyName(policy)} holds addresses of pods (${podNames(held)}): Calico matches them, Cilium does not, and an address changes with the pod`,
          ...spanAt(policy, peer, rule),
          help: 'select the pods by their labels',
        }
      }
    }
  },
}
