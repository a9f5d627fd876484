import { describe, expect, it } from 'vitest'
import { found, policyText, read, sound } from '../../tests/support/manifests.ts'
import { formatSpan, type Span } from '../diag/source.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import { formatSelector } from '../policy/selector.ts'
import { formatCidr } from '../sets/ip-address.ts'

function policy(spec: string): NetworkPolicy {
  const [only, ...rest] = sound(policyText(spec)).networkPolicies
  expect(rest).toEqual([])
  return only as NetworkPolicy
}

function problems(spec: string): string[] {
  return found(policyText(spec))
}

describe('policyTypes', () => {
  it('that are absent, null or empty mean ingress, and egress only with an egress rule (S01)', () => {
    for (const types of ['', 'policyTypes:', 'policyTypes: null', 'policyTypes: []']) {
      expect(policy(`podSelector: {}\n${types}`)).toMatchObject({ ingress: [], egress: undefined })
      expect(policy(`podSelector: {}\n${types}\negress: []`)).toMatchObject({ ingress: [], egress: undefined })
      expect(policy(`podSelector: {}\n${types}\negress: null`)).toMatchObject({ ingress: [], egress: undefined })
      expect(policy(`podSelector: {}\n${types}\negress: [{}]`)).toMatchObject({
        ingress: [],
        egress: [{ peers: 'any', ports: 'any' }],
      })
    }
  })

  it('that leave a direction out make its rules void, with a warning (S02)', () => {
    const text = 'podSelector: {}\npolicyTypes: [Egress]\ningress: [{}]'
    expect(policy(text)).toMatchObject({ ingress: undefined, egress: [] })
    expect(problems(text)).toEqual(['warning ignored-rules 7:3'])
    expect(problems('podSelector: {}\npolicyTypes: [Ingress]\negress: [{}]')).toEqual(['warning ignored-rules 7:3'])
    expect(problems('podSelector: {}\npolicyTypes: [Ingress]\negress: []')).toEqual([])
  })

  it('that list a direction without rules isolate it (S03)', () => {
    for (const rules of ['', 'ingress: []\negress: []', 'ingress:\negress:']) {
      expect(policy(`podSelector: {}\npolicyTypes: [Egress, Ingress]\n${rules}`)).toMatchObject({
        ingress: [],
        egress: [],
      })
    }
  })

  it('are at most two and known (S46)', () => {
    expect(problems('podSelector: {}\npolicyTypes: [Ingress, Ingress]')).toEqual([])
    expect(problems('podSelector: {}\npolicyTypes: [Ingress, Egress, Egress]')).toEqual([
      'error too-many-policy-types 6:16',
    ])
    expect(problems('podSelector: {}\npolicyTypes: [ingress, Outgress]')).toEqual([
      'error unknown-value 6:17',
      'error unknown-value 6:26',
    ])
    expect(problems('podSelector: {}\npolicyTypes: Ingress')).toEqual(['error wrong-type 6:16'])
  })
})

describe('a rule', () => {
  it('without fields allows everything (S04)', () => {
    expect(policy('podSelector: {}\ningress:\n- {}').ingress).toMatchObject([{ peers: 'any', ports: 'any' }])
  })

  it('with missing, null or empty peers or ports allows all of them (S05, S06)', () => {
    for (const list of ['', 'from: []', 'from:', 'from: []\n  ports: []', 'from: null\n  ports: null']) {
      const { ingress } = policy(`podSelector: {}\ningress:\n- ${list === '' ? '{}' : list}`)
      expect([list, ingress]).toMatchObject([list, [{ peers: 'any', ports: 'any' }]])
    }
    expect(policy('podSelector: {}\negress:\n- to: []\n  ports: [{port: 1}]').egress).toMatchObject([
      { peers: 'any', ports: [{ first: 1 }] },
    ])
  })

  it('that is written as nothing is refused: Kubernetes would make it allow everything', () => {
    expect(problems('podSelector: {}\ningress:\n-')).toEqual(['error empty-item 7:3'])
    expect(problems('podSelector: {}\ningress: [null]')).toEqual(['error empty-item 6:13'])
  })

  it('has the peers of its own direction only', () => {
    expect(problems('podSelector: {}\ningress:\n- to: [{podSelector: {}}]')).toEqual(['error unknown-field 7:5'])
    expect(problems('podSelector: {}\negress:\n- from: [{podSelector: {}}]')).toEqual(['error unknown-field 7:5'])
    expect(problems('podSelector: {}\ningress:\n- port: [{port: 1}]')).toEqual(['error unknown-field 7:5'])
  })

  it('must be an item of a list', () => {
    expect(problems('podSelector: {}\ningress:\n  from: [{podSelector: {}}]')).toEqual(['error wrong-type 7:5'])
    expect(problems('podSelector: {}\ningress:\n- from:\n    podSelector: {}')).toEqual(['error wrong-type 8:7'])
  })
})

