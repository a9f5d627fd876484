// Assertions on the pods of an input: whom ends mean, and what fails although no connection is wrong.
import { describe, expect, it } from 'vitest'
import { pod, policy, ports } from '../../../tests/support/proofs.ts'
import { type ProfileName, PROFILES } from '../../engine/profile.ts'
import { parse } from '../../parse/parse.ts'
import { checkAssertions } from './assert.ts'

function check(assertion: string, documents: readonly string[], profile: ProfileName = 'spec') {
  const text = `apiVersion: modelmoat.dev/v1alpha1\nkind: Assertions\nassertions:\n- {name: t, ${assertion}}`
  const { snapshot, diagnostics } = parse([{ name: 'a.yaml', text: [text, ...documents].join('\n---\n') }])
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  const [result] = checkAssertions(snapshot, PROFILES[profile])
  return result
}

const PODS = [
  pod('a', 'client'),
  pod('b', 'server', ports('{name: http, containerPort: 80}', '{name: admin, containerPort: 9000}')),
]
const DENY = policy('b', 'deny', 'podSelector: {}\ningress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]')

function workload(kind: string, name: string, replicas: number): string {
  return `
apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}, namespace: a}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: main}]}}
`
}

describe('an assertion', () => {
  it.each([
    ['port: 80, expect: Allowed', { verdict: 'Allowed', pass: true }],
    ['port: http, expect: Allowed', { verdict: 'Allowed', pass: true }],
    ['expect: Allowed', { verdict: 'Denied', pass: false, witness: { port: 9000, family: 4 } }],
    ['expect: Denied', { verdict: 'Allowed', pass: false, witness: { protocol: 'TCP', port: 80 } }],
    ['protocol: UDP, expect: Denied', { verdict: 'Denied', pass: true }],
    ['port: metrics, expect: Denied', { verdict: 'Nothing', pass: false, untested: { kind: 'no-port-name' } }],
  ])('about `%s` is judged on all that it means', (rest, result) => {
    expect(check(`from: {pod: a/client}, to: {pod: b/server}, ${rest}`, [...PODS, DENY])).toMatchObject(result)
  })

  it('that matches nothing fails: a misspelt name must not look like a test', () => {
    const result = check('from: {pod: a/clint}, to: {pod: b/server}, expect: Denied', [...PODS, DENY])
    expect(result).toMatchObject({ verdict: 'Nothing', pass: false, untested: { kind: 'nobody', end: 'from' } })
  })

  it('does not ask a pod about itself', () => {
    const result = check('from: {pod: b/server}, to: {pod: b/server}, expect: Denied', [...PODS, DENY])
    expect(result).toMatchObject({ verdict: 'Nothing', untested: { kind: 'no-pair' } })
  })

  it('fails where it depends on the network plugin, unless a profile settles it', () => {
    const block = policy('b', 'block', 'podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]')
    const asked = 'from: {pod: a/client}, to: {pod: b/server}, expect: Denied'
    expect(check(asked, [...PODS, block])).toMatchObject({
      verdict: 'Depends',
      pass: false,
      depends: ['ip-block-over-pods'],
    })
    expect(check(asked, [...PODS, block], 'cilium')).toMatchObject({ verdict: 'Denied', pass: true })
  })

  it('whose selector asks for labels of a namespace that the input does not declare depends on them', () => {
    const asked = 'from: {namespaceSelector: {matchLabels: {team: x}}}, to: {pod: b/server}'
    expect(check(`${asked}, port: 80, expect: Denied`, [...PODS, DENY])).toMatchObject({
      verdict: 'Depends',
      depends: ['namespace-labels-unknown'],
    })
  })

  it('means the pods of a workload by its name, one of those scaled to none, and a pod of a StatefulSet by its own', () => {
    const documents = [...PODS, DENY, workload('Deployment', 'web', 3), workload('StatefulSet', 'db', 0)]
    for (const name of ['web', 'db', 'db-0']) {
      expect(check(`from: {pod: a/${name}}, to: {pod: b/server}, port: 80, expect: Allowed`, documents)?.pass).toBe(
        true,
      )
    }
    // The pods of a Deployment have names that files do not tell.
    expect(check('from: {pod: a/web-0}, to: {pod: b/server}, expect: Denied', documents)?.verdict).toBe('Nothing')
  })

  it('means the pods of a Deployment in a dump, where a ReplicaSet owns them', () => {
    const live = `
apiVersion: v1
kind: Pod
metadata:
  name: web-5d8f-x2x
  namespace: a
  labels: {app: web, pod-template-hash: 5d8f}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d8f, uid: u, controller: true}]
spec: {containers: [{name: main}]}
`
    const asked = 'from: {pod: a/web}, to: {pod: b/server}, port: 80, expect: Allowed'
    expect(check(asked, [...PODS, DENY, live])?.pass).toBe(true)
  })
})

describe('Only', () => {
  const asked = 'from: {pod: a/client}, to: {pod: b/server}, expect: Only'
  const open = policy(
    'b',
    'open',
    'podSelector: {}\ningress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}]}]',
  )

  it('holds where nobody else gets in', () => {
    expect(check(asked, [...PODS, open])).toMatchObject({ verdict: 'Only', pass: true })
  })

  it('is broken by another pod of the input, and by an address outside', () => {
    expect(check(asked, [...PODS, open, pod('a', 'other')])).toMatchObject({
      verdict: 'Allowed',
      witness: { source: { pod: { name: 'other' } } },
    })
    const outside = policy('b', 'world', 'podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}]')
    expect(check(asked, [...PODS, open, outside], 'cilium')).toMatchObject({ witness: { source: { kind: 'outside' } } })
  })

  it('does not count pods on the host network: a pod always hears its own node', () => {
    const host = pod('kube-system', 'agent', '{hostNetwork: true, containers: [{name: main}]}')
    expect(check(asked, [...PODS, open, host])).toMatchObject({ verdict: 'Only', pass: true })
  })
})
