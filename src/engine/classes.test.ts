// Which pods share a class: those that differ in nothing that a policy speaks of.
import { describe, expect, it } from 'vitest'
import type { NetworkPolicy, Peer, PortMatch } from '../policy/network-policy.ts'
import type { Requirement, Selector } from '../policy/selector.ts'
import { EMPTY_SNAPSHOT, type Namespace, type Pod } from '../policy/snapshot.ts'
import { type Address, type Cidr, parseAddress, parseCidr } from '../sets/ip-address.ts'
import { ClassIndex } from './classes.ts'
import { vocabularyOf } from './vocabulary.ts'

const NONE: Selector = { requirements: [] }

function asks(key: string, ...values: string[]): Selector {
  const requirement: Requirement = { key, operator: values.length > 0 ? 'In' : 'Exists', values }
  return { requirements: [requirement] }
}

function policy(parts: { subject?: Selector; from?: Peer[]; to?: Peer[]; ports?: PortMatch[] }): NetworkPolicy {
  return {
    namespace: 'governed',
    name: 'p',
    subject: parts.subject ?? NONE,
    ingress: parts.from && [{ peers: parts.from, ports: parts.ports ?? 'any' }],
    egress: parts.to && [{ peers: parts.to, ports: parts.ports ?? 'any' }],
  }
}

function block(cidr: string, ...except: string[]): Peer {
  const read = (text: string): Cidr => parseCidr(text) as Cidr
  return { kind: 'ipBlock', cidr: read(cidr), except: except.map(read) }
}

function pod(
  parts: Partial<Omit<Pod, 'labels' | 'addresses'>> & { labels?: Record<string, string>; addresses?: string[] },
): Pod {
  return {
    namespace: 'one',
    name: 'p',
    annotations: new Map(),
    ports: [],
    hostNetwork: false,
    ...parts,
    labels: new Map(Object.entries(parts.labels ?? {})),
    addresses: (parts.addresses ?? []).map((text) => parseAddress(text) as Address),
  }
}

const namespaces = new Map<string, Namespace>(
  [
    { name: 'one', labels: new Map([['team', 'x']]), declared: true },
    { name: 'two', labels: new Map([['team', 'x']]), declared: true },
    { name: 'three', labels: new Map([['team', 'y']]), declared: true },
    { name: 'governed', labels: new Map([['team', 'x']]), declared: true },
  ].map((namespace) => [namespace.name, namespace]),
)

/** Whether the policy can tell the two pods apart. */
function apart(one: Pod, other: Pod, by: NetworkPolicy): boolean {
  const index = new ClassIndex(vocabularyOf({ ...EMPTY_SNAPSHOT, networkPolicies: [by] }), namespaces)
  return index.podClass(one).id !== index.podClass(other).id
}