describe('a peer', () => {
  const peers = (text: string) => policy(`podSelector: {}\ningress:\n- from:\n${text}`).ingress?.[0]?.peers

  it('without a field is refused (S07)', () => {
    for (const peer of ['{}', '{podSelector: null}', '{podSelector: , namespaceSelector: }', '{ipBlock: null}']) {
      expect([peer, problems(`podSelector: {}\ningress:\n- from:\n  - ${peer}`)]).toEqual([
        peer,
        ['error empty-peer 8:7'],
      ])
    }
  })

  it('tells an empty selector from a missing one (S08, S10)', () => {
    expect(peers('  - podSelector: {}')).toMatchObject([
      { kind: 'pods', namespaces: 'own', pods: { requirements: [] } },
    ])
    expect(peers('  - namespaceSelector: {}')).toMatchObject([
      { kind: 'pods', namespaces: { requirements: [] }, pods: { requirements: [] } },
    ])
  })

  it('with both selectors is one peer, two items are two (S09)', () => {
    expect(peers('  - podSelector: {matchLabels: {a: b}}\n    namespaceSelector: {matchLabels: {c: d}}')).toHaveLength(
      1,
    )
    expect(peers('  - podSelector: {matchLabels: {a: b}}\n  - namespaceSelector: {matchLabels: {c: d}}')).toHaveLength(
      2,
    )
  })

  it('is either addresses or pods (S11)', () => {
    const text = 'podSelector: {}\ningress:\n- from:\n  - ipBlock: {cidr: 10.0.0.0/8}\n    podSelector: {}'
    expect(problems(text)).toEqual(['error ip-block-with-selector 9:7'])
    expect(problems('podSelector: {}\ningress:\n- from:\n  - ipBlock: {}')).toEqual(['error missing-field 8:7'])
  })

  it('of addresses has a block and parts of it left out (S23)', () => {
    const [peer] = (peers('  - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/32]}') ?? []) as never[]
    expect(peer).toMatchObject({ kind: 'ipBlock', cidr: { prefix: 8 }, except: [{ prefix: 16 }, { prefix: 32 }] })
    const except = (text: string) =>
      problems(`podSelector: {}\ningress:\n- from:\n  - ipBlock: {cidr: 10.0.0.0/8, except: [${text}]}`)
    expect(except('10.0.0.0/8')).toEqual(['error except-outside 8:44'])
    expect(except('10.0.0.0/7')).toEqual(['error except-outside 8:44'])
    expect(except('11.0.0.0/16')).toEqual(['error except-outside 8:44'])
    expect(except('"fd00::/16"')).toEqual(['error except-outside 8:44'])
    expect(except('10.1.0.0/16, x')).toEqual(['error invalid-cidr 8:57'])
  })
})

