// Proofs with admin policies, case by case: who decides, what is out of scope and why.
import { describe, expect, it } from 'vitest'
import { pod, proofOf, SEED } from './support/proofs.ts'

const INPUT = [
  SEED,
  ...['ai-models', 'monitoring'].map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}`),
  pod('ai-models', 'small-language-model'),
  pod('ai-models', 'feature-api'),
]

function cluster(name: string, spec: string): string {
  return `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: ${name}}
spec:
${spec.replace(/^\n/, '').replaceAll(/^/gm, '  ')}
`
}

function admin(rules: string, more = 'tier: Admin\npriority: 10'): string {
  return cluster('one', `${more}\nsubject: {namespaces: {}}\n${rules}`)
}

const FROM_MONITORING = 'from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]'
const FROM_ALL = 'from: [{namespaces: {}}]'

function claim(id: string, ...policies: string[]) {
  return proofOf([...INPUT, ...policies], 'cilium').claims.find((one) => one.id === id)
}

describe('an admin policy', () => {
  it('that accepts overrides the Moat, and the refutation names its rule', () => {
    const found = claim(
      'only-entrants/tcp/8080',
      admin(`ingress: [{name: scrape, action: Accept, ${FROM_MONITORING}}]`),
    )
    expect(found).toMatchObject({
      verdict: 'REFUTED',
      witness: { source: { namespace: 'monitoring' } },
      reason: 'let in by ClusterNetworkPolicy one, ingress rule 1 `scrape`',
    })
    expect(found?.location).toBeDefined()
  })

  it('that passes changes nothing', () => {
    const passing = admin(`ingress: [{action: Pass, ${FROM_ALL}}, {action: Accept, ${FROM_ALL}}]`)
    expect(claim('only-entrants/tcp/8080', passing)?.verdict).toBe('PROVEN')
  })

  it('that denies a caller refutes that it gets in', () => {
    const denying = admin(`ingress: [{action: Deny, ${FROM_ALL}}]`)
    expect(claim('caller/feature-api', denying)).toMatchObject({ verdict: 'REFUTED', witness: { allowed: false } })
    expect(claim('only-entrants/tcp/8080', denying)?.verdict).toBe('PROVEN')
  })

  it('is asked in the order of priorities, not of the input', () => {
    const [first, second] = [1, 2].map((priority) => `tier: Admin\npriority: ${priority}`)
    const accepts = (more: string | undefined) => admin(`ingress: [{action: Accept, ${FROM_ALL}}]`, more)
    const denies = (more: string | undefined) =>
      admin(`ingress: [{action: Deny, ${FROM_ALL}}]`, more).replace('name: one', 'name: two')
    expect(claim('other-ports', accepts(second), denies(first))?.verdict).toBe('PROVEN')
    expect(claim('other-ports', accepts(first), denies(second))?.verdict).toBe('REFUTED')
  })

  it('of the same priority as another that says otherwise leaves it open', () => {
    const denies = admin(`ingress: [{action: Deny, ${FROM_ALL}}]`).replace('name: one', 'name: two')
    const found = claim('other-ports', admin(`ingress: [{action: Accept, ${FROM_ALL}}]`), denies)
    expect(found).toMatchObject({ verdict: 'OUT_OF_SCOPE', reason: expect.stringContaining('undefined') })
  })

  it('of the baseline is not asked about a model that a Moat isolates', () => {
    const baseline = cluster(
      'default',
      `tier: Baseline\npriority: 1\nsubject: {namespaces: {}}\ningress: [{action: Accept, ${FROM_ALL}}]`,
    )
    expect(claim('other-ports', baseline)?.verdict).toBe('PROVEN')
  })

  it.each([
    ['networks: [198.51.100.0/24]', 'REFUTED'],
    ['nodes: {}', 'OUT_OF_SCOPE'],
    ['domainNames: [example.org]', 'OUT_OF_SCOPE'],
    ['networks: [203.0.113.0/25]', 'PROVEN'],
  ])('that lets the model out to `%s`: nothing but its egress is %s', (to, verdict) => {
    const found = claim('egress-only', admin(`egress: [{action: Accept, to: [{${to}}]}]`))
    expect(found?.verdict).toBe(verdict)
  })
})
