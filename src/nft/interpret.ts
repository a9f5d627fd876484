// One packet through a table in memory, as the kernel's forwarding path would take it.
import { type Address, formatAddress } from '../sets/ip-address.ts'
import { inSet, matchesWildcard } from './membership.ts'
import type { Chain, Hook, Key, Match, NatTarget, NftTable, Rule, Statement } from './ruleset.ts'

/** A forwarded packet and what conntrack knows of its connection. */
export interface Packet {
  readonly source: Address
  readonly destination: Address
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'ICMP'
  /** Destination port; 0 for ICMP. */
  readonly port: number
  /** Conntrack's word; a new connection when absent. Every packet here goes in the connection's original direction. */
  readonly state?: 'new' | 'established' | 'related' | 'invalid'
  /** The connection's mark; 0 when absent. */
  readonly mark?: number
  /** The node's end of the link it comes from; absent: not a pod's. */
  readonly interface?: string
  /** Which of several Service endpoints is picked: this number modulo how many there are; the first when absent. */
  readonly pick?: number
}

export interface Outcome {
  readonly verdict: 'accept' | 'drop' | 'reject'
  /** Prefixes of the log events, in order. */
  readonly logs: readonly string[]
  /** After destination NAT. */
  readonly destination: { readonly address: string; readonly port: number }
  /** The connection's mark afterwards. */
  readonly mark: number
  readonly masqueraded: boolean
}

/** What a packet carries through the chains. */
interface Flow {
  readonly packet: Packet
  readonly source: string
  address: string
  port: number
  mark: number
  masqueraded: boolean
  readonly logs: string[]
}

type Verdict = 'accept' | 'drop' | 'reject'

/** In the order in which a forwarded packet meets them. */
const HOOKS: readonly Hook['hook'][] = ['prerouting', 'forward', 'postrouting']

/** Interprets; throws when a chain, set or map is missing, as the kernel would refuse to load such a table. */
export function interpret(table: NftTable, packet: Packet): Outcome {
  const flow: Flow = {
    packet,
    source: formatAddress(packet.source),
    address: formatAddress(packet.destination),
    port: packet.port,
    mark: packet.mark ?? 0,
    masqueraded: false,
    logs: [],
  }
  let verdict: Verdict = 'accept'
  for (const chain of baseChains(table)) {
    verdict = runChain(table, chain, flow) ?? 'accept'
    if (verdict !== 'accept') break
  }
  const { address, port, logs, mark, masqueraded } = flow
  return { verdict, logs, destination: { address, port }, mark, masqueraded }
}

const ordered = new WeakMap<NftTable, readonly Chain[]>()

function baseChains(table: NftTable): readonly Chain[] {
  const known = ordered.get(table)
  if (known) return known
  const chains = HOOKS.flatMap((hook) =>
    [...table.chains.values()]
      .filter((chain) => chain.hook?.hook === hook)
      .sort((a, b) => (a.hook?.priority ?? 0) - (b.hook?.priority ?? 0)),
  )
  ordered.set(table, chains)
  return chains
}

/** The verdict that ends the base chain, or `undefined` when the end of the chain is reached. */
function runChain(table: NftTable, chain: Chain, flow: Flow): Verdict | undefined {
  const { hook } = chain
  // NAT is decided once for a connection, by its first packet.
  if (hook?.type === 'nat' && (flow.packet.state ?? 'new') !== 'new') return undefined
  for (const rule of chain.rules) {
    const step = runRule(table, rule, flow)
    if (step === 'next') continue
    if (step === 'return') return undefined
    if (typeof step === 'string') return step
    const verdict = runChain(table, chainOf(table, step.chain), flow)
    if (verdict !== undefined || step.do === 'goto') return verdict
  }
  return undefined
}

type Step = Verdict | 'next' | 'return' | { readonly do: 'jump' | 'goto'; readonly chain: string }