describe('a port', () => {
  const ports = (text: string) => policy(`podSelector: {}\ningress:\n- ports:\n  - ${text}`).ingress?.[0]?.ports
  const wrong = (text: string) => problems(`podSelector: {}\ningress:\n- ports:\n  - ${text}`)

  it('has the protocol TCP unless it says another (S15)', () => {
    expect(ports('{port: 80}')).toMatchObject([{ kind: 'range', protocol: 'TCP', first: 80, last: 80 }])
    expect(ports('{port: 53, protocol: UDP}')).toMatchObject([{ protocol: 'UDP' }])
    expect(wrong('{port: 53, protocol: udp}')).toEqual(['error unknown-value 8:28'])
    expect(wrong('{port: 53, protocol: ICMP}')).toEqual(['error unknown-value 8:28'])
  })

  it('without a number is every port of its protocol (S16)', () => {
    expect(ports('{protocol: SCTP}')).toMatchObject([{ kind: 'all', protocol: 'SCTP' }])
    expect(ports('{}')).toMatchObject([{ kind: 'all', protocol: 'TCP' }])
    expect(ports('{port: null}')).toMatchObject([{ kind: 'all', protocol: 'TCP' }])
  })

  it('may be a name (S17), in the shape of a service name (S46)', () => {
    expect(ports('{port: http}')).toMatchObject([{ kind: 'named', name: 'http' }])
    for (const name of ['Http', 'a--b', '-a', 'a-', 'sixteen-letters-', 'a_b', '"8080"', '""', 'sixteencharacter']) {
      expect([name, wrong(`{port: ${name}}`)]).toEqual([name, ['error invalid-port 8:14']])
    }
    expect(ports('{port: 0-a}')).toMatchObject([{ name: '0-a' }])
  })

  it('is from 1 to 65535', () => {
    for (const port of ['0', '-1', '65536', '99999999999999999999']) {
      expect([port, wrong(`{port: ${port}}`)]).toEqual([port, ['error invalid-port 8:14']])
    }
    for (const port of ['80.5', 'true', '[80]', '.inf', '.nan']) {
      expect([port, wrong(`{port: ${port}}`)]).toEqual([port, ['error wrong-type 8:14']])
    }
    expect(ports('{port: 010}')).toMatchObject([{ first: 8, last: 8 }])
  })

  it('may be the first of a range with both ends in it (S19)', () => {
    expect(ports('{port: 80, endPort: 90}')).toMatchObject([{ first: 80, last: 90 }])
    expect(ports('{port: 80, endPort: 80}')).toMatchObject([{ first: 80, last: 80 }])
    expect(wrong('{port: 80, endPort: 79}')).toEqual(['error invalid-end-port 8:27'])
    expect(wrong('{port: 80, endPort: 65536}')).toEqual(['error invalid-end-port 8:27'])
    expect(wrong('{port: http, endPort: 80}')).toEqual(['error invalid-end-port 8:29'])
    expect(wrong('{endPort: 80}')).toEqual(['error invalid-end-port 8:17'])
    expect(wrong('{port: 80, endport: 90}')).toEqual(['error unknown-field 8:18'])
  })
})

describe('a policy', () => {
  it('without podSelector selects every pod, with a warning at the place', () => {
    for (const spec of ['podSelector:', 'policyTypes: [Ingress]', 'podSelector: null']) {
      const { snapshot, diagnostics } = read(policyText(spec))
      expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([['missing-pod-selector', 'warning']])
      expect(formatSelector(snapshot.networkPolicies[0]?.subject ?? { requirements: [] })).toBe('all')
    }
    const bare = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n'
    expect(found(bare)).toEqual(['warning missing-pod-selector 2:1'])
    expect(sound(bare).networkPolicies).toMatchObject([{ namespace: 'default', ingress: [], egress: undefined }])
  })

  it('keeps the place of itself, its rules, peers and ports', () => {
    const text = 'podSelector: {}\ningress:\n- from:\n  - podSelector: {}\n  ports:\n  - port: 80\n'
    const { ingress, span } = policy(text)
    const [rule] = ingress ?? []
    expect(span && formatSpan(span)).toBe('f.yaml:3:18')
    expect(rule?.span && formatSpan(rule.span)).toBe('f.yaml:7:5')
    const place = (list: 'any' | readonly { readonly span?: Span }[] | undefined) => {
      const first = list === 'any' ? undefined : list?.[0]?.span
      return first && formatSpan(first)
    }
    expect(place(rule?.peers)).toBe('f.yaml:8:7')
    expect(place(rule?.ports)).toBe('f.yaml:10:7')
  })

  it('with several mistakes has all of them reported', () => {
    expect(
      problems(
        'podSelector: {matchLabels: {app: 1}}\ningres: []\ningress:\n- from: [{}]\n  ports: [{port: 0}]\npolicyTypes: [Igress]',
      ),
    ).toEqual([
      'error wrong-type 5:36',
      'error unknown-field 6:3',
      'error empty-peer 8:12',
      'error invalid-port 9:20',
      'error unknown-value 10:17',
    ])
  })

  it('with a mistake is not part of the snapshot', () => {
    expect(read(policyText('podSelector: {}\ningres: []')).snapshot.networkPolicies).toEqual([])
  })

  it('is read with IPv6 and IPv4 apart (S25)', () => {
    const text =
      'podSelector: {}\negress:\n- to:\n  - ipBlock: {cidr: "::/0", except: ["fd00::/8"]}\n  - ipBlock: {cidr: 0.0.0.0/0}'
    const list = policy(text).egress?.[0]?.peers
    expect(list !== 'any' && list?.map((peer) => (peer.kind === 'ipBlock' ? formatCidr(peer.cidr) : ''))).toEqual([
      '::/0',
      '0.0.0.0/0',
    ])
  })
})