describe('two pods are of one class', () => {
  it('unless a selector asks for a label in which they differ', () => {
    const [a, b] = [pod({ labels: { app: 'a' } }), pod({ labels: { app: 'b' } })]
    expect(apart(a, b, policy({}))).toBe(false)
    expect(apart(a, b, policy({ subject: asks('tier', 'a') }))).toBe(false)
    expect(apart(a, b, policy({ subject: asks('app', 'a') }))).toBe(true)
    expect(apart(a, b, policy({ from: [{ kind: 'pods', namespaces: 'own', pods: asks('app', 'b') }] }))).toBe(true)
    expect(apart(a, b, policy({ to: [{ kind: 'pods', namespaces: NONE, pods: asks('app', 'b') }] }))).toBe(true)
  })

  it('when both carry a value that nobody compares to, but not when one lacks the key', () => {
    const [a, b, without] = [pod({ labels: { app: 'a' } }), pod({ labels: { app: 'b' } }), pod({})]
    expect(apart(a, b, policy({ subject: asks('app', 'c') }))).toBe(false)
    expect(apart(a, b, policy({ subject: asks('app') }))).toBe(false)
    expect(apart(a, without, policy({ subject: asks('app') }))).toBe(true)
    expect(apart(a, without, policy({ subject: asks('app', 'c') }))).toBe(true)
  })

  it('where one value looks like the text of another', () => {
    const by = policy({ subject: asks('app', '', '=') })
    expect(apart(pod({ labels: { app: '' } }), pod({ labels: { app: '=' } }), by)).toBe(true)
    expect(apart(pod({ labels: { app: '' } }), pod({ labels: { app: 'other' } }), by)).toBe(true)
  })

  it('in different namespaces, unless one has policies or selectors tell their labels apart', () => {
    const [one, two, three] = ['one', 'two', 'three'].map((namespace) => pod({ namespace })) as [Pod, Pod, Pod]
    const byTeam = policy({ from: [{ kind: 'pods', namespaces: asks('team', 'x'), pods: NONE }] })
    expect(apart(one, two, policy({}))).toBe(false)
    expect(apart(one, pod({ namespace: 'governed' }), policy({}))).toBe(true)
    expect(apart(one, two, byTeam)).toBe(false)
    expect(apart(one, three, byTeam)).toBe(true)
    expect(apart(one, three, policy({}))).toBe(false)
  })

  it('unless the labels of only one namespace are known', () => {
    const [known, unknown] = [pod({ namespace: 'one' }), pod({ namespace: 'nowhere' })]
    expect(apart(known, unknown, policy({ from: [{ kind: 'pods', namespaces: asks('env', 'x'), pods: NONE }] }))).toBe(
      true,
    )
  })

  it('unless a border of an ipBlock or of an except runs between their addresses', () => {
    const [a, b] = [pod({ addresses: ['10.0.0.1'] }), pod({ addresses: ['10.0.0.2'] })]
    expect(apart(a, b, policy({ from: [block('10.0.0.0/24')] }))).toBe(false)
    expect(apart(a, b, policy({ from: [block('10.0.0.2/32')] }))).toBe(true)
    expect(apart(a, b, policy({ to: [block('10.0.0.0/24', '10.0.0.0/31')] }))).toBe(true)
    expect(apart(a, pod({ addresses: ['fd00::1'] }), policy({}))).toBe(true)
    expect(apart(a, pod({}), policy({}))).toBe(true)
    const [c, d] = [pod({ addresses: ['fd00::1'] }), pod({ addresses: ['fd00::2'] })]
    expect(apart(c, d, policy({ from: [block('fd00::/64')] }))).toBe(false)
    expect(apart(c, d, policy({ from: [block('fd00::2/128')] }))).toBe(true)
  })

  it('whatever the order of their labels and ports', () => {
    const [a, b] = [pod({ labels: { app: 'a', tier: 'b' } }), pod({ labels: { tier: 'b', app: 'a' } })]
    const asking = { requirements: [...asks('app', 'a').requirements, ...asks('tier', 'b').requirements] }
    expect(apart(a, b, policy({ subject: asking }))).toBe(false)
    const ports = [
      { name: 'http', port: 80, protocol: 'TCP' as const },
      { name: 'http', port: 81, protocol: 'TCP' as const },
    ]
    const byName = policy({ from: [], ports: [{ kind: 'named', protocol: 'TCP', name: 'http' }] })
    expect(apart(pod({ ports }), pod({ ports: ports.toReversed() }), byName)).toBe(false)
  })

  it('whatever the order of their addresses', () => {
    const [a, b] = [pod({ addresses: ['10.0.0.1', 'fd00::1'] }), pod({ addresses: ['fd00::1', '10.0.0.1'] })]
    expect(apart(a, b, policy({}))).toBe(false)
  })

  it('unless a rule names a port that they resolve differently', () => {
    const serving = (name: string, port: number, protocol: 'TCP' | 'UDP' = 'TCP'): Pod =>
      pod({ ports: [{ name, port, protocol }] })
    const byName = policy({ from: [], ports: [{ kind: 'named', protocol: 'TCP', name: 'http' }] })
    expect(apart(serving('http', 80), serving('http', 81), policy({}))).toBe(false)
    expect(apart(serving('http', 80), serving('http', 81), byName)).toBe(true)
    expect(apart(serving('http', 80), serving('http', 80, 'UDP'), byName)).toBe(true)
    expect(apart(serving('http', 80), pod({}), byName)).toBe(true)
    expect(apart(serving('other', 80), serving('other', 81), byName)).toBe(false)
    expect(apart(serving('other', 80), pod({}), byName)).toBe(false)
    const unnamed = pod({ ports: [{ port: 80, protocol: 'TCP' }] })
    expect(apart(unnamed, pod({}), byName)).toBe(false)
  })

  it('on the host network whatever their labels and namespaces, and never with others (S33)', () => {
    const [a, b] = [pod({ hostNetwork: true, labels: { app: 'a' } }), pod({ hostNetwork: true, namespace: 'governed' })]
    expect(apart(a, b, policy({ subject: asks('app', 'a') }))).toBe(false)
    expect(apart(a, pod({ labels: { app: 'a' } }), policy({ subject: asks('app', 'a') }))).toBe(true)
  })
})

describe('addresses outside', () => {
  it('are of one class between the same borders', () => {
    const index = new ClassIndex(
      vocabularyOf({
        ...EMPTY_SNAPSHOT,
        networkPolicies: [policy({ to: [block('10.0.0.0/24'), block('fd00::/64')] })],
      }),
      namespaces,
    )
    const id = (text: string): number => index.classOf({ kind: 'outside', address: parseAddress(text) as Address }).id
    expect(id('10.0.0.0')).toBe(id('10.0.0.255'))
    expect(new Set(['9.255.255.255', '10.0.0.0', '10.0.1.0', 'fcff::', 'fd00::1', 'fd00:0:0:1::'].map(id)).size).toBe(6)
    expect(id('0.0.0.0')).toBe(id('9.255.255.255'))
    expect(id('10.0.1.0')).toBe(id('255.255.255.255'))
    expect(id('::')).toBe(id('fcff::'))
  })

  it('are told apart by every border, in whatever order the blocks stand', () => {
    const blocks = [
      '10.4.0.0/16',
      '10.1.0.0/16',
      '10.3.0.0/16',
      '10.2.0.0/16',
      'fd04::/16',
      'fd01::/16',
      'fd03::/16',
      'fd02::/16',
    ]
    const index = new ClassIndex(
      vocabularyOf({ ...EMPTY_SNAPSHOT, networkPolicies: [policy({ to: blocks.map((text) => block(text)) })] }),
      namespaces,
    )
    const id = (text: string): number => index.classOf({ kind: 'outside', address: parseAddress(text) as Address }).id
    const inside = blocks.map((text) => id(text.split('/')[0] as string))
    const around = ['10.0.0.0', '10.5.0.0', 'fd00::', 'fd05::'].map(id)
    expect(new Set([...inside, ...around]).size).toBe(12)
  })
})