function runRule(table: NftTable, rule: Rule, flow: Flow): Step {
  if (!rule.matches.every((match) => holds(table, match, flow))) return 'next'
  for (const statement of rule.statements) {
    const step = runStatement(table, statement, flow)
    if (step !== 'next') return step
  }
  return 'next'
}

function runStatement(table: NftTable, statement: Statement, flow: Flow): Step {
  switch (statement.do) {
    case 'accept':
    case 'drop':
    case 'reject':
    case 'return':
      return statement.do
    case 'jump':
    case 'goto':
      return statement
    case 'vmap': {
      const map = table.maps.get(statement.map)
      if (!map) throw new Error(`no map ${statement.map}`)
      const key = valueOf(statement.keys, flow)
      const chain = key === undefined ? undefined : map.elements.get(key)
      return chain === undefined ? 'next' : { do: 'goto', chain }
    }
    case 'log':
      flow.logs.push(statement.prefix)
      return 'next'
    case 'set mark':
      if (flow.packet.state !== 'invalid') flow.mark = statement.mark
      return 'next'
    case 'dnat': {
      const { address, port } = statement.to[(flow.packet.pick ?? 0) % statement.to.length] as NatTarget
      flow.address = address
      flow.port = port
      return 'accept'
    }
    case 'masquerade':
      flow.masqueraded = true
      return 'accept'
  }
}

function chainOf(table: NftTable, name: string): Chain {
  const chain = table.chains.get(name)
  if (!chain) throw new Error(`no chain ${name}`)
  return chain
}

function holds(table: NftTable, { keys, not, right }: Match, flow: Flow): boolean {
  const value = valueOf(keys, flow)
  if (value === undefined) return false // the kernel stops at a key that the packet lacks, also under `!=`
  return isOneOf(table, value, right) !== (not ?? false)
}

function isOneOf(table: NftTable, value: string, right: Match['right']): boolean {
  if ('values' in right) return right.values.some((expected) => expected === value || matchesWildcard(expected, value))
  const set = table.sets.get(right.set)
  if (!set) throw new Error(`no set ${right.set}`)
  return inSet(set, value)
}

function valueOf(keys: readonly Key[], flow: Flow): string | undefined {
  const parts = keys.map((key) => partOf(key, flow))
  return parts.includes(undefined) ? undefined : parts.join(' . ')
}

/** A key's value as nft writes it; `undefined` when this packet has none. */
function partOf(key: Key, flow: Flow): string | undefined {
  const { packet, source, address, port, mark } = flow
  const four = packet.source.family === 4
  const tracked = packet.state !== 'invalid'
  switch (key) {
    case 'ct original ip saddr':
      return four && tracked ? source : undefined
    case 'ct original ip6 saddr':
      return !four && tracked ? source : undefined
    case 'ct reply ip saddr':
      return four && tracked ? address : undefined
    case 'ct reply ip6 saddr':
      return !four && tracked ? address : undefined
    case 'ct reply proto-src':
      return tracked ? `${port}` : undefined
    case 'ct state':
      return packet.state ?? 'new'
    case 'ct direction':
      return tracked ? 'original' : undefined
    case 'ct mark':
      return tracked ? `0x${mark.toString(16).padStart(8, '0')}` : undefined
    case 'meta l4proto':
      return packet.protocol === 'ICMP' ? (four ? 'icmp' : 'ipv6-icmp') : packet.protocol.toLowerCase()
    case 'meta nfproto':
      return `ipv${packet.source.family}`
    case 'iifname':
      return packet.interface === undefined ? '""' : `"${packet.interface}"`
    case 'ip saddr':
      return four ? source : undefined
    case 'ip6 saddr':
      return four ? undefined : source
    case 'ip daddr':
      return four ? address : undefined
    case 'ip6 daddr':
      return four ? undefined : address
    case 'th dport':
      return packet.protocol === 'ICMP' ? undefined : `${port}`
  }
}
