// Blocks of one IP family only, in a cluster that has both: each family needs a block of its own (S25).
import type { Direction, NetworkPolicy, Peer } from '../../../policy/network-policy.ts'
import { policyName } from '../../../policy/network-policy.ts'
import { type Address, formatCidr } from '../../../sets/ip-address.ts'
import { type LintContext, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'
import { isWide } from '../shape.ts'

type Block = Extract<Peer, { kind: 'ipBlock' }>

function blocksOf(policies: readonly NetworkPolicy[], direction: Direction): Block[] {
  return policies.flatMap((policy) =>
    (policy[direction] ?? []).flatMap(({ peers }) =>
      peers === 'any' ? [] : peers.flatMap((peer) => (peer.kind === 'ipBlock' ? [peer] : [])),
    ),
  )
}

function hasBoth(addresses: readonly Address[]): boolean {
  return new Set(addresses.map(({ family }) => family)).size === 2
}

/** Something in the input has an address of each family. */
function dualStack({ snapshot }: LintContext): object | undefined {
  return (
    snapshot.pods.find(({ addresses }) => hasBoth(addresses)) ??
    snapshot.services.find(({ clusterIPs }) => hasBoth(clusterIPs)) ??
    snapshot.nodes.find(({ addresses }) => hasBoth(addresses))
  )
}

export const oneFamily: Rule = {
  id: 'one-family',
  title: 'addresses of one IP family only, in a cluster that has both',
  severity: 'warning',
  *check(context) {
    if (!dualStack(context)) return
    for (const policy of context.policies) {
      for (const direction of ['ingress', 'egress'] as const) {
        const rules = policy[direction] ?? []
        if (rules.some(({ peers }) => peers === 'any')) continue
        const own = blocksOf([policy], direction)
        const wide = own.find(isWide)
        if (!wide) continue
        const { family } = wide.cidr.address
        const others = context.policiesIn(policy.namespace)
        if (blocksOf(others, direction).some((block) => block.cidr.address.family !== family)) continue
        yield {
          message: `${policyName(policy)} allows ${direction} ${direction === 'egress' ? 'to' : 'from'} \`${formatCidr(wide.cidr)}\` only, and the cluster has both IP families: IPv${family === 4 ? 6 : 4} is denied`,
          ...spanAt(policy, wide),
          help: `add the block for IPv${family === 4 ? '6, such as `::/0` without `fc00::/7` and `fe80::/10`' : '4'}`,
        }
      }
    }
  },
}
