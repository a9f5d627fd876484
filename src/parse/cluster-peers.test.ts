import { describe, expect, it } from 'vitest'
import {
  codes,
  egress,
  HEADS,
  ingress,
  KINDS,
  object,
  policy,
  type Kind,
} from '../../tests/support/cluster-policies.ts'
import { found, shown } from '../../tests/support/manifests.ts'
import { formatSelector } from '../policy/selector.ts'
import { formatCidr } from '../sets/ip-address.ts'

describe('a subject', () => {
  it('is namespaces, or pods by both selectors (A08)', () => {
    for (const kind of KINDS) {
      const subject = (text: string) => object(kind, `${HEADS[kind]}subject: ${text}`)
      const both = policy(
        subject('{pods: {namespaceSelector: {matchLabels: {a: b}}, podSelector: {matchLabels: {c: d}}}}'),
      )
      expect([both.subject.namespaces, both.subject.pods].map(formatSelector)).toEqual(['a=b', 'c=d'])
      const all = policy(subject('{namespaces: {matchExpressions: [{key: k, operator: Exists}]}}'))
      expect([all.subject.namespaces, all.subject.pods].map(formatSelector)).toEqual(['k', 'all'])
      for (const none of [
        '{}',
        '{namespaces: null}',
        '{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}',
      ]) {
        expect([none, codes(subject(none))]).toEqual([none, ['error choose-one']])
      }
      expect(codes(subject('null'))).toEqual(['error missing-field'])
      expect(codes(subject('{namespces: {}}'))).toEqual(['error unknown-field'])
      expect(codes(subject('{serviceAccounts: {}}'))).toEqual(['error unknown-field'])
      expect(codes(subject('{pods: {namespaceSelector: {}}}'))).toEqual(['error missing-field'])
    }
  })

  it('by pods alone is every namespace in the newer API, and refused in the older', () => {
    const subject = 'subject: {pods: {podSelector: {matchLabels: {a: b}}}}'
    const newer = policy(object('ClusterNetworkPolicy', `${HEADS.ClusterNetworkPolicy}${subject}`))
    expect(formatSelector(newer.subject.namespaces)).toBe('all')
    expect(found(object('AdminNetworkPolicy', `priority: 1, ${subject}`))).toEqual(['error missing-field 4:31'])
  })
})

