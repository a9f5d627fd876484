// Address sets against `net.BlockList`, and their covers by CIDR blocks against each other.
import { BlockList } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Address, type Cidr, formatAddress, formatCidr, parseAddress, parseCidr } from './ip-address.ts'
import {
  ALL_ADDRESSES,
  coverByCidrs,
  equalAddresses,
  firstAddress,
  hasAddress,
  intersectAddresses,
  type IpSet,
  ipSetOf,
  isAddressSubset,
  NO_ADDRESSES,
  noAddresses,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from './ip-set.ts'

/** Addresses of few bits, spread over the ends of both families, so that blocks often meet. */
const value = fc.tuple(fc.constantFrom(0, 1, 2), fc.nat(15))
const v4 = value.map(([place, low]): Address => {
  const base = [0, 0x0a00_0000, 0xffff_fff0][place] as number
  return { family: 4, value: base + low }
})
const v6 = value.map(([place, low]): Address => {
  const base = [0x2001n << 112n, 0xfdn << 120n, (1n << 128n) - 16n][place] as bigint
  return { family: 6, value: base + BigInt(low) }
})
const someAddress = fc.oneof(v4, v6)
const someBlock = fc.tuple(someAddress, fc.oneof(fc.nat(6), fc.nat(128))).map(([address, short]): Cidr => {
  const prefix = Math.max(0, (address.family === 4 ? 32 : 128) - short)
  return { address, prefix, hostBits: false }
})
const blocks = fc.array(someBlock, { maxLength: 5 })

function setOf(list: readonly Cidr[]): IpSet {
  return list.map(ipSetOf).reduce(unionAddresses, NO_ADDRESSES)
}

/** A block list matches IPv4 addresses against IPv6 blocks as well, so each family has its own. */
function oracle(list: readonly Cidr[]): (address: Address) => boolean {
  const kind = ({ family }: Address): 'ipv4' | 'ipv6' => (family === 4 ? 'ipv4' : 'ipv6')
  const found = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const { address, prefix } of list) found[kind(address)].addSubnet(formatAddress(address), prefix, kind(address))
  return (address) => found[kind(address)].check(formatAddress(address), kind(address))
}

function block(text: string): IpSet {
  return ipSetOf(parseCidr(text) as Cidr)
}

