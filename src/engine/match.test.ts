// Peers against pods: what the namespace's labels and the pod's addresses settle, and what stays open.
import { beforeEach, describe, expect, it } from 'vitest'
import type { Requirement } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL, type Namespace, type Pod } from '../policy/snapshot.ts'
import { type Address, type Cidr, parseAddress, parseCidr } from '../sets/ip-address.ts'
import { type IpSet, ipSetOf } from '../sets/ip-set.ts'
import { addressesOf, matchBlock, matchNamespace, namespaceOf } from './match.ts'
import { CALICO, CILIUM, CONFORMANCE, SPEC } from './profile.ts'

function block(text: string): IpSet {
  return ipSetOf(parseCidr(text) as Cidr)
}

function pod(addresses: readonly string[], hostNetwork = false): Pod {
  return {
    namespace: 'a',
    name: 'p',
    labels: new Map(),
    annotations: new Map(),
    ports: [],
    hostNetwork,
    addresses: addresses.map((text) => parseAddress(text) as Address),
  }
}

describe('a namespace selector', () => {
  const isName = (value: string): Requirement => ({ key: NAMESPACE_NAME_LABEL, operator: 'In', values: [value] })
  const team: Requirement = { key: 'team', operator: 'Exists', values: [] }
  const declared: Namespace = { name: 'a', labels: new Map([['team', 'x']]), declared: true }
  let unknown: Namespace
  beforeEach(() => {
    unknown = namespaceOf(new Map(), 'a')
  })

  it('is settled by the labels of a declared namespace', () => {
    expect(matchNamespace({ requirements: [team] }, declared)).toBe('yes')
    expect(matchNamespace({ requirements: [{ ...team, operator: 'DoesNotExist' }] }, declared)).toBe('no')
  })

  it('is settled by the name alone where it asks for nothing else (S39)', () => {
    expect(unknown.declared).toBe(false)
    expect(matchNamespace({ requirements: [] }, unknown)).toBe('yes')
    expect(matchNamespace({ requirements: [isName('a')] }, unknown)).toBe('yes')
    expect(matchNamespace({ requirements: [isName('b')] }, unknown)).toBe('no')
  })

  it('stays open where it asks for labels that nobody knows (S40), unless the name rules it out', () => {
    expect(matchNamespace({ requirements: [team] }, unknown)).toBe('namespace-labels-unknown')
    expect(matchNamespace({ requirements: [isName('a'), team] }, unknown)).toBe('namespace-labels-unknown')
    expect(matchNamespace({ requirements: [team, isName('b')] }, unknown)).toBe('no')
  })

  it('always sees the name of a namespace, whatever its entry says', () => {
    for (const isDeclared of [true, false]) {
      for (const labels of [new Map<string, string>(), new Map([[NAMESPACE_NAME_LABEL, 'other']])]) {
        const entry: Namespace = { name: 'a', labels, declared: isDeclared }
        expect(matchNamespace({ requirements: [isName('a')] }, namespaceOf(new Map([['a', entry]]), 'a'))).toBe('yes')
      }
    }
  })

  it('finds the namespace of the snapshot by its name', () => {
    expect(namespaceOf(new Map([['a', declared]]), 'a').labels.get('team')).toBe('x')
    expect([...unknown.labels]).toEqual([[NAMESPACE_NAME_LABEL, 'a']])
  })
})

