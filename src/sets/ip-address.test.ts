// Addresses against other readers of the same texts: `net.isIP` for what is one, `net.SocketAddress` for how it prints.
import { isIP, SocketAddress } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Address, cidrRange, formatAddress, formatCidr, parseAddress, parseCidr } from './ip-address.ts'

function address(text: string): Address {
  const found = parseAddress(text)
  if (!found) throw new Error(`not an address: ${text}`)
  return found
}

const v4 = fc.nat(0xffff_ffff).map((value): Address => ({ family: 4, value }))
/** IPv6 with many zero groups, so that the choice of `::` is tried. */
const v6 = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0), fc.nat(0xffff), fc.nat(15)), { minLength: 8, maxLength: 8 })
  .map((groups): Address => ({ family: 6, value: groups.reduce((all, group) => (all << 16n) | BigInt(group), 0n) }))

/** Texts that are nearly addresses. */
const nearly = fc
  .array(
    fc.constantFrom('0', '1', '255', '256', '00', '01', 'f', 'ffff', 'fffff', 'g', ':', '::', '.', '%', ' ', '-1'),
    {
      maxLength: 16,
    },
  )
  .map((parts) => parts.join(''))
const joined = fc
  .tuple(
    fc.array(fc.constantFrom('0', '12', '255', '256', '007', 'ab', 'FFFF', '', '1.2.3.4'), { maxLength: 9 }),
    fc.constantFrom(':', '.'),
  )
  .map(([parts, by]) => parts.join(by))

describe('an address', () => {
  it('is read exactly where net.isIP sees one', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, joined, fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        fc.pre(!text.includes('%'))
        expect(parseAddress(text)?.family ?? 0).toBe(isIP(text))
      }),
      { numRuns: 5_000 },
    )
  })

  it('is read whole or not at all', () => {
    expect(parseAddress('x\n::1.2.3.4')).toBeUndefined()
    expect(parseCidr('1.2.3.4/1.2.3.4/8')).toBeUndefined()
  })

  it('has no zone', () => {
    expect(parseAddress('fe80::1%eth0')).toBeUndefined()
  })

  it.each([
    '',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.256',
    '0x1.2.3.4',
    '1..2.3',
    '+1.2.3.4',
  ])('is not read from `%s`', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })

  it.each([
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2:3:4:5:6:7:8',
    '12345::',
    'g::',
    ':1',
    '1:',
    '::1.2.3.256',
    '1.2.3.4::',
    '::1.2.3',
  ])('is not read from `%s`', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })

  it('is read to its value', () => {
    expect(address('0.0.0.0')).toEqual({ family: 4, value: 0 })
    expect(address('255.255.255.255')).toEqual({ family: 4, value: 2 ** 32 - 1 })
    expect(address('1.2.3.4')).toEqual({ family: 4, value: 0x0102_0304 })
    expect(address('::')).toEqual({ family: 6, value: 0n })
    expect(address('::1')).toEqual({ family: 6, value: 1n })
    expect(address('1::')).toEqual({ family: 6, value: 1n << 112n })
    expect(address('1:2:3:4:5:6:7::')).toEqual(address('1:2:3:4:5:6:7:0'))
    expect(address('::ffff:1.2.3.4')).toEqual({ family: 6, value: 0xffff_0102_0304n })
    expect(address('1:2:3:4:5:6:1.2.3.4')).toEqual(address('1:2:3:4:5:6:102:304'))
    expect(address('ABCD::EF')).toEqual(address('abcd::ef'))
    expect(address('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toEqual({ family: 6, value: (1n << 128n) - 1n })
  })

  it('prints as RFC 5952 says', () => {
    const printed = (text: string): string => formatAddress(address(text))
    expect(printed('1:0:0:2:0:0:0:3')).toBe('1:0:0:2::3')
    expect(printed('1:0:0:2:0:0:3:4')).toBe('1::2:0:0:3:4')
    expect(printed('0:0:0:0:0:0:0:0')).toBe('::')
    expect(printed('0:0:0:0:0:0:0:1')).toBe('::1')
    expect(printed('1:0:0:0:0:0:0:0')).toBe('1::')
    expect(printed('0:2:3:4:5:6:7:8')).toBe('0:2:3:4:5:6:7:8')
    expect(printed('1:2:3:4:5:6:7:0')).toBe('1:2:3:4:5:6:7:0')
    expect(printed('0:0:1:0:0:0:0:0')).toBe('0:0:1::')
    expect(printed('10:0:0:1:0:0:0:0')).toBe('10:0:0:1::')
    expect(printed('2001:0DB8::00Ff')).toBe('2001:db8::ff')
    expect(printed('::ffff:1.2.3.4')).toBe('::ffff:1.2.3.4')
    expect(printed('::fffe:1.2.3.4')).toBe('::fffe:102:304')
    expect(printed('10.0.0.1')).toBe('10.0.0.1')
  })

  it('prints as the system does and is read back', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), (one) => {
        const text = formatAddress(one)
        expect(parseAddress(text)).toEqual(one)
        // The system prints the long deprecated IPv4-compatible addresses (::1.2.3.4) with dots; RFC 5952 does not ask for it.
        if (one.family === 6 && one.value >> 32n === 0n) return
        expect(new SocketAddress({ address: text, family: one.family === 4 ? 'ipv4' : 'ipv6' }).address).toBe(text)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a CIDR block', () => {
  it.each([
    '1.2.3.4',
    '1.2.3.4/',
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/08',
    '1.2.3.4/8/8',
    '/8',
    '::/129',
    '1.2.3/24',
    '::/64 ',
    '10.0.0.0/1e1',
  ])('is not read from `%s`', (text) => {
    expect(parseCidr(text)).toBeUndefined()
  })

  it('knows its host bits', () => {
    expect(parseCidr('10.0.0.0/8')).toEqual({ address: address('10.0.0.0'), prefix: 8, hostBits: false })
    expect(parseCidr('10.0.0.5/8')).toEqual({ address: address('10.0.0.5'), prefix: 8, hostBits: true })
    expect(parseCidr('10.0.0.5/32')?.hostBits).toBe(false)
    expect(parseCidr('0.0.0.0/0')?.hostBits).toBe(false)
    expect(parseCidr('128.0.0.0/0')?.hostBits).toBe(true)
    expect(parseCidr('fd00::1/64')?.hostBits).toBe(true)
    expect(parseCidr('fd00::/64')?.hostBits).toBe(false)
    expect(parseCidr('::1/128')?.hostBits).toBe(false)
  })

  it('has the range of its prefix', () => {
    const range = (text: string): unknown => cidrRange(parseCidr(text) as NonNullable<ReturnType<typeof parseCidr>>)
    expect(range('0.0.0.0/0')).toEqual([0, 2 ** 32])
    expect(range('255.255.255.255/32')).toEqual([2 ** 32 - 1, 2 ** 32])
    expect(range('128.0.0.0/1')).toEqual([2 ** 31, 2 ** 32])
    expect(range('10.1.2.3/8')).toEqual([0x0a00_0000, 0x0b00_0000])
    expect(range('::/0')).toEqual([0n, 1n << 128n])
    expect(range('fd00::5/126')).toEqual([(0xfdn << 120n) + 4n, (0xfdn << 120n) + 8n])
  })

  it('prints by its first address', () => {
    expect(formatCidr(parseCidr('10.1.2.3/8') as never)).toBe('10.0.0.0/8')
    expect(formatCidr(parseCidr('fd00::1/64') as never)).toBe('fd00::/64')
  })
})
