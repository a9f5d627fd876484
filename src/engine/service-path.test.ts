// Service ports become pod ports before policies are asked, and a pod behind its own Service is left open.
import { beforeEach, describe, expect, it } from 'vitest'
import { formatDiagnostic, hasErrors } from '../diag/diagnostic.ts'
import { parse } from '../parse/parse.ts'
import type { Pod, Service, Snapshot } from '../policy/snapshot.ts'
import { type Address, parseAddress } from '../sets/ip-address.ts'
import { outsideEndpoint, podEndpoint } from './endpoint.ts'
import { createEngine } from './engine.ts'
import { CALICO, CONFORMANCE } from './profile.ts'
import { type Backend, backendsOf, reachBackend } from './service-path.ts'

const text = `
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: apps, labels: {app: client}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: server, namespace: apps, labels: {app: server}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}, {name: d, image: i, ports: [{name: http, containerPort: 53, protocol: UDP}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: server, namespace: other, labels: {app: server}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Service
metadata: {name: server, namespace: apps}
spec:
  selector: {app: server}
  ports:
  - {name: number, port: 80, targetPort: 8080}
  - {name: name, port: 81, targetPort: http}
  - {name: same, port: 82}
  - {name: absent, port: 83, targetPort: nothing}
---
apiVersion: v1
kind: Service
metadata: {name: by-hand, namespace: apps}
spec: {ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: server, namespace: apps}
spec: {podSelector: {matchLabels: {app: server}}, ingress: [{ports: [{port: 8080}]}]}
`
let snapshot: Snapshot
let backends: readonly Backend[]

beforeEach(() => {
  const read = parse([{ name: 'service.yaml', text }])
  if (hasErrors(read.diagnostics)) throw new Error(read.diagnostics.map(formatDiagnostic).join('\n'))
  snapshot = read.snapshot
  backends = backendsOf(snapshot.services[0] as Service, snapshot.pods)
})

function pod(index: number): Pod {
  return snapshot.pods[index] as Pod
}

const backend = (port: string): Backend => backends.find(({ servicePort }) => servicePort.name === port) as Backend

describe('a Service', () => {
  it('stands for its pods of its own namespace, port by port', () => {
    expect(backends.map(({ pod, servicePort, port }) => [pod.namespace, servicePort.name, port])).toEqual([
      ['apps', 'number', 8080],
      ['apps', 'name', 8080],
      ['apps', 'same', 82],
    ])
  })

  it('has no backends of its own without a selector', () => {
    expect(backendsOf(snapshot.services[1] as Service, snapshot.pods)).toEqual([])
  })

  it('is judged by the port of the pod, not by its own (S20)', () => {
    const engine = createEngine(snapshot, CONFORMANCE)
    const ask = (port: string): string =>
      reachBackend(engine, { source: podEndpoint(pod(0)), backend: backend(port), family: 4 }).verdict
    expect([ask('number'), ask('name'), ask('same')]).toEqual(['Allowed', 'Allowed', 'Denied'])
  })

  it('is judged for addresses outside as well', () => {
    const source = outsideEndpoint(parseAddress('192.0.2.1') as Address)
    const verdicts = ['number', 'same'].map(
      (port) => reachBackend(createEngine(snapshot), { source, backend: backend(port), family: 4 }).verdict,
    )
    expect(verdicts).toEqual(['Allowed', 'Denied'])
  })

  it('leaves it open whether a pod reaches itself, unless the profile says so (S31)', () => {
    const path = { source: podEndpoint({ ...pod(1) }), backend: backend('same'), family: 4 } as const
    expect(reachBackend(createEngine(snapshot, CONFORMANCE), path)).toMatchObject({
      verdict: 'Depends',
      reason: 'own-service',
    })
    expect(reachBackend(createEngine(snapshot, CALICO), path)).toMatchObject({ verdict: 'Allowed' })
  })

  it('hands on what the engine leaves open, with the reason', () => {
    const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: range, namespace: apps}
spec: {podSelector: {matchLabels: {app: server}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 82}]}]}
`
    const more = parse([{ name: 'service.yaml', text: `${text}---${policy}` }]).snapshot
    const path = { source: podEndpoint(pod(0)), backend: backend('same'), family: 4 } as const
    expect(reachBackend(createEngine(more), path)).toMatchObject({ verdict: 'Depends', reason: 'pod-address-unknown' })
    expect(reachBackend(createEngine(more), { ...path, family: 6 })).toMatchObject({ verdict: 'Denied' })
  })
})
