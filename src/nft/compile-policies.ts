// NetworkPolicies as chains: one for each policy and direction; and for each pod and direction one that asks tier by tier.
import type { Direction, NetworkPolicy, Rule as PolicyRule } from '../policy/network-policy.ts'
import { qualifiedName } from '../policy/snapshot.ts'
import { FAMILIES, type Member, selected } from './cast.ts'
import { type ClusterPolicies, compileCluster, type TierChains } from './compile-cluster.ts'
import { compileRule, type Place } from './compile-rule.ts'
import { denial } from './denial.ts'
import { ADDRESS_TYPE, type Draft } from './draft.ts'
import { compare, isolationMap, podChain, policyChain } from './names.ts'
import type { Rule } from './ruleset.ts'

/** A policy's chains and the pods they isolate. */
interface PolicyInForce {
  readonly policy: string
  readonly chain: string
}

/** Adds the chains of all tiers, the chain of each pod that some policy selects, and the maps from addresses to those. */
export function compilePolicies(draft: Draft, policies: readonly NetworkPolicy[], cluster: ClusterPolicies): void {
  const { logAccepts } = cluster
  for (const direction of ['egress', 'ingress'] as const) {
    const isolating = new Map<Member, PolicyInForce[]>()
    for (const policy of [...policies].sort((a, b) => compare(qualifiedName(a), qualifiedName(b)))) {
      const rules = policy[direction]
      if (rules === undefined) continue // S29: not isolated in this direction
      const inForce = compilePolicy(draft, { policy, rules }, { direction, logAccepts })
      for (const member of selected(draft.cast, policy.namespace, policy.subject)) {
        isolating.set(member, [...(isolating.get(member) ?? []), inForce]) // S27
      }
    }
    governPods(draft, { isolating, tiers: compileCluster(draft, cluster, direction) }, direction)
  }
}

function compilePolicy(
  draft: Draft,
  { policy, rules }: { readonly policy: NetworkPolicy; readonly rules: readonly PolicyRule[] },
  { direction, logAccepts }: { readonly direction: Direction; readonly logAccepts: boolean },
): PolicyInForce {
  const name = unusedName(draft, policy, direction)
  const chain = policyChain(direction, name)
  draft.chains.set(chain, {
    name: chain,
    rules: rules.flatMap((rule, index) => {
      const place: Place = { direction, policy: name, namespace: policy.namespace, index, logAccepts }
      return compileRule(draft, rule, place).map((one): Rule => ({ ...one, comment: `${direction}[${index}]` }))
    }),
  })
  return { policy: name, chain }
}

/** Two policies of one name cannot come from a cluster; here they stay apart, as one and `NAME/2`. */
function unusedName(draft: Draft, policy: NetworkPolicy, direction: Direction): string {
  const name = qualifiedName(policy)
  let count = 1
  let unused = name
  while (draft.chains.has(policyChain(direction, unused))) unused = `${name}/${++count}`
  return unused
}

/** What decides about the connections of a pod in one direction, tier by tier. */
function governPods(
  draft: Draft,
  by: {
    readonly isolating: ReadonlyMap<Member, readonly PolicyInForce[]>
    readonly tiers: ReadonlyMap<Member, TierChains>
  },
  direction: Direction,
): void {
  const elements = { 4: new Map<string, string>(), 6: new Map<string, string>() }
  for (const member of draft.cast.members) {
    const inForce = by.isolating.get(member)
    const { admin, baseline } = by.tiers.get(member) ?? {}
    if (!inForce && !admin && !baseline) continue
    const name = podChain(direction, member.name)
    draft.chains.set(name, {
      name,
      rules: [
        ...jumps(admin),
        // A pod that a NetworkPolicy isolates is decided there; the baseline is asked about others only.
        ...(inForce ? isolation(draft, inForce, { direction, subject: member.name }) : jumps(baseline)),
      ],
    })
    for (const family of FAMILIES) {
      const address = member[family]
      if (address !== undefined) elements[family].set(address, name)
    }
  }
  for (const family of FAMILIES) {
    const name = isolationMap(direction, family)
    draft.maps.set(name, { name, type: [ADDRESS_TYPE[family]], elements: elements[family] })
  }
}

function jumps(chain: string | undefined): Rule[] {
  return chain === undefined ? [] : [{ matches: [], statements: [{ do: 'jump', chain }] }]
}

/** What no policy of an isolated pod accepts is denied (S27, S29). */
function isolation(
  draft: Draft,
  inForce: readonly PolicyInForce[],
  at: { readonly direction: Direction; readonly subject: string },
): Rule[] {
  return [
    ...inForce.flatMap(({ chain }) => jumps(chain)),
    ...denial(draft, { ...at, policies: inForce.map(({ policy }) => policy) }),
  ]
}
