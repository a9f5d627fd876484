// Outside hosts: inside each block that a policy names, inside its exceptions, and just beside both.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVERYTHING } from '../policy/selector.ts'
import { EMPTY_SNAPSHOT, type Snapshot } from '../policy/snapshot.ts'
import { type Cidr, formatAddress, parseCidr } from '../sets/ip-address.ts'
import { hasAddress, ipSetOf } from '../sets/ip-set.ts'
import { TAKEN } from './address-plan.ts'
import { planOutside } from './outside-hosts.ts'

function cidr(text: string): Cidr {
  const parsed = parseCidr(text)
  if (!parsed) throw new Error(text)
  return parsed
}

function naming(blocks: readonly (readonly [string, ...string[]])[]): Snapshot {
  const rules = blocks.map(([block, ...except]) => ({
    peers: [{ kind: 'ipBlock' as const, cidr: cidr(block), except: except.map(cidr) }],
    ports: 'any' as const,
  }))
  const policy = { namespace: 'a', name: 'p', subject: EVERYTHING, ingress: undefined, egress: rules }
  return { ...EMPTY_SNAPSHOT, networkPolicies: [policy] }
}

function planned(blocks: readonly (readonly [string, ...string[]])[], limit = 20): Record<string, string> {
  return Object.fromEntries(
    planOutside(naming(blocks), limit).hosts.map((host) => [formatAddress(host.address), host.reason]),
  )
}

const ALWAYS = {
  '169.254.169.254': 'metadata',
  '198.51.100.7': 'public',
  'fd00:ec2::254': 'metadata',
  '2001:db8::7': 'public',
}

describe('planOutside', () => {
  it('always has the metadata address and a public one of each family', () => {
    expect(planned([])).toEqual(ALWAYS)
  })

  it('looks inside a block and just beside it', () => {
    expect(planned([['203.0.113.0/24']])).toEqual({
      ...ALWAYS,
      '203.0.113.10': 'inside 203.0.113.0/24',
      '203.0.114.0': 'just above 203.0.113.0/24',
      '203.0.112.255': 'just below 203.0.113.0/24',
    })
  })

  it('looks inside exceptions and beside them', () => {
    expect(planned([['10.0.0.0/8', '10.1.0.0/16']])).toEqual({
      ...ALWAYS,
      '10.0.0.10': 'inside 10.0.0.0/8',
      '10.1.0.10': 'inside the exception 10.1.0.0/16',
      '11.0.0.0': 'just above 10.0.0.0/8',
      '9.255.255.255': 'just below 10.0.0.0/8',
      '10.2.0.0': 'just above 10.1.0.0/16',
      '10.0.255.255': 'just below 10.1.0.0/16',
    })
  })

  it('takes the public host where a block has it', () => {
    expect(planned([['0.0.0.0/0', '10.0.0.0/8']])).toMatchObject({
      '198.51.100.7': 'public',
      '10.0.0.10': expect.any(String),
    })
  })

  it('handles IPv6 and single addresses', () => {
    expect(planned([['2001:db8:1::/48'], ['192.0.2.1/32']])).toMatchObject({
      '2001:db8:1::a': 'inside 2001:db8:1::/48',
      '192.0.2.1': 'inside 192.0.2.1/32',
      '192.0.2.2': 'just above 192.0.2.1/32',
      '192.0.2.0': 'just below 192.0.2.1/32',
    })
  })

  it('says which blocks no outside host can be in', () => {
    expect(planOutside(naming([['203.0.113.0/24'], ['0.0.0.0/0', '127.0.0.0/8']]), 20).omitted).toEqual([
      'no outside host can have an address inside 127.0.0.0/8: the kernel or the sandbox needs them',
    ])
    const blocks = [
      ['224.0.0.0/4'],
      ['ff00::/8'],
      ['fe80::/10'],
      ['::1/128'],
      ['10.244.1.0/24'],
      ['255.255.255.255/32'],
    ] as const
    expect(planOutside(naming(blocks), 20).omitted).toEqual([
      'no outside host can have an address inside 224.0.0.0/4, ff00::/8, fe80::/10, ::1/128, 10.244.1.0/24, 255.255.255.255/32: the kernel or the sandbox needs them',
    ])
    expect(planOutside(naming([['224.0.0.0/3'], ['128.0.0.0/1'], ['::/0']]), 20).omitted).toHaveLength(1)
  })

  it('says what a limit left out', () => {
    const { hosts, omitted } = planOutside(naming([['203.0.113.0/24'], ['192.0.2.0/24']]), 4)
    expect(hosts.filter(({ address }) => address.family === 4)).toHaveLength(4)
    expect(omitted).toEqual(['4 outside IPv4 hosts, the first of them just above 203.0.113.0/24, are left out'])
  })

  it('never takes an address that is the cluster’s or that the kernel keeps for itself', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    const block = fc.tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 }))
    fc.assert(
      fc.property(fc.array(block, { maxLength: 6 }), (blocks) => {
        const texts = blocks.map(([a, b, c, d, prefix]) => [`${a}.${b}.${c}.${d}/${prefix}`] as const)
        const { hosts } = planOutside(naming(texts), 100)
        const names = hosts.map(({ address }) => formatAddress(address))
        expect(hosts.filter(({ address }) => hasAddress(TAKEN, address))).toEqual([])
        expect(new Set(names).size).toBe(names.length)
        // Each host that claims to be inside a block is.
        const misplaced = hosts.filter(({ address, reason }) => {
          const named = /^inside (\S+\/\d+)$/.exec(reason)?.[1]
          return named !== undefined && !hasAddress(ipSetOf(cidr(named)), address)
        })
        expect(misplaced).toEqual([])
      }),
    )
  })
})
