import { describe, expect, it } from 'vitest'
import { formatDiagnostic } from '../diag/diagnostic.ts'
import { formatSpan } from '../diag/source.ts'
import type { KubeObject } from './api/object.ts'
import { snapshotOf } from './snapshot.ts'

function object(kind: string, id: string, more: Readonly<Record<string, unknown>> = {}): KubeObject {
  const [namespace, name] = id.includes('/') ? (id.split('/') as [string, string]) : [undefined, id]
  const { apiVersion = 'v1', labels, ...rest } = more
  return {
    apiVersion: apiVersion as string,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(labels !== undefined && { labels: labels as Record<string, string> }),
      managedFields: [{ manager: 'kubectl' }],
    },
    ...rest,
  }
}

const OBJECTS = [
  object('Namespace', 'shop', { labels: { team: 'shop' } }),
  object('Pod', 'shop/web', {
    labels: { app: 'web' },
    spec: {
      containers: [{ name: 'c', image: 'größe\u{1f41f}', terminationMessagePath: '/dev/termination-log' }],
      nodeName: 'n1',
    },
    status: { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready' }] },
  }),
  object('NetworkPolicy', 'shop/web', {
    apiVersion: 'networking.k8s.io/v1',
    spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'feature-api' } } }] }] },
  }),
]

describe('the Snapshot of a cluster', () => {
  it('has what the parser makes of the objects, whatever their order', () => {
    const { snapshot, usable, diagnostics } = snapshotOf(OBJECTS)
    expect([usable, diagnostics]).toEqual([true, []])
    expect(snapshot.namespaces.get('shop')?.labels.get('team')).toBe('shop')
    expect(snapshot.pods[0]).toMatchObject({ namespace: 'shop', name: 'web', phase: 'Running', nodeName: 'n1' })
    expect(snapshot.pods[0]?.programs?.[0]?.image).toBe('größe\u{1f41f}')
    expect(snapshotOf(OBJECTS.toReversed()).snapshot).toEqual(snapshot)
  })

  it('has places that name the object and the path in it', () => {
    const span = snapshotOf(OBJECTS).snapshot.networkPolicies[0]?.span
    expect(span && formatSpan(span)).toMatch(/^NetworkPolicy shop\/web/)
    const wrong = object('NetworkPolicy', 'shop/wrong', {
      apiVersion: 'networking.k8s.io/v1',
      spec: { podSelector: {}, ingress: [{}, { from: [{ podSelector: {}, planet: 'mars' }] }] },
    })
    const read = snapshotOf([...OBJECTS, wrong])
    expect(read.usable).toBe(false)
    expect(read.diagnostics.map(formatDiagnostic).join('\n')).toContain(
      'NetworkPolicy shop/wrong .spec.ingress[1].from[0].planet: error: ',
    )
  })

  it('refuses policies of other APIs, unless a warning is enough', () => {
    const cilium = object('CiliumNetworkPolicy', 'shop/c', { apiVersion: 'cilium.io/v2', spec: {} })
    expect(snapshotOf([...OBJECTS, cilium]).usable).toBe(false)
    const warned = snapshotOf([...OBJECTS, cilium], { otherPolicies: 'warn' })
    expect([warned.usable, warned.diagnostics.map(({ code }) => code)]).toEqual([true, ['policy-not-read']])
  })

  it('of an empty cluster is empty and no mistake', () => {
    expect(snapshotOf([])).toMatchObject({ usable: true, diagnostics: [], snapshot: { pods: [] } })
    expect(snapshotOf([object('Secret', 'a/b')])).toMatchObject({ usable: true, diagnostics: [] })
  })
})
