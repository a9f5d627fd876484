import { describe, expect, it } from 'vitest'
import { found, policyText, shown, sound } from '../../tests/support/manifests.ts'
import { formatCidr } from '../sets/ip-address.ts'

const withCidr = (cidr: string) => policyText(`podSelector: {}\negress:\n- to:\n  - ipBlock: {cidr: ${cidr}}`)

function block(cidr: string): string {
  const [rule] = sound(withCidr(cidr)).networkPolicies[0]?.egress ?? []
  const [peer] = rule?.peers === 'any' ? [] : (rule?.peers ?? [])
  return peer?.kind === 'ipBlock' ? formatCidr(peer.cidr) : 'none'
}

describe('a CIDR', () => {
  it('is an IPv4 or IPv6 block', () => {
    for (const cidr of ['0.0.0.0/0', '10.0.0.0/8', '255.255.255.255/32', '"::/0"', '"fd00::/8"', '"2001:db8::1/128"']) {
      expect(block(cidr)).toBe(cidr.replaceAll('"', ''))
    }
  })

  it.each([
    ['10.0.0.0/33', 'from 0 to 32'],
    ['10.0.0.0/64', 'from 0 to 32'],
    ['"fd00::/200"', 'from 0 to 128'],
    ['10.0.0.0/-1', 'from 0 to 32'],
    ['10.0.0.0/', 'from 0 to 32'],
    ['10.0.0.0/255.0.0.0', 'from 0 to 32'],
    ['10.0.0.1', 'write `10.0.0.1/32`'],
    ['"fd00::1"', 'write `fd00::1/128`'],
    ['10.0.0/8', 'is not an IPv4 or IPv6 address'],
    ['10.0.0.256/32', 'is not an IPv4 or IPv6 address'],
    ['"1::2::3/64"', 'is not an IPv4 or IPv6 address'],
    ['"fe80::1%eth0/64"', 'is not an IPv4 or IPv6 address'],
    ['example.com', 'not a block of addresses'],
    ['""', 'not a block of addresses'],
    ['"::ffff:10.0.0.0/104"', 'written as IPv6'],
    ['"::ffff:0a00:0/104"', 'written as IPv6'],
  ])('%s is refused, saying why', (cidr, words) => {
    expect(found(withCidr(cidr))).toEqual(['error invalid-cidr 8:23'])
    expect(shown(withCidr(cidr))).toContain(words)
  })

  it('with host bits is taken by its prefix, with a warning (S24)', () => {
    expect(block('10.0.0.5/8')).toBe('10.0.0.0/8')
    expect(found(withCidr('10.0.0.5/8'))).toEqual(['warning cidr-host-bits 8:23'])
    expect(found(withCidr('"fd00::1/64"'))).toEqual(['warning cidr-host-bits 8:23'])
  })

  it('with leading zeros is decimal as for the API server, with a warning', () => {
    expect(block('010.000.0.0/8')).toBe('10.0.0.0/8')
    expect(found(withCidr('010.0.0.0/8'))).toEqual(['warning cidr-leading-zeros 8:23'])
    expect(found(withCidr('0010.0.0.08/29'))).toEqual(['warning cidr-leading-zeros 8:23'])
  })
})
