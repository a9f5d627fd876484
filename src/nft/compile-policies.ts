// NetworkPolicies as chains: one for each policy and direction, one for each isolated pod and direction.
import type { Direction, NetworkPolicy, Rule as PolicyRule } from '../policy/network-policy.ts'
import { qualifiedName } from '../policy/snapshot.ts'
import { FAMILIES, type Member, selected } from './cast.ts'
import { compileRule, type Place } from './compile-rule.ts'
import { ADDRESS_TYPE, type Draft, logStatement } from './draft.ts'
import { compare, isolationMap, podChain, policyChain } from './names.ts'
import { printMark } from './print.ts'
import { DENIED_GROUP, type Rule } from './ruleset.ts'

/** Shared chains that the hooks define. */
export const CUT_CHAIN = 'cut-off'
export const DENY_CHAIN = 'deny'
/** The mark of a flow that was cut and said so; no generation comes to it. */
export const CUT_MARK = 0xffff_ffff

/** A policy's chains and the pods they isolate. */
interface PolicyInForce {
  readonly policy: string
  readonly chain: string
}

/** Adds every policy and pod chain and both maps of one direction. */
export function compilePolicies(draft: Draft, policies: readonly NetworkPolicy[], logAccepts: boolean): void {
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
    isolatePods(draft, isolating, direction)
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

function isolatePods(
  draft: Draft,
  isolating: ReadonlyMap<Member, readonly PolicyInForce[]>,
  direction: Direction,
): void {
  const elements = { 4: new Map<string, string>(), 6: new Map<string, string>() }
  for (const member of draft.cast.members) {
    const inForce = isolating.get(member)
    if (!inForce) continue
    const name = podChain(direction, member.name)
    const entry = { direction, subject: member.name, policies: inForce.map(({ policy }) => policy) }
    draft.chains.set(name, {
      name,
      rules: [
        ...inForce.map(({ chain }): Rule => ({ matches: [], statements: [{ do: 'jump', chain }] })),
        {
          matches: [
            { keys: ['ct state'], right: { values: ['established'] } },
            { keys: ['ct mark'], not: true, right: { values: [printMark(CUT_MARK)] } },
          ],
          statements: [
            logStatement(draft, { verdict: 'cut', ...entry }, DENIED_GROUP),
            { do: 'goto', chain: CUT_CHAIN },
          ],
        },
        {
          matches: [{ keys: ['ct state'], right: { values: ['new'] } }],
          statements: [logStatement(draft, { verdict: 'denied', ...entry }, DENIED_GROUP)],
        },
        { matches: [], statements: [{ do: 'goto', chain: DENY_CHAIN }] },
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
