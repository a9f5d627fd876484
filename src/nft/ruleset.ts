// One nftables table as typed objects, in nft's own words: what the compiler makes, the printer prints and the reader reads.
import type { LogEntry } from './log-prefix.ts'

export type DataType = 'ipv4_addr' | 'ipv6_addr' | 'inet_service' | 'inet_proto' | 'ifname' | 'verdict'

/** What a match or a lookup reads from a packet. `reply` source = destination after DNAT, whichever way the packet goes. */
export type Key =
  | 'ct original ip saddr'
  | 'ct original ip6 saddr'
  | 'ct reply ip saddr'
  | 'ct reply ip6 saddr'
  | 'ct reply proto-src'
  | 'ct state'
  | 'ct direction'
  | 'ct mark'
  | 'meta l4proto'
  | 'meta nfproto'
  | 'iifname'
  | 'ip saddr'
  | 'ip6 saddr'
  | 'ip daddr'
  | 'ip6 daddr'
  | 'th dport'

/** A named set. An element is its nft text in canonical form: `10.0.0.1`, `8000-8100` (inclusive), `"v1" . fd00::1`. */
export interface NftSet {
  readonly name: string
  /** More than one: a concatenation. */
  readonly type: readonly DataType[]
  /** Elements may be ranges (`flags interval`). */
  readonly interval: boolean
  readonly comment?: string
  /** Sorted, without repetition. */
  readonly elements: readonly string[]
}

/** A named verdict map: element text to the chain it goes to (`goto`). */
export interface VerdictMap {
  readonly name: string
  readonly type: readonly DataType[]
  readonly elements: ReadonlyMap<string, string>
}

/** `key . key == right`; several values mean any of them. */
export interface Match {
  readonly keys: readonly Key[]
  readonly not?: true
  readonly right: { readonly set: string } | { readonly values: readonly string[] }
}

export type Statement =
  /** `return`: back to where the chain was jumped to from. */
  | { readonly do: 'accept' | 'drop' | 'masquerade' | 'return' }
  | { readonly do: 'jump' | 'goto'; readonly chain: string }
  | { readonly do: 'vmap'; readonly keys: readonly Key[]; readonly map: string }
  | { readonly do: 'log'; readonly prefix: string; readonly group: number }
  | { readonly do: 'reject'; readonly with: 'tcp reset' | 'port-unreachable' | 'admin-prohibited' }
  | { readonly do: 'set mark'; readonly mark: number }
  /** Spreads new connections over the endpoints; never empty. */
  | { readonly do: 'dnat'; readonly family: 'ip' | 'ip6'; readonly to: readonly NatTarget[] }

export interface NatTarget {
  readonly address: string
  readonly port: number
}

export interface Rule {
  readonly matches: readonly Match[]
  readonly statements: readonly Statement[]
  readonly comment?: string
}

/** Where a base chain is attached; its policy is always `accept`. */
export interface Hook {
  readonly type: 'filter' | 'nat'
  readonly hook: 'prerouting' | 'forward' | 'output' | 'postrouting'
  readonly priority: number
}

export interface Chain {
  readonly name: string
  /** Absent: a regular chain, reached by jump or goto only. */
  readonly hook?: Hook
  readonly rules: readonly Rule[]
}

/** A table of family `inet`. The order of sets, maps and chains carries no meaning. */
export interface NftTable {
  readonly name: string
  readonly sets: ReadonlyMap<string, NftSet>
  readonly maps: ReadonlyMap<string, VerdictMap>
  readonly chains: ReadonlyMap<string, Chain>
}

/** A compiled snapshot. */
export interface Ruleset {
  readonly table: NftTable
  /**
   * Flows admitted under it carry this conntrack mark and are not evaluated again. It must differ from every earlier
   * generation in the same kernel whose flows must be looked at anew; `increment` keeps that.
   */
  readonly generation: number
  /** What each log prefix in the table means. */
  readonly logPrefixes: ReadonlyMap<string, LogEntry>
}

/** NFLOG groups: denials in one, accepted connections in the other. */
export const DENIED_GROUP = 1
export const ACCEPTED_GROUP = 2
