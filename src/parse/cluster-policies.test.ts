import { describe, expect, it } from 'vitest'
import { found, shown, sound } from '../../tests/support/manifests.ts'
import type { ClusterNetworkPolicy } from '../policy/cluster-network-policy.ts'
import { formatSelector } from '../policy/selector.ts'
import { formatCidr } from '../sets/ip-address.ts'

const VERSIONS = {
  AdminNetworkPolicy: 'v1alpha1',
  BaselineAdminNetworkPolicy: 'v1alpha1',
  ClusterNetworkPolicy: 'v1alpha2',
} as const
type Kind = keyof typeof VERSIONS

const HEADS = {
  AdminNetworkPolicy: 'priority: 7, ',
  BaselineAdminNetworkPolicy: '',
  ClusterNetworkPolicy: 'tier: Admin, priority: 7, ',
} as const
const ALLOW = { AdminNetworkPolicy: 'Allow', BaselineAdminNetworkPolicy: 'Allow', ClusterNetworkPolicy: 'Accept' }
const KINDS = Object.keys(VERSIONS) as Kind[]

/** An object whose spec stands in line 4 and starts in column 8 (behind `spec: {`). */
function object(kind: Kind, spec: string, name = kind === 'BaselineAdminNetworkPolicy' ? 'default' : 'p'): string {
  return `apiVersion: policy.networking.k8s.io/${VERSIONS[kind]}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {${spec}}\n`
}

/** One with every required field, and these rules beside. */
function withRules(kind: Kind, rules: string): string {
  return object(kind, `${HEADS[kind]}subject: {namespaces: {}}, ${rules}`)
}

function policy(text: string): ClusterNetworkPolicy {
  const [only, ...rest] = sound(text).clusterPolicies
  expect(rest).toEqual([])
  return only as ClusterNetworkPolicy
}

function codes(text: string): string[] {
  return found(text).map((line) => line.replace(/ \d+:\d+$/, ''))
}

function egress(kind: Kind, peer: string, action: string = ALLOW[kind]): string {
  return withRules(kind, `egress: [{action: ${action}, to: [${peer}]}]`)
}

function ingress(kind: Kind, peer: string, action: string = ALLOW[kind]): string {
  return withRules(kind, `ingress: [{action: ${action}, from: [${peer}]}]`)
}

function withPorts(kind: Kind, ports: string, peer = 'namespaces: {}'): string {
  const field = kind === 'ClusterNetworkPolicy' ? 'protocols' : 'ports'
  return withRules(kind, `egress: [{action: ${ALLOW[kind]}, to: [{${peer}}], ${field}: ${ports}}]`)
}

