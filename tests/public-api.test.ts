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
      'checkAssertions',
      'compileRuleset',
      'createEngine',
      'createSession',
      'diff',
      'explain',
      'explainPolicies',
      'explanationJson',
      'filterMap',
      'formatAddress',
      'formatConnections',
      'formatDiagnostic',
      'hasErrors',
      'lint',
      'manifestsYaml',
      'mapJson',
      'mapOf',
      'mapPage',
      'mapSvg',
      'parse',
      'parseAddress',
      'policiesInForce',
      'printRuleset',
      'prove',
      'proveAssertions',
      'questionOf',
      'reachability',
      'smallestEdit',
      'verdict',
      'withExposure',
    ])
  })

  it('answers from text to verdict without anything else', () => {
    const { snapshot, diagnostics } = api.parse([{ name: 'a.yaml', text: MANIFESTS }])
    expect(diagnostics).toEqual([])
    const [pod] = snapshot.pods
    const address = api.parseAddress('192.0.2.1')
    if (!pod || !address) throw new Error('nothing was read')
    const engine = api.createEngine(snapshot)
    const outside = { kind: 'outside', address } as const
    const at = { protocol: 'TCP', port: 80, family: 4 } as const
    expect(api.verdict(engine, { source: outside, destination: { kind: 'pod', pod }, ...at })).toEqual({
      verdict: 'Denied',
      reasons: [],
    })
    expect(api.verdict(engine, { source: { kind: 'pod', pod }, destination: outside, ...at }).verdict).toBe('Allowed')
    expect(api.reachability(snapshot).blocks.length).toBeGreaterThan(0)
    const inwards = engine.reach({ kind: 'outside', address }, { kind: 'pod', pod }, 4)
    const outwards = engine.reach({ kind: 'pod', pod }, { kind: 'outside', address }, 4)
    expect(api.formatConnections(inwards.allowed)).toBe('none')
    expect(api.formatConnections(outwards.allowed)).toBe('all')
  })

  it('explains from text to the edit that turns the answer around', () => {
    const source = {
      name: 'a.yaml',
      text: `${MANIFESTS}---\n${MANIFESTS.replace(/^[^]*?---\n/, '')
        .replace(/---[^]*/, '')
        .replaceAll('one', 'two')}`,
    }
    const { snapshot } = api.parse([source])
    const inForce = api.policiesInForce(snapshot)
    const ask = (of: typeof snapshot) => {
      const asked = api.questionOf('a/two', 'a/one:80', of)
      return 'question' in asked ? asked.question : undefined
    }
    const question = ask(inForce.snapshot)
    if (!question) throw new Error('the ends are not found')
    const explanation = api.explain(inForce.snapshot, question)
    expect(explanation.verdict).toBe('Denied')
    expect(api.explanationJson(explanation).answers[0]?.ingress.decision).toBe('denies')
    const request = { sources: [source], parseOptions: {}, inForce, question, askAgain: ask, explanation }
    const edit = api.smallestEdit({ ...request, profile: api.PROFILES.spec })
    expect(edit?.verdict).toBe('Allowed')
    expect(api.explainPolicies(inForce.snapshot)[0]?.name).toBe('NetworkPolicy a/closed')
  })
})
