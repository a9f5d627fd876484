// A table in the making: sets interned by name, chains, log prefixes; and the sets that peers and ports become.
import type { Peer } from '../policy/network-policy.ts'
import type { Protocol } from '../sets/connection-set.ts'
import { intervals } from '../sets/interval-set.ts'
import { ipSetOf, type IpSet, NO_ADDRESSES, subtractAddresses, unionAddresses } from '../sets/ip-set.ts'
import { type Family, formatAddress, formatCidr } from '../sets/ip-address.ts'
import type { PortSet } from '../sets/port-set.ts'
import { type Cast, type Member, peerMembers } from './cast.ts'
import type { LogEntry } from './log-prefix.ts'
import { logPrefix } from './log-prefix.ts'
import { canonicalSelector, comment, contentSet, digest, namedPortSet, podsSet } from './names.ts'
import type { Chain, DataType, NftSet, Statement, VerdictMap } from './ruleset.ts'

export interface Draft {
  readonly cast: Cast
  readonly sets: Map<string, NftSet>
  readonly maps: Map<string, VerdictMap>
  readonly chains: Map<string, Chain>
  readonly logPrefixes: Map<string, LogEntry>
}

export function newDraft(cast: Cast): Draft {
  return { cast, sets: new Map(), maps: new Map(), chains: new Map(), logPrefixes: new Map() }
}

export const ADDRESS_TYPE: Readonly<Record<Family, DataType>> = { 4: 'ipv4_addr', 6: 'ipv6_addr' }

/** What follows a set's name where it is declared. */
interface SetBody {
  readonly type: readonly DataType[]
  readonly interval?: true
  readonly comment?: string
  readonly elements: readonly string[]
}

/** Declares a set unless it is there, and returns its name. Elements are sorted and kept once. */
export function addSet(draft: Draft, name: string, body: SetBody): string {
  if (!draft.sets.has(name)) {
    const elements = body.interval ? body.elements : [...new Set(body.elements)].sort()
    draft.sets.set(name, { name, interval: false, ...body, elements })
  }
  return name
}

/** The set of the addresses of the pods that a peer means. */
export function podsPeerSet(
  draft: Draft,
  peer: Peer & { kind: 'pods' },
  at: { namespace: string; family: Family },
): string {
  const where = peer.namespaces === 'own' ? at.namespace : `[${canonicalSelector(peer.namespaces)}]`
  const text = `${where}/${canonicalSelector(peer.pods)}`
  const name = podsSet(at.family, text)
  if (draft.sets.has(name)) return name
  const elements = peerMembers(draft.cast, at.namespace, peer).flatMap((member) => member[at.family] ?? [])
  return addSet(draft, name, { type: [ADDRESS_TYPE[at.family]], comment: comment(text), elements })
}

/** Addresses of one family: none of them, all of them, or those of a named set. */
export type Addresses = 'none' | 'all' | { readonly set: string }

/** What an ipBlock leaves in one family. Its own family only (S25). */
export function blockAddresses(draft: Draft, peer: Peer & { kind: 'ipBlock' }, family: Family): Addresses {
  const left = subtractAddresses(ipSetOf(peer.cidr), peer.except.map(ipSetOf).reduce(unionAddresses, NO_ADDRESSES)) // S23
  const elements = ranges(left, family)
  if (elements.length === 0) return 'none'
  if (peer.cidr.prefix === 0 && isWhole(left, family)) return 'all'
  const block = formatCidr(peer.cidr)
  const except = peer.except.length === 0 ? '' : `-except-${digest(elements.join())}`
  const name = contentSet(`cidr${family}`, block + except)
  return { set: addSet(draft, name, { type: [ADDRESS_TYPE[family]], interval: true, elements }) }
}

function isWhole(set: IpSet, family: Family): boolean {
  return family === 4 ? set.v4[1] === 2 ** 32 && set.v4[0] === 0 : set.v6[1] === 1n << 128n && set.v6[0] === 0n
}

/** The addresses of one family as nft range texts, both ends inclusive, ascending. */
function ranges(set: IpSet, family: Family): string[] {
  const bounds: [string, string][] =
    family === 4
      ? intervals(set.v4).map(([a, b]) => [
          formatAddress({ family, value: a }),
          formatAddress({ family, value: b - 1 }),
        ])
      : intervals(set.v6).map(([a, b]) => [
          formatAddress({ family, value: a }),
          formatAddress({ family, value: b - 1n }),
        ])
  return bounds.map(([first, last]) => (first === last ? first : `${first}-${last}`))
}

/** The set of some port numbers, the same set wherever the same ports are meant. */
export function portNumberSet(draft: Draft, ports: PortSet): string {
  const elements = intervals(ports).map(([start, end]) => (end - start === 1 ? `${start}` : `${start}-${end - 1}`))
  const interval = elements.some((element) => element.includes('-'))
  const name = contentSet('ports', elements.join('.'))
  return addSet(draft, name, { type: ['inet_service'], ...(interval && { interval }), elements })
}

/** The set of (address, port) of the pods that declare a container port of that name and protocol (S17). */
export function portNameSet(draft: Draft, port: { name: string; protocol: Protocol }, family: Family): string {
  const name = namedPortSet(family, port.name, port.protocol)
  if (draft.sets.has(name)) return name
  const elements = draft.cast.members.flatMap((member) =>
    member[family] === undefined ? [] : containerPorts(member, port).map((number) => `${member[family]} . ${number}`),
  )
  return addSet(draft, name, { type: [ADDRESS_TYPE[family], 'inet_service'], elements })
}

/** The numbers of a pod's container ports of that name and protocol, in order; two containers may use one name. */
export function containerPorts(member: Member, port: { name: string; protocol: Protocol }): number[] {
  return member.pod.ports.flatMap((one) => (one.name === port.name && one.protocol === port.protocol ? [one.port] : []))
}

/** A log statement whose prefix is entered in the table. */
export function logStatement(draft: Draft, entry: LogEntry, group: number): Statement {
  const prefix = logPrefix(entry)
  draft.logPrefixes.set(prefix, entry)
  return { do: 'log', prefix, group }
}
