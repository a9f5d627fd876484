// What the proof says about the seed's Moat and the policies beside it, claim by claim.
import { describe, expect, it } from 'vitest'
import { claim, notProven, pod, policy, proofOf, SEED, verdicts } from '../../tests/support/proofs.ts'
import type { Span } from '../diag/source.ts'

describe("the seed's proof", () => {
  it('proves every claim, with no pod in the input', () => {
    const proof = proofOf([SEED])
    expect(verdicts(proof)).toEqual({
      'only-entrants/tcp/8080': 'PROVEN',
      'other-ports': 'PROVEN',
      'no-outside': 'PROVEN',
      'caller/feature-api': 'PROVEN',
      'egress-only': 'PROVEN',
      metadata: 'PROVEN',
      private: 'PROVEN',
      dns: 'PROVEN',
      'egress/approved-range': 'PROVEN',
    })
    expect(proof.subjects).toEqual([])
    expect(proof.residuals[0]).toContain('no pod of the model')
  })

  it('proves the same of the pods of the input', () => {
    const proof = proofOf([SEED, pod('ai-models', 'small-language-model'), pod('ai-models', 'feature-api')])
    expect(notProven(proof)).toEqual([])
    expect(proof.subjects).toEqual(['ai-models/small-language-model'])
    expect(proof.policies).toEqual(['ai-models/slm-isolation'])
  })
})

describe('a policy that opens more', () => {
  const METRICS = policy(
    'ai-models',
    'metrics',
    `
podSelector: {}
ingress:
- from:
  - namespaceSelector: {}
  ports:
  - port: 9090
`,
  )

  it('is refuted by a pod of the input, at the line of the rule', () => {
    const proof = proofOf([SEED, METRICS, pod('batch', 'eval-1'), pod('ai-models', 'small-language-model')])
    const [found, ...others] = notProven(proof)
    expect(others).toEqual([])
    expect(found).toMatchObject({ id: 'other-ports', verdict: 'REFUTED' })
    expect(found?.witness).toMatchObject({
      source: { kind: 'pod', namespace: 'batch', name: 'eval-1', present: true },
      destination: { namespace: 'ai-models', name: 'small-language-model', present: true },
      protocol: 'TCP',
      port: 9090,
      allowed: true,
    })
    const { file, start } = (found as { location: Span }).location
    expect(file.name).toBe('in.yaml')
    expect(file.text.slice(start)).toMatch(/^from:\n  {2,}- namespaceSelector: \{\}/)
  })

  it('is refuted by a stranger of the input, not by a caller beside it', () => {
    const api = METRICS.replace('9090', '8080')
    const pods = [
      pod('ai-models', 'feature-api'),
      pod('ai-models', 'small-language-model'),
      pod('ai-models', 'stranger'),
    ]
    const found = claim(proofOf([SEED, api, ...pods]), 'only-entrants/tcp/8080')
    expect(found.witness).toMatchObject({ source: { name: 'stranger', present: true }, destination: { present: true } })
  })

  it('is refuted by a destination of the input, of which no address is known', () => {
    const db = policy(
      'ai-models',
      'db',
      `podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]`,
    )
    const found = claim(
      proofOf([SEED, db, pod('ai-models', 'db'), pod('ai-models', 'small-language-model')]),
      'egress-only',
    )
    expect(found.witness?.destination).toMatchObject({ name: 'db', present: true })
  })

  it('is refuted by a pod that could exist where the input has none', () => {
    const proof = proofOf([SEED, METRICS])
    expect(claim(proof, 'other-ports').witness?.source).toMatchObject({ kind: 'pod', present: false })
  })

  it('is no matter where it selects other pods', () => {
    const other = METRICS.replace('podSelector: {}', 'podSelector: {matchLabels: {app: other}}')
    expect(notProven(proofOf([SEED, other]))).toEqual([])
  })

  it('is no matter where every source is cut off by the policies of its own namespace', () => {
    const own = METRICS.replace('namespaceSelector: {}', 'podSelector: {matchLabels: {role: scraper}}')
    const cut = policy('ai-models', 'cut', `podSelector: {matchLabels: {role: scraper}}\npolicyTypes: [Egress]`)
    expect(claim(proofOf([SEED, own]), 'other-ports').verdict).toBe('REFUTED')
    expect(claim(proofOf([SEED, own, cut], 'cilium'), 'other-ports').verdict).toBe('PROVEN')
    // A scraper that is a model too may open 203.0.113.0/24: whether the other model has such an address is not known.
    const open = claim(proofOf([SEED, own, cut], 'spec'), 'other-ports')
    expect(open).toMatchObject({ verdict: 'OUT_OF_SCOPE', reason: expect.stringContaining('address') })
  })

  it('is refuted for an address outside, where it names a block', () => {
    const proof = proofOf([
      SEED,
      policy('ai-models', 'lb', `podSelector: {}\ningress:\n- from:\n  - ipBlock: {cidr: 192.0.2.0/24}`),
    ])
    expect(claim(proof, 'no-outside')).toMatchObject({
      verdict: 'REFUTED',
      witness: { source: { kind: 'outside', address: { family: 4, value: 0xc000_0201 } }, family: 4 },
    })
  })
})

describe('a Moat that does not work', () => {
  it('is refuted for a caller of the input whose own namespace lets nothing out', () => {
    const proof = proofOf([
      SEED,
      pod('ai-models', 'feature-api'),
      pod('ai-models', 'small-language-model'),
      policy('ai-models', 'deny', `podSelector: {}\npolicyTypes: [Egress]`),
    ])
    const found = claim(proof, 'caller/feature-api')
    expect(found).toMatchObject({ verdict: 'REFUTED', witness: { allowed: false, port: 8080 } })
    expect(found.reason).toContain('NetworkPolicy ai-models/deny selects ai-models/feature-api for egress')
  })

  it('is refuted for callers that are not in the input too', () => {
    const proof = proofOf([SEED, policy('ai-models', 'deny', `podSelector: {}\npolicyTypes: [Egress]`)])
    expect(claim(proof, 'caller/feature-api')).toMatchObject({ verdict: 'REFUTED', witness: { allowed: false } })
  })

  it('is proven where the default deny of its own leaves the callers their way', () => {
    const proof = proofOf([SEED.replace('spec:\n', 'spec:\n  namespaceDefaultDeny: true\n')])
    expect(notProven(proof)).toEqual([])
  })
})
