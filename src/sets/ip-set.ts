// Sets of addresses of both families, and their shortest cover by CIDR blocks.
import * as interval from './interval-set.ts'
import { type Address, type Cidr, cidrRange, formatAddress } from './ip-address.ts'

/** IPv4 and IPv6 apart: a block of one family never says anything about the other (S25). */
export interface IpSet {
  readonly v4: interval.IntervalSet<number>
  readonly v6: interval.IntervalSet<bigint>
}

export const NO_ADDRESSES: IpSet = { v4: [], v6: [] }
export const ALL_ADDRESSES: IpSet = { v4: [0, 2 ** 32], v6: [0n, 1n << 128n] }

/** The addresses of one block. */
export function ipSetOf(cidr: Cidr): IpSet {
  const [first, end] = cidrRange(cidr)
  return typeof first === 'number' ? { v4: [first, end as number], v6: [] } : { v4: [], v6: [first, end as bigint] }
}

/** The set with one address. */
export function singleAddress(address: Address): IpSet {
  return address.family === 4
    ? { v4: [address.value, address.value + 1], v6: [] }
    : { v4: [], v6: [address.value, address.value + 1n] }
}

export function unionAddresses(a: IpSet, b: IpSet): IpSet {
  return { v4: interval.union(a.v4, b.v4), v6: interval.union(a.v6, b.v6) }
}

export function intersectAddresses(a: IpSet, b: IpSet): IpSet {
  return { v4: interval.intersect(a.v4, b.v4), v6: interval.intersect(a.v6, b.v6) }
}

export function subtractAddresses(a: IpSet, b: IpSet): IpSet {
  return { v4: interval.subtract(a.v4, b.v4), v6: interval.subtract(a.v6, b.v6) }
}

export function equalAddresses(a: IpSet, b: IpSet): boolean {
  return interval.equals(a.v4, b.v4) && interval.equals(a.v6, b.v6)
}

export function isAddressSubset(a: IpSet, b: IpSet): boolean {
  return interval.isSubset(a.v4, b.v4) && interval.isSubset(a.v6, b.v6)
}

export function noAddresses(set: IpSet): boolean {
  return set.v4.length === 0 && set.v6.length === 0
}

export function hasAddress(set: IpSet, address: Address): boolean {
  return address.family === 4 ? interval.contains(set.v4, address.value) : interval.contains(set.v6, address.value)
}

/** The lowest address of the set, IPv4 before IPv6; `undefined` when it is empty. */
export function firstAddress(set: IpSet): Address | undefined {
  if (set.v4[0] !== undefined) return { family: 4, value: set.v4[0] }
  if (set.v6[0] !== undefined) return { family: 6, value: set.v6[0] }
  return undefined
}

/** The fewest CIDR blocks that make up the set, ascending, IPv4 first. */
export function coverByCidrs(set: IpSet): string[] {
  return [...coverV4(set), ...coverV6(set)]
}

/** The blocks of IPv4, in plain numbers: such lists are long. */
function coverV4({ v4 }: IpSet): string[] {
  const out: string[] = []
  for (const [start, end] of interval.intervals(v4)) {
    let at = start
    while (at < end) {
      let size = 1
      let prefix = 32
      while (prefix > 0 && at % (size * 2) === 0 && at + size * 2 <= end) {
        size *= 2
        prefix--
      }
      out.push(`${formatAddress({ family: 4, value: at })}/${prefix}`)
      at += size
    }
  }
  return out
}

function coverV6({ v6 }: IpSet): string[] {
  const out: string[] = []
  for (const [start, end] of interval.intervals(v6)) {
    let at = start
    while (at < end) {
      let size = 1n
      let prefix = 128
      while (prefix > 0 && at % (size << 1n) === 0n && at + (size << 1n) <= end) {
        size <<= 1n
        prefix--
      }
      out.push(`${formatAddress({ family: 6, value: at })}/${prefix}`)
      at += size
    }
  }
  return out
}
