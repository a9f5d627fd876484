// Assertions over all pods that could exist: what `Only` excepts, what a name means, what is out of scope.
import { describe, expect, it } from 'vitest'
import { pod, policy, ports } from '../../tests/support/proofs.ts'
import { type ProfileName, PROFILES } from '../engine/profile.ts'
import { parse } from '../parse/parse.ts'
import { proveAssertions } from './assertion-proof.ts'

function claim(assertion: string, documents: readonly string[], profile: ProfileName = 'spec') {
  const text = `apiVersion: modelmoat.dev/v1alpha1\nkind: Assertions\nassertions:\n- {name: t, ${assertion}}`
  const { snapshot, diagnostics } = parse([{ name: 'a.yaml', text: [text, ...documents].join('\n---\n') }])
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return proveAssertions(snapshot, PROFILES[profile]).claims[0]
}

const NAMESPACES = ['a', 'b'].map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}`)
const PODS = [...NAMESPACES, pod('a', 'client'), pod('b', 'server', ports('{name: http, containerPort: 80}'))]

function opening(peer: string, ...more: string[]): string {
  return policy('b', 'open', `podSelector: {}\ningress: [{from: [{${peer}}]${more.join('')}}]`)
}

const CLIENTS =
  'namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}, podSelector: {matchLabels: {app: client}}'

describe('Only', () => {
  const asked = 'from: {pod: a/client}, to: {pod: b/server}, expect: Only'

  it('is proven where a policy asks for all that the pod named has', () => {
    expect(claim(asked, [...PODS, opening(CLIENTS)])).toEqual({
      id: 'assertion/t',
      claim: 'assertion t: only a/client can open b/server',
      verdict: 'PROVEN',
    })
  })

  it('is refuted by a pod that could exist, although no pod of the input shows it', () => {
    const namespace = opening('namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}')
    expect(claim(asked, [...PODS, namespace])).toMatchObject({
      verdict: 'REFUTED',
      witness: { source: { kind: 'pod', namespace: 'a', present: false }, allowed: true },
      reason: 'let in by NetworkPolicy b/open, ingress rule 1',
    })
  })

  it('is refuted by an address outside', () => {
    const world = policy('b', 'world', 'podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}]')
    expect(claim(asked, [...PODS, opening(CLIENTS), world], 'cilium')).toMatchObject({
      verdict: 'REFUTED',
      witness: { source: { kind: 'outside' } },
    })
  })

  it('excepts addresses where those are named', () => {
    const world = opening('ipBlock: {cidr: 198.51.100.0/24}')
    const from = (cidr: string) =>
      claim(`from: {cidr: ${cidr}}, to: {pod: b/server}, expect: Only`, [...PODS, world], 'cilium')?.verdict
    expect([from('198.51.100.0/24'), from('198.51.100.0/25')]).toEqual(['PROVEN', 'REFUTED'])
  })

  it('speaks of the ports it names and no others', () => {
    const documents = [...PODS, opening('namespaceSelector: {}', ', ports: [{port: 9000}]')]
    expect(claim(`${asked}, port: http`, documents)?.verdict).toBe('PROVEN')
    expect(claim(`${asked}, port: "9000-9001"`, documents)?.verdict).toBe('REFUTED')
  })

  it('may have selectors at both ends: pods that are not there yet', () => {
    const between = `from: {${CLIENTS}}, to: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}}, expect: Only`
    expect(claim(between, [...PODS, opening(CLIENTS)])?.verdict).toBe('PROVEN')
    expect(claim(between, [...PODS, opening('namespaceSelector: {}')])?.verdict).toBe('REFUTED')
  })
})

describe('an assertion', () => {
  it('about pods is open where a rule lets domain names through, for a name may have the address of a pod (A13)', () => {
    const closed = policy('a', 'closed', 'podSelector: {}\npolicyTypes: [Egress]')
    const names = `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: names}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  egress: [{action: Accept, to: [{domainNames: [example.com]}]}]
`
    for (const to of ['{pod: b/server}', '{namespaceSelector: {}, podSelector: {}}']) {
      const asked = `from: {pod: a/client}, to: ${to}, expect: Denied`
      expect(claim(asked, [...PODS, closed])?.verdict).toBe('PROVEN')
      expect(claim(asked, [...PODS, closed, names])).toMatchObject({
        verdict: 'OUT_OF_SCOPE',
        reason: expect.stringContaining('a rule speaks of domain names'),
      })
    }
  })

  it('about selectors holds for pods that are not in the input', () => {
    const anybody = 'from: {namespaceSelector: {}, podSelector: {matchLabels: {app: batch}}}, to: {pod: b/server}'
    const deny = policy('b', 'deny', 'podSelector: {}\npolicyTypes: [Ingress]')
    expect(claim(`${anybody}, expect: Denied`, [...PODS, deny])?.verdict).toBe('PROVEN')
    expect(claim(`${anybody}, expect: Denied`, PODS)).toMatchObject({
      verdict: 'REFUTED',
      witness: { source: { labels: new Map([['app', 'batch']]), present: false } },
    })
  })

  it.each([
    ['from: {pod: a/nobody}, to: {pod: b/server}, expect: Denied', 'the input has no pod or workload a/nobody'],
    [
      'from: {pod: a/client}, to: {pod: b/server}, port: admin, expect: Denied',
      'the destination has no port of that name',
    ],
    [
      'from: {pod: a/client}, to: {pod: a/client}, expect: Denied',
      'both ends are one pod, which may always reach itself (S31)',
    ],
    [
      'from: {pod: c/host}, to: {pod: b/server}, expect: Denied',
      'c/host is on the host network, where policies do not select pods (S33)',
    ],
  ])('is out of scope where it tests nothing or what policies do not decide: %s', (assertion, reason) => {
    const host = pod('c', 'host', '{hostNetwork: true, containers: [{name: main}]}')
    expect(claim(assertion, [...PODS, host])).toMatchObject({ verdict: 'OUT_OF_SCOPE', reason })
  })
})
