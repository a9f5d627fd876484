import { describe, expect, it } from 'vitest'
import {
  codes,
  ingress,
  KINDS,
  object,
  policy,
  withPorts,
  withRules,
  type Kind,
} from '../../tests/support/cluster-policies.ts'
import { found, sound } from '../../tests/support/manifests.ts'

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
