// One NetworkPolicy rule as nft rules: its peers as sets of addresses, its ports as sets of numbers.
import type { Direction, Peer, PortMatch, Rule as PolicyRule } from '../policy/network-policy.ts'
import { PROTOCOLS } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { union } from '../sets/interval-set.ts'
import { NO_PORTS, portRange } from '../sets/port-set.ts'
import { FAMILIES } from './cast.ts'
import { blockAddresses, type Draft, logStatement, podsPeerSet, portNameSet, portNumberSet } from './draft.ts'
import { acceptChain, acceptedChain, rulePortsChain } from './names.ts'
import { ACCEPTED_GROUP, type Key, type Match, type Rule, type Statement } from './ruleset.ts'

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

/** A rule's place. */
export interface Place {
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
export function compileRule(draft: Draft, rule: PolicyRule, place: Place): Rule[] {
  const peers = rule.peers === 'any' ? ALWAYS : rule.peers.flatMap((peer) => peerMatches(draft, peer, place)) // S05
  const ports = rule.ports === 'any' ? ALWAYS : portMatches(draft, rule.ports) // S06
  if (peers.length === 0) return []
  const accept = acceptance(draft, place)
  const several = FAMILIES.some((family) => ports.filter((port) => !isOf(other(family), port)).length > 1)
  if (rule.peers !== 'any' && several) {
    const jump: Statement = { do: 'jump', chain: portsChain(draft, ports, { accept, place }) }
    return peers.map(({ matches }) => ({ matches, statements: [jump] }))
  }
  return combinations(peers, ports).map((matches) => ({ matches, statements: [accept] }))
}

/** The matches of each combination of a peer and a port, in a form that decides at once: no jump to come back from. */
export function ruleMatches(
  draft: Draft,
  rule: { readonly peers: readonly Peer[]; readonly ports: PolicyRule['ports'] },
  at: Pick<Place, 'direction' | 'namespace'>,
): (readonly Match[])[] {
  const peers = rule.peers.flatMap((peer) => peerMatches(draft, peer, at))
  return combinations(peers, rule.ports === 'any' ? ALWAYS : portMatches(draft, rule.ports))
}

function combinations(peers: readonly Matches[], ports: readonly Ports[]): (readonly Match[])[] {
  return peers.flatMap((peer) =>
    ports
      .filter((port) => peer.family === undefined || !isOf(other(peer.family), port))
      .map((port) => {
        const [protocol, ...rest] = port.matches
        return [...(protocol ? [protocol] : []), ...peer.matches, ...rest]
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

function peerMatches(
  draft: Draft,
  peer: Peer,
  { direction, namespace }: Pick<Place, 'direction' | 'namespace'>,
): Matches[] {
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
