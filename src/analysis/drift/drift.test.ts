// What drift is told of a cluster that holds the seed's policies, after one thing in it changes.
import { describe, expect, it } from 'vitest'
import { pod, policy, SEED } from '../../../tests/support/proofs.ts'
import { parse } from '../../parse/parse.ts'
import type { Moat } from '../../policy/snapshot.ts'
import { driftOf } from './drift.ts'

const SPEC = `
podSelector: {matchLabels: {app: small-language-model}}
policyTypes: [Ingress, Egress]
ingress:
- from: [{podSelector: {matchLabels: {app: feature-api}}}]
  ports: [{port: 8080}]
egress:
- to: [{ipBlock: {cidr: 203.0.113.0/24}}]
`
const OURS = policy('ai-models', 'slm-isolation', SPEC)
const PODS = [pod('ai-models', 'small-language-model'), pod('ai-models', 'feature-api')]

function moat(): Moat {
  return parse([{ name: 'moat.yaml', text: SEED }]).snapshot.moats[0] as Moat
}

function kinds(documents: readonly string[]): string[] {
  const live = parse([{ name: 'live.yaml', text: documents.join('\n---\n') }]).snapshot
  return driftOf(moat(), live).map(({ kind, about }) => `${kind} ${about}`)
}

describe('the drift of a cluster', () => {
  it('is none where the policies are as rendered, in whatever order the objects come', () => {
    expect(kinds([OURS, ...PODS])).toEqual([])
    expect(kinds([...PODS.toReversed(), OURS])).toEqual([])
  })

  it('is a policy that is missing, and every claim it held', () => {
    const found = kinds(PODS)
    expect(found).toContain('policy-missing NetworkPolicy ai-models/slm-isolation')
    expect(found).toContain('claim-refuted only-entrants/tcp/8080')
  })

  it('is a policy that says something else, in the field that does', () => {
    const live = parse([
      { name: 'live.yaml', text: [OURS.replace('app: feature-api', 'app: other'), ...PODS].join('\n---\n') },
    ]).snapshot
    const [first] = driftOf(moat(), live)
    expect(first).toMatchObject({ kind: 'policy-changed', severity: 'error' })
    expect(first?.text).toContain('in `ingress`')
  })

  it("is a union that somebody else's policy widens, with a witness and that policy's place", () => {
    const other = policy('ai-models', 'debug', 'podSelector: {}\ningress: [{}]')
    const live = parse([{ name: 'live.yaml', text: [OURS, ...PODS, other].join('\n---\n') }]).snapshot
    const refuted = driftOf(moat(), live).filter(({ kind }) => kind === 'claim-refuted')
    expect(refuted.map(({ about }) => about)).toContain('only-entrants/tcp/8080')
    expect(refuted.every(({ witness, text }) => witness !== undefined && text.includes('debug'))).toBe(true)
  })

  it('is a model or a caller that no pod is selected as', () => {
    expect(kinds([OURS])).toEqual(['model-absent model', 'caller-absent feature-api'])
    expect(kinds([OURS, ...PODS.slice(0, 1)])).toEqual(['caller-absent feature-api'])
  })

  it('is not a policy that speaks of other pods', () => {
    expect(
      kinds([OURS, ...PODS, policy('ai-models', 'db', 'podSelector: {matchLabels: {app: db}}\ningress: [{}]')]),
    ).toEqual([])
  })
})