describe('an admin policy', () => {
  it('has the tier and priority of its kind (A01, A02)', () => {
    const subject = 'subject: {namespaces: {}}'
    expect(policy(object('AdminNetworkPolicy', `priority: 7, ${subject}`))).toMatchObject({
      kind: 'AdminNetworkPolicy',
      name: 'p',
      tier: 'admin',
      priority: 7,
      ingress: [],
      egress: [],
    })
    expect(policy(object('BaselineAdminNetworkPolicy', subject))).toMatchObject({ tier: 'baseline', priority: 0 })
    for (const tier of ['Admin', 'Baseline'] as const) {
      expect(policy(object('ClusterNetworkPolicy', `tier: ${tier}, priority: 1000, ${subject}`))).toMatchObject({
        tier: tier.toLowerCase(),
        priority: 1_000,
      })
    }
    expect(found(object('ClusterNetworkPolicy', `tier: admin, priority: 1, ${subject}`))).toEqual([
      'error unknown-value 4:14',
    ])
    expect(codes(object('ClusterNetworkPolicy', `priority: 1, ${subject}`))).toEqual(['error missing-field'])
    expect(codes(object('AdminNetworkPolicy', `tier: Admin, priority: 1, ${subject}`))).toEqual(['error unknown-field'])
    expect(codes(object('BaselineAdminNetworkPolicy', `priority: 1, ${subject}`))).toEqual(['error unknown-field'])
  })

  it('has a priority from 0 to 1000 (A02)', () => {
    for (const kind of ['AdminNetworkPolicy', 'ClusterNetworkPolicy'] as const) {
      const priority = (text: string) => withRules(kind, '').replace('priority: 7', `priority: ${text}`)
      expect(policy(priority('0')).priority).toBe(0)
      expect(policy(priority('1000')).priority).toBe(1_000)
      expect(codes(priority('1001'))).toEqual(['error invalid-priority'])
      expect(codes(priority('-1'))).toEqual(['error invalid-priority'])
      expect(codes(priority('"1"'))).toEqual(['error wrong-type'])
      expect(codes(priority('null'))).toEqual(['error missing-field'])
    }
  })

  it('of the baseline is named default, and there is one (A03)', () => {
    const subject = 'subject: {namespaces: {}}'
    const baseline = object('BaselineAdminNetworkPolicy', subject)
    expect(found(object('BaselineAdminNetworkPolicy', subject, 'base'))).toEqual(['error baseline-name 3:18'])
    expect(codes(`${baseline}---\n${baseline}`)).toEqual(['error duplicate-object'])
  })

  it('is told apart by kind and name, without a namespace', () => {
    const text = KINDS.map((kind) => withRules(kind, '')).join('---\n')
    expect(sound(text).clusterPolicies.map(({ kind }) => kind)).toEqual(KINDS)
    expect(sound(text).namespaces.size).toBe(0)
    const named = withRules('AdminNetworkPolicy', '').replace('name: p', 'name: p, namespace: x')
    expect(codes(`${withRules('AdminNetworkPolicy', '')}---\n${named}`)).toEqual(['error duplicate-object'])
  })

  it('of one API beside one of the other gets a warning (A30)', () => {
    const [admin, baseline, cluster] = KINDS.map((kind) => withRules(kind, '')) as [string, string, string]
    expect(codes(`${admin}---\n${baseline}`)).toEqual([])
    expect(codes(`${admin}---\n${cluster}`)).toEqual(['warning mixed-admin-apis'])
    expect(codes(`${cluster}---\n${baseline}`)).toEqual(['warning mixed-admin-apis'])
  })

  it('in a dump of a cluster, with status and what the server filled in, reads well', () => {
    const dump = `apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- apiVersion: policy.networking.k8s.io/v1alpha1
  kind: AdminNetworkPolicy
  metadata:
    annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
    creationTimestamp: "2025-01-01T00:00:00Z"
    generation: 1
    managedFields: [{manager: kubectl, operation: Apply}]
    name: a
    resourceVersion: "1"
    uid: u
  spec: {priority: 1, subject: {namespaces: {}}}
  status: {conditions: [{type: Ready, status: "True"}]}
- apiVersion: policy.networking.k8s.io/v1beta1
  kind: ClusterNetworkPolicy
  metadata: {name: c, uid: u}
  spec: {tier: Admin, priority: 1, subject: {namespaces: {}}}
  status: {conditions: []}
`
    expect(codes(dump)).toEqual(['warning mixed-admin-apis'])
    expect(sound(dump).clusterPolicies).toHaveLength(2)
    const list = `apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicyList\nitems:\n- metadata: {name: a}\n  spec: {priority: 1, subject: {namespaces: {}}}\n`
    expect(policy(list).name).toBe('a')
  })

  it('without a spec, or with fields of nobody, is refused', () => {
    for (const kind of KINDS) {
      expect(codes(object(kind, '').replace('spec: {}', ''))).toEqual(['error missing-field'])
      expect(codes(withRules(kind, 'policyTypes: [Ingress]'))).toEqual(['error unknown-field'])
    }
  })
})

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

describe('an action', () => {
  it('is Allow, Deny or Pass, Accept in the newer API, and never Pass in the baseline (A05)', () => {
    const action = (kind: Kind, word: string) => ingress(kind, '{namespaces: {}}', word)
    const accepted = (kind: Kind) =>
      ['Allow', 'Accept', 'Deny', 'Pass', 'deny'].map((word) => {
        const text = action(kind, word)
        return codes(text).length === 0 ? policy(text).ingress[0]?.action : codes(text).join()
      })
    const no = 'error unknown-value'
    expect(accepted('AdminNetworkPolicy')).toEqual(['Accept', no, 'Deny', 'Pass', no])
    expect(accepted('BaselineAdminNetworkPolicy')).toEqual(['Accept', no, 'Deny', no, no])
    expect(accepted('ClusterNetworkPolicy')).toEqual([no, 'Accept', 'Deny', 'Pass', no])
    expect(codes(action('ClusterNetworkPolicy', 'null'))).toEqual(['error missing-field'])
  })
})

