// What a Moat gets told about itself: each code once where it belongs, and never where it does not.
import { describe, expect, it } from 'vitest'
import { caller, labelled, modelPod, moat, pod, port, snapshotOf, tcp, toCidr } from '../../tests/support/moats.ts'
import type { Moat, Pod } from '../policy/snapshot.ts'
import { checkMoat } from './check-moat.ts'

const slm = modelPod([port(8080)])
const api = pod('ai-models/feature-api', { app: 'feature-api' })

function told(which: Moat, pods: readonly Pod[]) {
  return checkMoat(which, snapshotOf(pods))
}

function codes(which: Moat, pods: readonly Pod[]): string[] {
  return told(which, pods).map(({ severity, code }) => `${severity} ${code}`)
}

describe('a Moat that fits its input', () => {
  it('is told nothing', () => {
    expect(codes(moat(), [slm, api])).toEqual([])
  })

  it('is told nothing about pods when the input has none', () => {
    expect(codes(moat(), [])).toEqual([])
  })
})

describe('a Moat that selects no pod', () => {
  it('is told so, with the pods of other namespaces that have its labels', () => {
    const [found, ...others] = told(moat(), [api, { ...slm, namespace: 'default' }])
    expect(others).toEqual([])
    expect(found).toMatchObject({ severity: 'warning', code: 'moat-selects-nothing' })
    expect(found?.notes?.map(({ message }) => message)).toEqual(['Pod default/slm has these labels'])
  })

  it('is told so when the only such pod has finished', () => {
    expect(codes(moat(), [{ ...slm, phase: 'Succeeded' }, api])).toEqual(['warning moat-selects-nothing'])
  })
})

describe('a pod of the model on the network of its node', () => {
  it('is refused: no policy would take hold', () => {
    expect(codes(moat(), [{ ...slm, hostNetwork: true }, api])).toEqual(['error moat-host-network'])
  })

  it('is no matter when it is not the model', () => {
    expect(codes(moat(), [slm, { ...api, hostNetwork: true }])).toEqual([])
  })
})

describe('a peer that matches no pod', () => {
  it.each([
    ['a caller', moat({ callers: [caller('nobody')] })],
    ['a scraper', moat({ scrapers: [caller('nobody')] })],
    [
      'a destination',
      moat({
        egress: [{ name: 'nobody', to: { kind: 'pods', namespaces: 'own', pods: labelled({ app: 'x' }) }, ports: [] }],
      }),
    ],
  ])('is told so: %s', (_, which) => {
    expect(codes(which, [slm, api])).toEqual(['warning moat-peer-matches-nothing'])
  })

  it('is shown the pods with its labels in other namespaces', () => {
    const [found] = told(moat(), [slm, { ...api, namespace: 'other-team' }])
    expect(found?.notes?.map(({ message }) => message)).toEqual(['Pod other-team/feature-api has these labels'])
  })

  it('is not accused where the labels of a namespace are not known', () => {
    const callers = [caller('feature-api', { namespaces: labelled({ team: 'web' }) })]
    const elsewhere = { ...api, namespace: 'unknown' }
    const input = snapshotOf([slm, elsewhere])
    const namespaces = new Map(input.namespaces).set('unknown', { name: 'unknown', labels: new Map(), declared: false })
    expect(checkMoat(moat({ callers }), { ...input, namespaces })).toEqual([])
    expect(codes(moat({ callers }), [slm, elsewhere])).toEqual(['warning moat-peer-matches-nothing'])
  })
})

describe('a port name', () => {
  it('is refused for addresses, where it means nothing', () => {
    const egress = [toCidr('range', '203.0.113.0/24', { ports: [tcp('https'), tcp(443)] })]
    expect(codes(moat({ egress }), [slm, api])).toEqual(['error moat-named-port-outside'])
  })
})

describe('a port that the runtime uses for itself', () => {
  it('is not for callers', () => {
    const callers = [caller('feature-api', { ports: [tcp(8080), tcp(50_052)] })]
    expect(codes(moat({ model: { runtime: 'LlamaCpp' }, callers }), [slm, api])).toEqual(['warning moat-internal-port'])
    expect(codes(moat({ model: { runtime: 'VLLM' }, callers }), [slm, api])).toEqual([])
  })
})

describe('namespaceDefaultDeny', () => {
  it('is told which other pods it isolates', () => {
    const [found] = told(moat({ namespaceDefaultDeny: true }), [slm, api, pod('other/web', {})])
    expect(found).toMatchObject({ severity: 'warning', code: 'moat-default-deny-isolates' })
    expect(found?.message).toBe('namespaceDefaultDeny also isolates Pod ai-models/feature-api')
  })

  it('is told nothing when the model is alone', () => {
    expect(codes(moat({ callers: [], namespaceDefaultDeny: true }), [slm])).toEqual([])
  })
})
