// The hosts outside the cluster: for each address block a policy names, some inside, inside its exceptions, and just beside.
import type { Snapshot } from '../policy/snapshot.ts'
import { type Address, type Cidr, cidrRange, type Family, formatAddress, formatCidr } from '../sets/ip-address.ts'
import { ALL_ADDRESSES, firstAddress, hasAddress, type IpSet, ipSetOf, subtractAddresses } from '../sets/ip-set.ts'
import { METADATA_ADDRESSES, PUBLIC_ADDRESSES, TAKEN } from './address-plan.ts'

/** An address outside the cluster, and why it is there. */
export interface OutsideHost {
  readonly address: Address
  /** `inside 203.0.113.0/24`, `just above 203.0.113.0/24`, `metadata`, `public`. */
  readonly reason: string
}

interface Block {
  readonly cidr: Cidr
  readonly except: readonly Cidr[]
}

/** Every block that a policy or a Moat names, in order of appearance, each once. */
function blocksOf(snapshot: Snapshot): Block[] {
  const rules = snapshot.networkPolicies.flatMap((policy) => [...(policy.ingress ?? []), ...(policy.egress ?? [])])
  const inPolicies = rules.flatMap((rule) =>
    rule.peers === 'any' ? [] : rule.peers.filter((peer) => peer.kind === 'ipBlock'),
  )
  const inClusterPolicies = snapshot.clusterPolicies.flatMap((policy) =>
    policy.egress.flatMap(({ peers }) =>
      peers.flatMap((peer) =>
        peer.kind === 'networks' ? peer.cidrs.map((cidr): Block => ({ cidr, except: [] })) : [],
      ),
    ),
  )
  const inMoats = snapshot.moats.flatMap(({ spec }): Block[] => [
    ...spec.egress.flatMap(({ to }) => (to.kind === 'cidr' ? [to] : [])),
    ...spec.assertions.flatMap(({ from, to }) =>
      [from, to].flatMap((end) => (end.kind === 'cidr' ? [{ cidr: end.cidr, except: [] }] : [])),
    ),
  ])
  const seen = new Map<string, Block>()
  for (const { cidr, except } of [...inPolicies, ...inClusterPolicies, ...inMoats]) {
    const key = [cidr, ...except].map(formatCidr).join(' ')
    if (!seen.has(key)) seen.set(key, { cidr, except })
  }
  return [...seen.values()]
}

function plus(address: Address, offset: number): Address {
  return address.family === 4
    ? { family: 4, value: address.value + offset }
    : { family: 6, value: address.value + BigInt(offset) }
}

/** A readable member of the set: the public host, the tenth address of the block, or the first that can be used. */
function memberOf(set: IpSet, cidr: Cidr): Address | undefined {
  const usable = subtractAddresses(set, TAKEN)
  const tenth = plus(firstOf(cidr), 10)
  return [...PUBLIC_ADDRESSES, tenth].find((address) => hasAddress(usable, address)) ?? firstAddress(usable)
}

function firstOf(cidr: Cidr): Address {
  const [first] = cidrRange(cidr)
  return typeof first === 'number' ? { family: 4, value: first } : { family: 6, value: first }
}

function beside(cidr: Cidr, side: 'above' | 'below'): Address | undefined {
  const [first, end] = cidrRange(cidr)
  const last: Address = typeof end === 'number' ? { family: 4, value: end - 1 } : { family: 6, value: end - 1n }
  const at = side === 'above' ? plus(last, 1) : plus(firstOf(cidr), -1)
  const usable = subtractAddresses(ALL_ADDRESSES, TAKEN)
  return first !== end && hasAddress(usable, at) ? at : undefined
}

/** Candidates from the most to the least telling. */
function candidates(blocks: readonly Block[]): OutsideHost[] {
  const out: OutsideHost[] = []
  const add = (address: Address | undefined, reason: string): void => {
    if (address) out.push({ address, reason })
  }
  for (const { cidr, except } of blocks) {
    const holes = except.map(ipSetOf)
    const inside = holes.reduce(subtractAddresses, ipSetOf(cidr))
    add(memberOf(inside, cidr), `inside ${formatCidr(cidr)}`)
    for (const [index, hole] of except.entries()) {
      add(memberOf(holes[index] ?? ipSetOf(hole), hole), `inside the exception ${formatCidr(hole)}`)
    }
  }
  for (const side of ['above', 'below'] as const) {
    for (const { cidr, except } of blocks) {
      for (const each of [cidr, ...except]) add(beside(each, side), `just ${side} ${formatCidr(each)}`)
    }
  }
  return out
}

const MOST_SAID = 8

/** One sentence when blocks lie wholly where no outside host can: nothing shows what a policy says of them. */
function unreachable(blocks: readonly Block[]): string[] {
  const cidrs = blocks.flatMap(({ cidr, except }) => [cidr, ...except])
  const names = [...new Set(cidrs.filter((cidr) => memberOf(ipSetOf(cidr), cidr) === undefined).map(formatCidr))]
  if (names.length === 0) return []
  const said = names.length <= MOST_SAID ? names : [...names.slice(0, MOST_SAID), `${names.length - MOST_SAID} more`]
  return [`no outside host can have an address inside ${said.join(', ')}: the kernel or the sandbox needs them`]
}

export interface OutsidePlan {
  readonly hosts: readonly OutsideHost[]
  /** One sentence for each family whose limit left candidates out. */
  readonly omitted: readonly string[]
}

/** The outside hosts of a snapshot, at most `limit` of each family; metadata and public hosts are always there. */
export function planOutside(snapshot: Snapshot, limit: number): OutsidePlan {
  const always: OutsideHost[] = [
    ...METADATA_ADDRESSES.map((address) => ({ address, reason: 'metadata' })),
    ...PUBLIC_ADDRESSES.map((address) => ({ address, reason: 'public' })),
  ]
  const named = new Map<string, OutsideHost>()
  const blocks = blocksOf(snapshot)
  for (const host of [...always, ...candidates(blocks)]) {
    const key = formatAddress(host.address)
    if (!named.has(key)) named.set(key, host)
  }
  const families: readonly Family[] = [4, 6]
  const plans = families.map((family) => {
    const all = [...named.values()].filter(({ address }) => address.family === family)
    const left = all.slice(limit)
    return { kept: all.slice(0, limit), left, family }
  })
  return {
    hosts: plans.flatMap(({ kept }) => kept),
    omitted: [
      ...unreachable(blocks),
      ...plans.flatMap(({ left, family }) =>
        left.length === 0
          ? []
          : [`${left.length} outside IPv${family} hosts, the first of them ${left[0]?.reason}, are left out`],
      ),
    ],
  }
}
