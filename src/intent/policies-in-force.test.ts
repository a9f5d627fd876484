// The union of Moats and hand-written policies, as applying both would leave it.
import { describe, expect, it } from 'vitest'
import { denyAll, labelled, modelPod, moat, pod, port, snapshotOf, tcp } from '../../tests/support/moats.ts'
import { policiesInForce } from './policies-in-force.ts'

const codesOf = (input: Parameters<typeof policiesInForce>[0]) =>
  policiesInForce(input).diagnostics.map(({ code }) => code)
const pods = [modelPod([port(8080)]), pod('ai-models/feature-api', { app: 'feature-api' })]

function names(input: Parameters<typeof policiesInForce>[0]) {
  return policiesInForce(input).snapshot.networkPolicies.map(({ namespace, name }) => `${namespace}/${name}`)
}

describe('the policies in force', () => {
  it('are the hand-written ones and those of every Moat', () => {
    const moats = [
      moat(),
      { ...moat({ model: { pods: labelled({ app: 'second' }), apiPort: tcp(1) } }), name: 'second' },
    ]
    const networkPolicies = [denyAll('ai-models/default-deny'), denyAll('other/slm-isolation')]
    expect(names(snapshotOf(pods, { moats, networkPolicies }))).toEqual([
      'ai-models/default-deny',
      'other/slm-isolation',
      'ai-models/slm-isolation',
      'ai-models/second',
    ])
  })

  it('are the input as it is without a Moat', () => {
    const input = snapshotOf(pods, { networkPolicies: [denyAll('a/b')] })
    expect(policiesInForce(input)).toMatchObject({ replaced: [], moats: [], diagnostics: [] })
    expect(names(input)).toEqual(['a/b'])
  })

  it('leave out a hand-written policy that a Moat’s policy of its name replaces, and say so', () => {
    const written = denyAll('ai-models/slm-isolation')
    const { snapshot, replaced, diagnostics } = policiesInForce(
      snapshotOf(pods, { moats: [moat()], networkPolicies: [written, denyAll('ai-models/other')] }),
    )
    expect(replaced).toEqual([written])
    expect(snapshot.networkPolicies).not.toContain(written)
    expect(snapshot.networkPolicies).toHaveLength(2)
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['note moat-replaces-policy'])
  })

  it('are refused when two Moats render one name', () => {
    const first = { ...moat({ namespaceDefaultDeny: true }) }
    const second = { ...moat(), name: 'slm-isolation-default-deny' }
    const input = snapshotOf(pods, { moats: [first, second] })
    const { snapshot, diagnostics } = policiesInForce(input)
    expect(diagnostics.map(({ code }) => code)).toContain('moat-name-clash')
    expect(snapshot).toBe(input)
  })

  it('are told where two Moats select one pod, for their union is open', () => {
    const second = { ...moat(), name: 'second' }
    expect(codesOf(snapshotOf(pods, { moats: [moat(), second] }))).toEqual(['moat-overlap'])
    const elsewhere = { ...second, namespace: 'other' }
    const model = { pods: labelled({ app: 'small-language-model', size: 'tiny' }) }
    const narrower = { ...moat({ model: { ...model, apiPort: tcp(8080) } }), name: 'narrower' }
    expect(codesOf(snapshotOf(pods, { moats: [moat(), narrower] }))).toEqual([])
    expect(
      codesOf(snapshotOf([...pods, modelPod([port(8080)], { namespace: 'other' })], { moats: [moat(), elsewhere] })),
    ).toEqual([])
  })

  it('stay the input as it was when a Moat cannot be rendered', () => {
    const input = snapshotOf([], { moats: [moat()], networkPolicies: [denyAll('ai-models/slm-isolation')] })
    const { snapshot, replaced, diagnostics } = policiesInForce(input)
    expect(snapshot).toBe(input)
    expect(replaced).toEqual([])
    expect(diagnostics.map(({ code }) => code)).toEqual(['moat-port-unknown'])
  })
})
