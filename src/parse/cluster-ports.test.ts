import { describe, expect, it } from 'vitest'
import { codes, egress, KINDS, policy, withPorts, withRules, type Kind } from '../../tests/support/cluster-policies.ts'

describe('ports', () => {
  const numbers = (kind: Kind) => (policy(withPorts(kind, PORTS[kind])).egress[0]?.ports as readonly object[]) ?? []
  const PORTS = {
    AdminNetworkPolicy:
      '[{portNumber: {port: 80}}, {portNumber: {protocol: UDP, port: 53}}, {portRange: {protocol: SCTP, start: 1, end: 65535}}]',
    BaselineAdminNetworkPolicy: '[{portNumber: {protocol: TCP, port: 80}}]',
    ClusterNetworkPolicy:
      '[{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {number: 53}}}, {sctp: {destinationPort: {range: {start: 1, end: 65535}}}}]',
  }

  it('of both APIs say the same (A16, A17)', () => {
    const three = [
      { kind: 'range', protocol: 'TCP', first: 80, last: 80 },
      { kind: 'range', protocol: 'UDP', first: 53, last: 53 },
      { kind: 'range', protocol: 'SCTP', first: 1, last: 65_535 },
    ]
    expect(numbers('AdminNetworkPolicy')).toMatchObject(three)
    expect(numbers('ClusterNetworkPolicy')).toMatchObject(three)
    expect(numbers('BaselineAdminNetworkPolicy')).toMatchObject(three.slice(0, 1))
  })

  it('by name mean every protocol (A14)', () => {
    const all = ['TCP', 'UDP', 'SCTP'].map((protocol) => ({ kind: 'named', protocol, name: 'web' }))
    expect(policy(withPorts('AdminNetworkPolicy', '[{namedPort: web}]')).egress[0]?.ports).toMatchObject(all)
    expect(policy(withPorts('ClusterNetworkPolicy', '[{destinationNamedPort: web}]')).egress[0]?.ports).toMatchObject(
      all,
    )
    expect(codes(withPorts('AdminNetworkPolicy', '[{namedPort: "80"}]'))).toEqual(['error invalid-port'])
  })

  it('by name do not go with addresses, nodes and domain names (A14)', () => {
    for (const [kind, name] of [
      ['AdminNetworkPolicy', 'namedPort'],
      ['ClusterNetworkPolicy', 'destinationNamedPort'],
    ] as const) {
      for (const peer of ['networks: [10.0.0.0/8]', 'nodes: {}', 'domainNames: [a.b]']) {
        expect(codes(withPorts(kind, `[{${name}: web}]`, peer))).toEqual(['error named-port-outside'])
      }
      expect(codes(withPorts(kind, PORTS[kind], 'networks: [10.0.0.0/8]'))).toEqual([])
    }
  })

  it('that are missing are all ports, and an empty list is refused (A20)', () => {
    for (const kind of KINDS) {
      expect(policy(egress(kind, '{namespaces: {}}')).egress[0]?.ports).toBe('any')
      expect(policy(withPorts(kind, 'null')).egress[0]?.ports).toBe('any')
      expect(codes(withPorts(kind, '[]'))).toEqual(['error empty-list'])
    }
  })

  it('in a range end above its start (A18)', () => {
    const older = (range: string) => withPorts('AdminNetworkPolicy', `[{portRange: ${range}}]`)
    const newer = (range: string) => withPorts('ClusterNetworkPolicy', `[{tcp: {destinationPort: {range: ${range}}}}]`)
    for (const form of [older, newer]) {
      expect(codes(form('{start: 80, end: 81}'))).toEqual([])
      expect(codes(form('{start: 80, end: 80}'))).toEqual(['error invalid-port-range'])
      expect(codes(form('{start: 81, end: 80}'))).toEqual(['error invalid-port-range'])
      expect(codes(form('{start: 80}'))).toEqual(['error missing-field'])
      expect(codes(form('{start: 0, end: 80}'))).toEqual(['error invalid-port'])
      expect(codes(form('{start: 1, end: 65536}'))).toEqual(['error invalid-port'])
    }
  })

  it('have exactly one form, and one that is not known fails closed (A15)', () => {
    const cases: readonly (readonly [Kind, string, string])[] = [
      ['AdminNetworkPolicy', '{}', 'error choose-one'],
      ['AdminNetworkPolicy', '{namedPort: a, portNumber: {port: 1}}', 'error choose-one'],
      ['AdminNetworkPolicy', '{icmpTypes: [8]}', 'warning fails-closed'],
      ['AdminNetworkPolicy', '{portNumbr: {port: 1}}', 'error unknown-field'],
      ['ClusterNetworkPolicy', '{tcp: {}}', 'error choose-one'],
      ['ClusterNetworkPolicy', '{tcp: {destinationPort: {}}}', 'error choose-one'],
      ['ClusterNetworkPolicy', '{tcp: {destinationPort: {number: 1, range: {start: 1, end: 2}}}}', 'error choose-one'],
      ['ClusterNetworkPolicy', '{tcp: {flags: [syn]}}', 'warning fails-closed'],
      ['ClusterNetworkPolicy', '{tcp: {destinationPort: {service: dns}}}', 'warning fails-closed'],
      ['ClusterNetworkPolicy', '{tcp: {destinationPort: {number: 1}, flags: [syn]}}', 'error unknown-field'],
      ['ClusterNetworkPolicy', '{icmp: {type: 8}}', 'warning fails-closed'],
      ['ClusterNetworkPolicy', '{TCP: {destinationPort: {number: 1}}}', 'error unknown-field'],
    ]
    for (const [kind, port, code] of cases) {
      expect([port, codes(withPorts(kind, `[${port}]`))]).toEqual([port, [code]])
    }
  })

  it('of a form that is not known stand for themselves (A15)', () => {
    for (const port of ['{icmp: {type: 8}}', '{tcp: {flags: [syn]}}', '{tcp: {destinationPort: {service: dns}}}']) {
      expect(policy(withPorts('ClusterNetworkPolicy', `[${port}]`)).egress[0]?.ports).toMatchObject([
        { kind: 'unknown' },
      ])
    }
    expect(policy(withPorts('AdminNetworkPolicy', '[{icmp: {}}]')).egress[0]?.ports).toMatchObject([
      { kind: 'unknown' },
    ])
  })

  it('of the other API are unknown fields', () => {
    const rule = (kind: Kind, field: string) =>
      withRules(kind, `ingress: [{action: Deny, from: [{namespaces: {}}], ${field}: []}]`)
    expect(codes(rule('ClusterNetworkPolicy', 'ports'))).toEqual(['error unknown-field'])
    expect(codes(rule('AdminNetworkPolicy', 'protocols'))).toEqual(['error unknown-field'])
  })
})
