// Which pods a proof is about, and what it says when there is no end to the cases.
import { describe, expect, it } from 'vitest'
import { claim, pod, policy, ports, proofOf, SEED } from '../../tests/support/proofs.ts'
import { parse } from '../parse/parse.ts'
import type { Moat } from '../policy/snapshot.ts'
import { prove } from './prove.ts'

describe('the pods of the model', () => {
  it('are all judged: each pod of a StatefulSet has labels of its own', () => {
    const set = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: slm, namespace: ai-models}
spec:
  replicas: 4
  serviceName: slm
  selector: {matchLabels: {app: small-language-model}}
  template:
    metadata: {labels: {app: small-language-model}}
    spec: ${ports()}
`
    const last = policy(
      'ai-models',
      'last',
      `podSelector: {matchLabels: {apps.kubernetes.io/pod-index: "3"}}\ningress: [{}]`,
    )
    const proof = proofOf([SEED, set, last])
    expect(proof.subjects).toEqual(['ai-models/slm'])
    expect(claim(proof, 'other-ports')).toMatchObject({
      verdict: 'REFUTED',
      witness: { destination: { name: 'slm-3' } },
    })
  })

  it('scaled to none are judged as if there were one', () => {
    const none = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: slm, namespace: ai-models}
spec:
  replicas: 0
  selector: {matchLabels: {app: small-language-model}}
  template:
    metadata: {labels: {app: small-language-model, tier: gpu}}
    spec: ${ports()}
`
    const gpu = policy('ai-models', 'gpu', `podSelector: {matchLabels: {tier: gpu}}\ningress: [{}]`)
    expect(claim(proofOf([SEED, none, gpu]), 'other-ports').verdict).toBe('REFUTED')
  })

  it('are refuted by one of them though another is out of scope', () => {
    const host = pod('ai-models', 'small-language-model', ports().replace('{', '{hostNetwork: true, '))
    const plain = pod('ai-models', 'other').replace('app: other', 'app: small-language-model')
    const { snapshot } = parse([{ name: 'in.yaml', text: [SEED, host, plain].join('\n---\n') }])
    const proof = prove(snapshot, snapshot.moats[0] as Moat)
    expect(claim(proof, 'other-ports')).toMatchObject({
      verdict: 'REFUTED',
      witness: { destination: { name: 'other' } },
    })
  })

  it('on the host network are out of scope', () => {
    const { snapshot } = parse([
      {
        name: 'in.yaml',
        text: [SEED, pod('ai-models', 'small-language-model', ports().replace('{', '{hostNetwork: true, '))].join(
          '\n---\n',
        ),
      },
    ])
    const proof = prove(snapshot, snapshot.moats[0] as Moat)
    expect(new Set(proof.claims.map(({ verdict }) => verdict))).toEqual(new Set(['OUT_OF_SCOPE']))
    expect(proof.claims[0]?.reason).toContain('host network')
  })
})

describe('policies that select by too many combinations of labels', () => {
  it('leave a claim out of scope rather than proven', () => {
    // Eight pigeons, seven holes: the policies together select every pod, but there is no short way to see it.
    const [pigeons, holes] = [Array.from({ length: 8 }, (_, i) => i), Array.from({ length: 7 }, (_, i) => i)]
    const nowhere = pigeons.map(
      (i) => `matchExpressions: [${holes.map((j) => `{key: p${i}h${j}, operator: DoesNotExist}`).join(', ')}]`,
    )
    const together = holes.flatMap((j) =>
      pigeons.flatMap((i) =>
        pigeons
          .slice(0, i)
          .map((k) => `matchExpressions: [{key: p${i}h${j}, operator: Exists}, {key: p${k}h${j}, operator: Exists}]`),
      ),
    )
    const isolating = [...nowhere, ...together].map((selector, i) =>
      policy('ai-models', `n${i}`, `podSelector: {${selector}}\npolicyTypes: [Egress]`),
    )
    const open = policy(
      'ai-models',
      'open',
      'podSelector: {matchLabels: {app: small-language-model}}\ningress: [{from: [{podSelector: {}}]}]',
    )
    const found = claim(proofOf([SEED, ...isolating, open], 'cilium'), 'other-ports')
    expect(found).toMatchObject({ verdict: 'OUT_OF_SCOPE', reason: expect.stringContaining('too many') })
  })
})
