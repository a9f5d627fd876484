// NetworkPolicies as chains: one for each policy and direction, one for each isolated pod and direction.
import type { Direction, NetworkPolicy, Peer, PortMatch, Rule as PolicyRule } from '../policy/network-policy.ts'
import { qualifiedName } from '../policy/snapshot.ts'
import { PROTOCOLS } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { union } from '../sets/interval-set.ts'
import { NO_PORTS, portRange } from '../sets/port-set.ts'
import { FAMILIES, type Member, selected } from './cast.ts'
import {
  ADDRESS_TYPE,
  blockAddresses,
  type Draft,
  logStatement,
  podsPeerSet,
  portNameSet,
  portNumberSet,
} from './draft.ts'
import { acceptedChain, compare, isolationMap, podChain, policyChain } from './names.ts'
import { ACCEPTED_GROUP, DENIED_GROUP, type Key, type Match, type Rule, type Statement } from './ruleset.ts'

/** Shared chains that the hooks define. */
export const CUT_CHAIN = 'cut-off'
export const DENY_CHAIN = 'deny'

/** The other end of a connection, as its conntrack entry has it: the peer of a rule. */
const PEER_KEY: Readonly<Record<Direction, Readonly<Record<Family, Key>>>> = {
  ingress: { 4: 'ct original ip saddr', 6: 'ct original ip6 saddr' },
  egress: { 4: 'ct reply ip saddr', 6: 'ct reply ip6 saddr' },
}

const DESTINATION_KEY: Readonly<Record<Family, Key>> = { 4: 'ct reply ip saddr', 6: 'ct reply ip6 saddr' }

/** Some matches that must all hold, and the one family they are limited to, if any. */
interface Matches {
  readonly family?: Family
  readonly matches: readonly Match[]
}

const ALWAYS: readonly Matches[] = [{ matches: [] }]

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
  const accept = (index: number): Statement =>
    logAccepts ? logAccepted(draft, { name, direction, index }) : { do: 'accept' }
  const chain = policyChain(direction, name)
  draft.chains.set(chain, {
    name: chain,
    rules: rules.flatMap((rule, index) =>
      alternatives(draft, rule, { direction, namespace: policy.namespace }).map(({ matches }): Rule => ({
        matches,
        statements: [accept(index)],
        comment: `${direction}[${index}]`,
      })),
    ),
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

function logAccepted(draft: Draft, at: { name: string; direction: Direction; index: number }): Statement {
  const chain = acceptedChain(at.direction, at.name, at.index)
  if (!draft.chains.has(chain)) {
    const { direction, name: policy, index: rule } = at
    const log = logStatement(draft, { verdict: 'accepted', direction, policy, rule }, ACCEPTED_GROUP)
    draft.chains.set(chain, {
      name: chain,
      rules: [
        { matches: [{ keys: ['ct state'], right: { values: ['new'] } }], statements: [log] },
        { matches: [], statements: [{ do: 'accept' }] },
      ],
    })
  }
  return { do: 'goto', chain }
}

interface Place {
  readonly direction: Direction
  /** The policy's. */
  readonly namespace: string
}

/** Every combination of a peer and a port that a rule accepts; none for a rule that can match nothing. */
function alternatives(draft: Draft, rule: PolicyRule, place: Place): Matches[] {
  const peers = rule.peers === 'any' ? ALWAYS : rule.peers.flatMap((peer) => peerMatches(draft, peer, place)) // S05
  const ports = rule.ports === 'any' ? ALWAYS : portMatches(draft, rule.ports) // S06
  return peers.flatMap((peer) =>
    ports
      .filter((port) => peer.family === undefined || port.family === undefined || peer.family === port.family)
      .map((port) => {
        const [protocol, ...rest] = port.matches
        return { matches: [...(protocol ? [protocol] : []), ...peer.matches, ...rest] }
      }),
  )
}

function peerMatches(draft: Draft, peer: Peer, { direction, namespace }: Place): Matches[] {
  return FAMILIES.flatMap((family): Matches[] => {
    const keys = [PEER_KEY[direction][family]]
    if (peer.kind === 'pods') {
      return [{ family, matches: [{ keys, right: { set: podsPeerSet(draft, peer, { namespace, family }) } }] }]
    }
    const left = blockAddresses(draft, peer, family)
    if (left === 'none') return []
    if (left === 'all') return [{ family, matches: [{ keys: ['meta nfproto'], right: { values: [`ipv${family}`] } }] }]
    return [{ family, matches: [{ keys, right: left }] }]
  })
}

/** The protocol is always the first match. Ports are those of the destination after DNAT (S20). */
function portMatches(draft: Draft, ports: readonly PortMatch[]): Matches[] {
  return PROTOCOLS.flatMap((protocol): Matches[] => {
    const mine = ports.filter((port) => port.protocol === protocol)
    if (mine.length === 0) return []
    const is: Match = { keys: ['meta l4proto'], right: { values: [protocol.toLowerCase()] } }
    if (mine.some((port) => port.kind === 'all')) return [{ matches: [is] }] // S16
    const numbers = mine
      .flatMap((port) => (port.kind === 'range' ? [portRange(port.first, port.last)] : [])) // S19
      .reduce(union, NO_PORTS)
    const numbered: Matches[] =
      numbers.length === 0
        ? []
        : [{ matches: [is, { keys: ['ct reply proto-src'], right: { set: portNumberSet(draft, numbers) } }] }]
    const names = [...new Set(mine.flatMap((port) => (port.kind === 'named' ? [port.name] : [])))]
    const named = names.flatMap((name) =>
      FAMILIES.map((family): Matches => {
        const set = portNameSet(draft, { name, protocol }, family)
        return { family, matches: [is, { keys: [DESTINATION_KEY[family], 'ct reply proto-src'], right: { set } }] }
      }),
    )
    return [...numbered, ...named]
  })
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
          matches: [{ keys: ['ct mark'], not: true, right: { values: ['0x00000000'] } }],
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