describe('a peer', () => {
  it('of ingress is namespaces or pods (A09)', () => {
    for (const kind of KINDS) {
      const [first, second] = policy(
        ingress(kind, '{namespaces: {matchLabels: {a: b}}}, {pods: {namespaceSelector: {}, podSelector: {}}}'),
      ).ingress[0]?.peers as never[]
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
      const names = egress(kind, '{domainNames: [Example.COM., "*.a.example"]}')
      if (kind === 'BaselineAdminNetworkPolicy') expect(codes(names)).toEqual(['error misplaced-peer'])
      else {
        expect(policy(names).egress[0]?.peers).toMatchObject([
          { kind: 'domainNames', names: ['example.com', '*.a.example'] },
        ])
      }
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
      if (code.startsWith('warning')) {
        expect(policy(withPorts(kind, `[${port}]`)).egress[0]?.ports).toMatchObject([{ kind: 'unknown' }])
      }
    }
  })

  it('of the other API are unknown fields', () => {
    const rule = (kind: Kind, field: string) =>
      withRules(kind, `ingress: [{action: Deny, from: [{namespaces: {}}], ${field}: []}]`)
    expect(codes(rule('ClusterNetworkPolicy', 'ports'))).toEqual(['error unknown-field'])
    expect(codes(rule('AdminNetworkPolicy', 'protocols'))).toEqual(['error unknown-field'])
  })
})

describe('lists', () => {
  it('are bounded: 25 of each in the newer API, 100 in the older (A19)', () => {
    for (const kind of KINDS) {
      const most = kind === 'ClusterNetworkPolicy' ? 25 : 100
      const many = (item: string, count: number) => Array.from({ length: count }, () => item).join(', ')
      const rule = `{action: Deny, from: [{namespaces: {}}]}`
      const peers = (count: number) => ingress(kind, many('{namespaces: {}}', count))
      const port = kind === 'ClusterNetworkPolicy' ? '{tcp: {destinationPort: {number: 1}}}' : '{portNumber: {port: 1}}'
      for (const text of [
        (count: number) => withRules(kind, `ingress: [${many(rule, count)}]`),
        (count: number) => withRules(kind, `egress: [${many(rule.replace('from', 'to'), count)}]`),
        peers,
        (count: number) => withPorts(kind, `[${many(port, count)}]`),
      ]) {
        expect(codes(text(most))).toEqual([])
        expect(codes(text(most + 1))).toEqual(['error too-many-items'])
      }
    }
  })

  it('of peers must be there and not be empty', () => {
    for (const kind of KINDS) {
      expect(codes(ingress(kind, ''))).toEqual(['error empty-list'])
      expect(codes(withRules(kind, 'egress: [{action: Deny}]'))).toEqual(['error missing-field'])
      expect(codes(withRules(kind, 'egress: [{action: Deny, from: [{namespaces: {}}]}]'))).toEqual([
        'error missing-field',
        'error unknown-field',
      ])
    }
  })

  it('of rules keep their order, names and places', () => {
    const text = withRules(
      'ClusterNetworkPolicy',
      `ingress: [
  {name: first, action: Pass, from: [{namespaces: {}}]},
  {action: Deny, from: [{namespaces: {}}]}]`,
    )
    const { ingress: rules } = policy(text)
    expect(rules).toMatchObject([
      { name: 'first', action: 'Pass' },
      { name: '', action: 'Deny' },
    ])
    expect(rules.map(({ span }) => text.slice(span?.start, span?.end))).toEqual([
      '{name: first, action: Pass, from: [{namespaces: {}}]}',
      '{action: Deny, from: [{namespaces: {}}]}',
    ])
    const long = (length: number) => text.replace('first', 'x'.repeat(length))
    expect(codes(long(100))).toEqual([])
    expect(codes(long(101))).toEqual(['error rule-name-too-long'])
  })
})
