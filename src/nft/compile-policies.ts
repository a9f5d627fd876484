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
import { acceptChain, acceptedChain, compare, isolationMap, podChain, policyChain, rulePortsChain } from './names.ts'
import { printMark } from './print.ts'
import { ACCEPTED_GROUP, DENIED_GROUP, type Key, type Match, type Rule, type Statement } from './ruleset.ts'

/** Shared chains that the hooks define. */
export const CUT_CHAIN = 'cut-off'
export const DENY_CHAIN = 'deny'
/** The mark of a flow that was cut and said so; no generation comes to it. */
export const CUT_MARK = 0xffff_ffff

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

/** `text` tells it from other ports: `tcp/80.443`, `udp/*`, `tcp/http`. */
interface Ports extends Matches {
  readonly text: string
}

const ALWAYS: readonly Ports[] = [{ matches: [], text: '*' }]

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

/** A rule's place. */
interface Place {
  readonly direction: Direction
  /** `namespace/name`. */
  readonly policy: string
  readonly namespace: string
  readonly index: number
  readonly logAccepts: boolean
}

/** Accepts, saying so where that is asked for. */
function acceptance(draft: Draft, { direction, policy, index: rule, logAccepts }: Place): Statement {
  if (!logAccepts) return { do: 'accept' }
  const chain = acceptedChain(direction, policy, rule)
  if (!draft.chains.has(chain)) {
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

/** Every combination of a peer and a port that a rule accepts; none for a rule that can match nothing. */
function compileRule(draft: Draft, rule: PolicyRule, place: Place): Rule[] {
  const peers = rule.peers === 'any' ? ALWAYS : rule.peers.flatMap((peer) => peerMatches(draft, peer, place)) // S05
  const ports = rule.ports === 'any' ? ALWAYS : portMatches(draft, rule.ports) // S06
  if (peers.length === 0) return []
  const accept = acceptance(draft, place)
  const several = FAMILIES.some((family) => ports.filter((port) => !isOf(other(family), port)).length > 1)
  if (rule.peers !== 'any' && several) {
    const jump: Statement = { do: 'jump', chain: portsChain(draft, ports, { accept, place }) }
    return peers.map(({ matches }) => ({ matches, statements: [jump] }))
  }
  return peers.flatMap((peer) =>
    ports
      .filter((port) => peer.family === undefined || !isOf(other(peer.family), port))
      .map((port) => {
        const [protocol, ...rest] = port.matches
        return { matches: [...(protocol ? [protocol] : []), ...peer.matches, ...rest], statements: [accept] }
      }),
  )
}

function other(family: Family): Family {
  return family === 4 ? 6 : 4
}

/** True of what is limited to that family. */
function isOf(family: Family, { family: limit }: Matches): boolean {
  return limit === family
}

/** The chain that accepts some ports: one for all rules with the same ports, unless each rule logs for itself. */
function portsChain(
  draft: Draft,
  ports: readonly Ports[],
  { accept, place }: { readonly accept: Statement; readonly place: Place },
): string {
  const name = place.logAccepts
    ? rulePortsChain(place.direction, place.policy, place.index)
    : acceptChain(ports.map(({ text }) => text))
  if (!draft.chains.has(name)) {
    draft.chains.set(name, { name, rules: ports.map(({ matches }) => ({ matches, statements: [accept] })) })
  }
  return name
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
function portMatches(draft: Draft, ports: readonly PortMatch[]): Ports[] {
  return PROTOCOLS.flatMap((protocol): Ports[] => {
    const mine = ports.filter((port) => port.protocol === protocol)
    if (mine.length === 0) return []
    const l4proto = protocol.toLowerCase()
    const is: Match = { keys: ['meta l4proto'], right: { values: [l4proto] } }
    if (mine.some((port) => port.kind === 'all')) return [{ matches: [is], text: `${l4proto}/*` }] // S16
    const numbers = mine
      .flatMap((port) => (port.kind === 'range' ? [portRange(port.first, port.last)] : [])) // S19
      .reduce(union, NO_PORTS)
    const numbered = numbers.length === 0 ? [] : [portNumberSet(draft, numbers)]
    const names = [...new Set(mine.flatMap((port) => (port.kind === 'named' ? [port.name] : [])))].sort()
    return [
      ...numbered.map((set): Ports => {
        const matches: Match[] = [is, { keys: ['ct reply proto-src'], right: { set } }]
        return { matches, text: set.replace('ports', l4proto) }
      }),
      ...names.flatMap((name) =>
        FAMILIES.map((family): Ports => {
          const right = { set: portNameSet(draft, { name, protocol }, family) }
          const keys: Key[] = [DESTINATION_KEY[family], 'ct reply proto-src']
          return { family, matches: [is, { keys, right }], text: `${l4proto}/${name}` }
        }),
      ),
    ]
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
