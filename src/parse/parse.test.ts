import { describe, expect, it } from 'vitest'
import { parse } from './parse.ts'

const SEED = `apiVersion: v1
kind: Namespace
metadata:
  name: ai-models
---
apiVersion: v1
kind: Pod
metadata:
  name: slm
  namespace: ai-models
  labels: {app: small-language-model}
spec:
  containers:
  - name: server
    ports:
    - {name: http, containerPort: 8080}
---
apiVersion: v1
kind: Pod
metadata:
  name: api
  namespace: ai-models
  labels: {app: feature-api}
spec:
  containers: [{name: api}]
---
apiVersion: modelmoat.dev/v1alpha1
kind: Moat
metadata:
  name: slm-isolation
  namespace: ai-models
spec:
  model:
    podSelector:
      matchLabels:
        app: small-language-model
  callers:
  - name: feature-api
    podSelector:
      matchLabels:
        app: feature-api
  egress:
  - name: approved-range
    cidr: 203.0.113.0/24
`

describe('parse', () => {
  it('reads the seed', () => {
    const { snapshot, diagnostics, skipped } = parse([{ name: 'seed.yaml', text: SEED }])
    expect(diagnostics).toEqual([])
    expect(skipped).toEqual([])
    expect(snapshot.pods.map((pod) => pod.name)).toEqual(['slm', 'api'])
    expect(snapshot.pods[0]?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }])
    expect(snapshot.moats[0]?.spec).toMatchObject({
      model: { runtime: 'Auto', peers: 'None', apiPort: undefined },
      callers: [{ name: 'feature-api', namespaces: 'own', ports: [] }],
      egress: [{ name: 'approved-range', to: { kind: 'cidr', cidr: { prefix: 24 } } }],
      dns: 'None',
      namespaceDefaultDeny: false,
    })
  })

  it('reads CRLF and JSON alike', () => {
    const plain = parse([{ name: 'a', text: SEED }]).snapshot
    const crlf = parse([{ name: 'a', text: SEED.replaceAll('\n', '\r\n') }]).snapshot
    expect(crlf.pods.map((pod) => [...pod.labels])).toEqual(plain.pods.map((pod) => [...pod.labels]))
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }, null, '\t')
    expect([...parse([{ name: 'a', text: json }]).snapshot.namespaces.keys()]).toEqual(['x'])
  })
})