describe('an ipBlock', () => {
  it('is its cidr without its excepts', () => {
    const cidrs = (...texts: string[]): Cidr[] => texts.map((text) => parseCidr(text) as Cidr)
    const [cidr] = cidrs('10.0.0.0/30') as [Cidr]
    expect(addressesOf({ cidr, except: [] })).toEqual(block('10.0.0.0/30'))
    const left = addressesOf({ cidr, except: cidrs('10.0.0.0/32', '10.0.0.2/32') })
    expect(left).toEqual({ v4: [0x0a00_0001, 0x0a00_0002, 0x0a00_0003, 0x0a00_0004], v6: [] })
  })

  it('over a pod is what the profile says (S22)', () => {
    const one = pod(['10.0.0.1'])
    const ask = (profile: typeof SPEC) => matchBlock(block('10.0.0.0/8'), one, { family: 4, profile })
    expect([SPEC, CONFORMANCE, CALICO, CILIUM].map(ask)).toEqual(['ip-block-over-pods', 'yes', 'yes', 'no'])
  })

  it('over a pod on the host network is over its node (S33)', () => {
    const one = pod(['10.0.0.1'], true)
    const ask = (profile: typeof SPEC) => matchBlock(block('10.0.0.0/8'), one, { family: 4, profile })
    expect([SPEC, CONFORMANCE, CALICO, CILIUM].map(ask)).toEqual(['yes', 'yes', 'yes', 'ip-block-over-nodes'])
  })

  it('does not match an address that it does not hold, or holds in the other family only (S25)', () => {
    expect(matchBlock(block('10.0.0.0/8'), pod(['11.0.0.1']), { family: 4, profile: SPEC })).toBe('no')
    expect(matchBlock(block('10.0.0.0/8'), pod(['10.0.0.1', 'fd00::1']), { family: 6, profile: CONFORMANCE })).toBe(
      'no',
    )
    expect(matchBlock(block('fd00::/8'), pod(['10.0.0.1', 'fd00::1']), { family: 6, profile: CONFORMANCE })).toBe('yes')
    expect(matchBlock(block('::/0'), pod(['10.0.0.1']), { family: 6, profile: CONFORMANCE })).toBe('no')
  })

  it('could hold an unknown address of its own family', () => {
    const ask = (text: string, family: 4 | 6) => matchBlock(block(text), pod([]), { family, profile: CONFORMANCE })
    expect(ask('203.0.113.0/24', 4)).toBe('pod-address-unknown')
    expect(ask('203.0.113.0/24', 6)).toBe('no')
    expect(ask('2001:db8::/32', 6)).toBe('pod-address-unknown')
    expect(ask('2001:db8::/32', 4)).toBe('no')
    expect(matchBlock(block('10.0.0.0/8'), pod([]), { family: 4, profile: CILIUM })).toBe('no')
    expect(matchBlock(block('10.0.0.0/8'), pod([], true), { family: 4, profile: CILIUM })).toBe('pod-address-unknown')
  })

  it.each(['0.0.0.0/32', '127.0.0.0/8', '127.255.255.255/32', '169.254.0.0/16', '224.0.0.0/4', '239.255.255.255/32'])(
    'could not hold the address of a pod in %s',
    (text) => {
      expect(matchBlock(block(text), pod([]), { family: 4, profile: SPEC })).toBe('no')
    },
  )

  it.each([
    '0.0.0.0/31',
    '126.255.255.255/32',
    '128.0.0.0/32',
    '169.253.255.255/32',
    '169.255.0.0/32',
    '223.255.255.255/32',
    '240.0.0.0/32',
  ])('could hold the address of a pod in %s', (text) => {
    expect(matchBlock(block(text), pod([]), { family: 4, profile: SPEC })).toBe('pod-address-unknown')
  })

  it.each(['::/128', '::1/128', 'fe80::/10', 'febf:ffff::/32', 'ff00::/8'])(
    'could not hold the address of a pod in %s',
    (text) => {
      expect(matchBlock(block(text), pod([]), { family: 6, profile: SPEC })).toBe('no')
    },
  )

  it.each(['::2/128', 'fe7f:ffff::/32', 'fec0::/32', 'feff:ffff::/32'])(
    'could hold the address of a pod in %s',
    (text) => {
      expect(matchBlock(block(text), pod([]), { family: 6, profile: SPEC })).toBe('pod-address-unknown')
    },
  )
})
