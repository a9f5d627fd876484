// Whether a value is in a set, with what each set needs for a quick answer built once.
import { contains, fromIntervals, type Integer, type Interval, type IntervalSet } from '../sets/interval-set.ts'
import { parseAddress } from '../sets/ip-address.ts'
import type { NftSet } from './ruleset.ts'

type Lookup = (value: string) => boolean

const lookups = new WeakMap<NftSet, Lookup>()

/** `value` is an element's nft text; in an interval set it is one address or number. */
export function inSet(set: NftSet, value: string): boolean {
  let lookup = lookups.get(set)
  if (!lookup) {
    lookup = set.interval ? rangeLookup(set) : hashLookup(set)
    lookups.set(set, lookup)
  }
  return lookup(value)
}

function hashLookup(set: NftSet): Lookup {
  const elements = new Set(set.elements)
  return (value) => elements.has(value)
}

function rangeLookup(set: NftSet): Lookup {
  // One set holds numbers of one kind only: ports and IPv4, or IPv6.
  const bounds = set.elements.map((element): Interval<Integer> => {
    const [first, last] = element.split('-')
    return [numberOf(first as string), after(numberOf(last ?? (first as string)))]
  })
  const ranges: IntervalSet<Integer> = fromIntervals(bounds)
  return (value) => contains(ranges, numberOf(value))
}

function numberOf(text: string): Integer {
  return parseAddress(text)?.value ?? Number(text)
}

function after(value: Integer): Integer {
  return typeof value === 'bigint' ? value + 1n : value + 1
}

/** `"v*"` stands for every name that begins with `v`. */
export function matchesWildcard(pattern: string, value: string): boolean {
  return pattern.endsWith('*"') && value.startsWith(pattern.slice(0, -2))
}
