// What a Moat gets told about itself: each code once where it belongs, and never where it does not.
import { describe, expect, it } from 'vitest'
import { caller, modelPod, moat, pod, port, snapshotOf, tcp, toCidr } from '../../tests/support/moats.ts'
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
})

describe('a pod of the model on the network of its node', () => {
  it('is refused: no policy would take hold', () => {
    expect(codes(moat(), [{ ...slm, hostNetwork: true }, api])).toEqual(['error moat-host-network'])
  })

  it('is no matter when it is not the model', () => {
    expect(codes(moat(), [slm, { ...api, hostNetwork: true }])).toEqual([])
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