describe('an address set', () => {
  it('holds what a block list of the same blocks holds, in both families', () => {
    fc.assert(
      fc.property(blocks, someAddress, (list, address) => {
        expect(hasAddress(setOf(list), address)).toBe(oracle(list)(address))
      }),
      { numRuns: 3_000 },
    )
  })

  it('unites, intersects and subtracts as its members say', () => {
    fc.assert(
      fc.property(blocks, blocks, someAddress, (one, two, address) => {
        const [a, b, inA, inB] = [setOf(one), setOf(two), oracle(one)(address), oracle(two)(address)]
        expect(hasAddress(unionAddresses(a, b), address)).toBe(inA || inB)
        expect(hasAddress(intersectAddresses(a, b), address)).toBe(inA && inB)
        expect(hasAddress(subtractAddresses(a, b), address)).toBe(inA && !inB)
      }),
      { numRuns: 3_000 },
    )
  })

  it('keeps the families apart', () => {
    expect(hasAddress(block('0.0.0.0/0'), parseAddress('::1') as Address)).toBe(false)
    expect(hasAddress(block('::/0'), parseAddress('10.0.0.1') as Address)).toBe(false)
    expect(isAddressSubset(block('::/0'), block('0.0.0.0/0'))).toBe(false)
    expect(isAddressSubset(block('0.0.0.0/0'), block('::/0'))).toBe(false)
    expect(equalAddresses(block('0.0.0.0/0'), ALL_ADDRESSES)).toBe(false)
    expect(equalAddresses(block('::/0'), ALL_ADDRESSES)).toBe(false)
    expect(equalAddresses(unionAddresses(block('::/0'), block('0.0.0.0/0')), ALL_ADDRESSES)).toBe(true)
  })

  it('is empty only without any address of either family', () => {
    expect(noAddresses(NO_ADDRESSES)).toBe(true)
    expect(noAddresses(block('10.0.0.0/8'))).toBe(false)
    expect(noAddresses(block('fd00::/8'))).toBe(false)
  })

  it('of one address is the block of its full prefix', () => {
    expect(singleAddress(parseAddress('10.0.0.1') as Address)).toEqual(block('10.0.0.1/32'))
    expect(singleAddress(parseAddress('fd00::1') as Address)).toEqual(block('fd00::1/128'))
    expect(isAddressSubset(block('10.0.0.1/32'), block('10.0.0.0/8'))).toBe(true)
    expect(isAddressSubset(block('fd00::/16'), block('fd00::/8'))).toBe(true)
  })

  it('of one address holds it and neither neighbour', () => {
    fc.assert(
      fc.property(someAddress, someAddress, (one, other) => {
        expect(hasAddress(singleAddress(one), other)).toBe(formatAddress(one) === formatAddress(other))
      }),
    )
  })

  it('starts at its lowest address, IPv4 first', () => {
    expect(firstAddress(NO_ADDRESSES)).toBeUndefined()
    expect(firstAddress(block('fd00::5/126'))).toEqual(parseAddress('fd00::4'))
    expect(firstAddress(unionAddresses(block('fd00::/8'), block('10.0.0.0/8')))).toEqual(parseAddress('10.0.0.0'))
    expect(firstAddress(ALL_ADDRESSES)).toEqual(parseAddress('0.0.0.0'))
  })
})

describe('the cover of an address set by CIDR blocks', () => {
  it('is the set again', () => {
    fc.assert(
      fc.property(blocks, blocks, (one, two) => {
        const set = subtractAddresses(setOf(one), setOf(two))
        const cover = coverByCidrs(set).map((text) => parseCidr(text) as Cidr)
        expect(setOf(cover)).toEqual(set)
        expect(cover.every(({ hostBits }) => !hostBits)).toBe(true)
      }),
    )
  })

  it('has no two blocks that one block could replace', () => {
    fc.assert(
      fc.property(blocks, blocks, (one, two) => {
        const cover = new Set(coverByCidrs(subtractAddresses(setOf(one), setOf(two))))
        for (const text of cover) {
          const { address, prefix } = parseCidr(text) as Cidr
          if (prefix === 0) continue
          const twin = siblings(address, prefix)
          expect(twin.every((half) => cover.has(half))).toBe(false)
        }
      }),
    )
  })

  it('is known for some sets', () => {
    expect(coverByCidrs(NO_ADDRESSES)).toEqual([])
    expect(coverByCidrs(ALL_ADDRESSES)).toEqual(['0.0.0.0/0', '::/0'])
    expect(coverByCidrs(subtractAddresses(block('10.0.0.0/29'), block('10.0.0.3/32')))).toEqual([
      '10.0.0.0/31',
      '10.0.0.2/32',
      '10.0.0.4/30',
    ])
    expect(coverByCidrs({ v4: [1, 7], v6: [] })).toEqual(['0.0.0.1/32', '0.0.0.2/31', '0.0.0.4/31', '0.0.0.6/32'])
  })
})

/** Both halves of the block one bit shorter. */
function siblings(address: Address, prefix: number): string[] {
  const parent = formatCidr({ address, prefix: prefix - 1, hostBits: true }).split('/')[0] as string
  const base = parseAddress(parent) as Address
  const upper: Address =
    base.family === 4
      ? { family: 4, value: base.value + 2 ** (32 - prefix) }
      : { family: 6, value: base.value + (1n << BigInt(128 - prefix)) }
  return [base, upper].map((half) => `${formatAddress(half)}/${prefix}`)
}
