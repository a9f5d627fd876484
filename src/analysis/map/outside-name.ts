// Names for ranges of outside addresses: the Internet where it is most of the space, else blocks, with what they lack.
import { type Address, type Cidr, type Family, formatAddress } from '../../sets/ip-address.ts'
import {
  coverByCidrs,
  intersectAddresses,
  type IpSet,
  ipSetOf,
  noAddresses,
  subtractAddresses,
} from '../../sets/ip-set.ts'

const BITS = { 4: 32, 6: 128 } as const
/** Terms of a label before the rest is counted. */
const MOST = 2

function width(bounds: readonly (number | bigint)[]): number {
  let sum = 0
  for (let i = 0; i < bounds.length; i += 2) sum += Number(bounds[i + 1]) - Number(bounds[i])
  return sum
}

/** The share of both address spaces together that the set takes: 2 is everything. */
export function sizeOf({ v4, v6 }: IpSet): number {
  return width(v4) / 2 ** 32 + width(v6) / 2 ** 128
}

/** Most of the family's whole space. */
export function isMost(set: IpSet, family: Family): boolean {
  return family === 4 ? width(set.v4) > 2 ** 31 : width(set.v6) > 2 ** 127
}

function only(set: IpSet, family: Family): IpSet {
  return family === 4 ? { v4: set.v4, v6: [] } : { v4: [], v6: set.v6 }
}

function address(family: Family, value: bigint): Address {
  return family === 4 ? { family, value: Number(value) } : { family, value }
}

/** The smallest block around all addresses of the set, which has some of this family only. */
function blockAround(set: IpSet, family: Family): Cidr {
  const bounds = family === 4 ? set.v4 : set.v6
  const [first, last] = [BigInt(bounds[0] ?? 0), BigInt(bounds.at(-1) ?? 1) - 1n]
  const host = (first ^ last).toString(2).length - (first === last ? 1 : 0)
  return {
    address: address(family, (first >> BigInt(host)) << BigInt(host)),
    prefix: BITS[family] - host,
    hostBits: false,
  }
}

function halves({ address: { family, value }, prefix }: Cidr): [Cidr, Cidr] {
  const middle = BigInt(value) + (1n << BigInt(BITS[family] - prefix - 1))
  return [
    { address: address(family, BigInt(value)), prefix: prefix + 1, hostBits: false },
    { address: address(family, middle), prefix: prefix + 1, hostBits: false },
  ]
}

interface Term {
  readonly block: string
  readonly except: readonly string[]
}

function words(block: string, set: IpSet, family: Family): string {
  return isMost(set, family) && block.endsWith('/0') ? `all IPv${family} addresses` : block
}

/** As few blocks as a reader needs: blocks as they are, or one around them and what it lacks. */
function terms(set: IpSet, family: Family): Term[] {
  if (noAddresses(set)) return []
  const around = blockAround(set, family)
  const lacking = coverByCidrs(subtractAddresses(ipSetOf(around), set))
  const plain = coverByCidrs(set)
  const block = words(`${formatAddress(around.address)}/${around.prefix}`, set, family)
  if (lacking.length < plain.length) return [{ block, except: lacking }]
  if (plain.length <= MOST) return plain.map((one) => ({ block: one, except: [] }))
  return halves(around).flatMap((half) => terms(intersectAddresses(set, ipSetOf(half)), family))
}

function termWords({ block, except }: Term): string {
  return except.length === 0 ? block : `${block} but ${except.join(', ')}`
}

/** All terms in full; both Internets as one. */
function detailOf(all: readonly Term[]): string {
  const whole = all.filter(({ block }) => block.startsWith('all IPv'))
  if (whole.length < 2) return all.map(termWords).join('; ')
  return termWords({ block: 'all addresses', except: whole.flatMap(({ except }) => except) })
}

function labelOf(set: IpSet, all: readonly Term[]): string {
  const [v4, v6] = [isMost(set, 4), isMost(set, 6)]
  if (v4 || v6) return v4 && v6 ? 'the Internet' : `the IPv${v4 ? 4 : 6} Internet`
  const shown = all.slice(0, MOST).map(({ block, except }) => {
    if (except.length <= 1) return termWords({ block, except })
    return `${block} but ${except[0]} and ${except.length - 1} more`
  })
  return all.length > MOST ? `${shown.join('; ')} and ${all.length - MOST} more` : shown.join('; ')
}

export interface RangeName {
  readonly label: string
  readonly detail: string
}

/** A label for each set, no two alike, and the addresses in full. The sets do not overlap and are not empty. */
export function nameRanges(sets: readonly IpSet[]): RangeName[] {
  const taken = new Map<string, number>()
  return sets.map((set) => {
    const all = [...terms(only(set, 4), 4), ...terms(only(set, 6), 6)]
    const plain = labelOf(set, all)
    const count = (taken.get(plain) ?? 0) + 1
    taken.set(plain, count)
    return { label: count === 1 ? plain : `${plain} (${count})`, detail: detailOf(all) }
  })
}
