// What the package exports, pinned: a change here is a change for its users.
import { describe, expect, it } from 'vitest'
import * as api from '../src/index.ts'

const MANIFESTS = `
apiVersion: v1
kind: Namespace
metadata: {name: a}
---
apiVersion: v1
kind: Pod
metadata: {name: one, namespace: a, labels: {app: one}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: a}
spec: {podSelector: {}, policyTypes: [Ingress]}
`

describe('the package', () => {
  it('exports these values and no others', () => {
    expect(Object.keys(api).sort()).toEqual([
      'LINT_RULES',
      'PROFILES',
      'compileRuleset',
      'createEngine',
      'formatAddress',
      'formatConnections',
      'formatDiagnostic',
      'hasErrors',
      'lint',
      'manifestsYaml',
      'parse',
      'parseAddress',
      'policiesInForce',
      'printRuleset',
      'prove',
    ])
  })

  it('answers from text to verdict without anything else', () => {
    const { snapshot, diagnostics } = api.parse([{ name: 'a.yaml', text: MANIFESTS }])
    expect(diagnostics).toEqual([])
    const [pod] = snapshot.pods
    const address = api.parseAddress('192.0.2.1')
    if (!pod || !address) throw new Error('nothing was read')
    const engine = api.createEngine(snapshot)
    const inwards = engine.reach({ kind: 'outside', address }, { kind: 'pod', pod }, 4)
    const outwards = engine.reach({ kind: 'pod', pod }, { kind: 'outside', address }, 4)
    expect(api.formatConnections(inwards.allowed)).toBe('none')
    expect(api.formatConnections(outwards.allowed)).toBe('all')
  })
})