describe('a peer', () => {
  it('of ingress is namespaces or pods (A09)', () => {
    for (const kind of KINDS) {
      const [first, second] =
        policy(ingress(kind, '{namespaces: {matchLabels: {a: b}}}, {pods: {namespaceSelector: {}, podSelector: {}}}'))
          .ingress[0]?.peers ?? []
      expect(first).toMatchObject({
        kind: 'pods',
        namespaces: { requirements: [{ key: 'a' }] },
        pods: { requirements: [] },
      })
      expect(second).toMatchObject({ kind: 'pods', namespaces: { requirements: [] } })
      for (const peer of ['networks: [10.0.0.0/8]', 'nodes: {}', 'domainNames: [a.b]']) {
        expect(codes(ingress(kind, `{${peer}}`))).toEqual(['error misplaced-peer'])
      }
    }
  })

  it('of egress may also be networks, nodes and, but for the baseline, domain names (A10)', () => {
    for (const kind of KINDS) {
      expect(policy(egress(kind, '{networks: [10.0.0.0/8, "fd00::/8"]}')).egress[0]?.peers).toMatchObject([
        { kind: 'networks', cidrs: [{ prefix: 8 }, { prefix: 8 }] },
      ])
      expect(policy(egress(kind, '{nodes: {}}')).egress[0]?.peers).toMatchObject([{ kind: 'nodes' }])
    }
    const names = (kind: Kind) => egress(kind, '{domainNames: [Example.COM., "*.a.example"]}')
    expect(codes(names('BaselineAdminNetworkPolicy'))).toEqual(['error misplaced-peer'])
    for (const kind of ['AdminNetworkPolicy', 'ClusterNetworkPolicy'] as const) {
      expect(policy(names(kind)).egress[0]?.peers).toMatchObject([
        { kind: 'domainNames', names: ['example.com', '*.a.example'] },
      ])
    }
  })

  it('has exactly one field, and none is nobody', () => {
    for (const kind of KINDS) {
      expect(codes(ingress(kind, '{}'))).toEqual(['error choose-one'])
      expect(codes(egress(kind, '{namespaces: {}, networks: [10.0.0.0/8]}'))).toEqual(['error choose-one'])
      expect(codes(egress(kind, 'null'))).toEqual(['error empty-item'])
    }
  })

  it('by a field that is not known fails closed, unless it looks mistyped (A15)', () => {
    for (const kind of KINDS) {
      expect(codes(egress(kind, '{serviceAccounts: {}}'))).toEqual(['warning fails-closed'])
      expect(policy(egress(kind, '{serviceAccounts: {}}')).egress[0]?.peers).toMatchObject([{ kind: 'unknown' }])
      expect(shown(egress(kind, '{serviceAccounts: {}}'))).toContain('the rule matches nothing')
      expect(shown(ingress(kind, '{serviceAccounts: {}}', 'Deny'))).toContain('the rule denies everything')
      expect(codes(egress(kind, '{namespces: {}}'))).toEqual(['error unknown-field'])
      expect(codes(egress(kind, '{Namespaces: {}}'))).toEqual(['error unknown-field'])
      expect(codes(egress(kind, '{serviceAccounts: {}, namespaces: {}}'))).toEqual(['error unknown-field'])
      expect(codes(egress(kind, '{serviceAccounts: {}, users: {}}'))).toEqual([
        'error unknown-field',
        'error unknown-field',
      ])
    }
  })

  it('of an early form of the API is named as removed (A28)', () => {
    for (const peer of [
      'namespaces: {sameLabels: [a]}',
      'namespaces: {notSameLabels: [a]}',
      'namespaces: {namespaceSelector: {}}',
      'pods: {namespaces: {namespaceSelector: {}}, podSelector: {}}',
    ]) {
      expect([peer, codes(ingress('AdminNetworkPolicy', `{${peer}}`))]).toEqual([peer, ['error removed-field']])
    }
  })

  it('of networks lists 1 to 25 blocks, each once', () => {
    const blocks = (count: number) => Array.from({ length: count }, (_, i) => `10.${i}.0.0/16`).join(', ')
    for (const kind of KINDS) {
      expect(policy(egress(kind, `{networks: [${blocks(25)}]}`)).egress[0]?.peers).toMatchObject([
        { cidrs: { length: 25 } },
      ])
      expect(codes(egress(kind, `{networks: [${blocks(26)}]}`))).toEqual(['error too-many-items'])
      expect(codes(egress(kind, '{networks: []}'))).toEqual(['error empty-list'])
      expect(codes(egress(kind, '{networks: [10.0.0.0/8, 10.0.0.0/8]}'))).toEqual(['error duplicate-item'])
      expect(codes(egress(kind, '{networks: [10.0.0.0]}'))).toEqual(['error invalid-cidr'])
      expect(codes(egress(kind, '{networks: ["::ffff:10.0.0.0/104"]}'))).toEqual(['error invalid-cidr'])
    }
    const [peer] = policy(egress('ClusterNetworkPolicy', '{networks: [10.1.2.3/8]}')).egress[0]?.peers ?? []
    expect(peer?.kind === 'networks' && peer.cidrs.map(formatCidr)).toEqual(['10.0.0.0/8'])
  })

  it('of domain names is for rules that accept, and each is a name (A13)', () => {
    const kind = 'ClusterNetworkPolicy'
    expect(codes(egress(kind, '{domainNames: [a.example]}', 'Deny'))).toEqual(['error domain-names-not-accepted'])
    expect(codes(egress(kind, '{domainNames: [a.example]}', 'Pass'))).toEqual(['error domain-names-not-accepted'])
    expect(codes(egress(kind, '{domainNames: []}'))).toEqual(['error empty-list'])
    for (const name of [
      'com',
      '"*"',
      '"*.com"',
      '"a.*.com"',
      '"*a.b.com"',
      'a..b',
      '-a.b',
      'http://a.b',
      '10.0.0.0/8',
    ]) {
      expect([name, codes(egress(kind, `{domainNames: [${name}]}`))]).toEqual([name, ['error invalid-domain-name']])
    }
    expect(policy(egress(kind, '{domainNames: ["*.b.com", a_b.example]}')).egress).toHaveLength(1)
  })
})
