// The engine on the seed: one policy, pods with the labels it names, and addresses in and out of its range.
import { beforeEach, describe, expect, it } from 'vitest'
import { EMPTY_SNAPSHOT, type Pod, type Snapshot } from '../policy/snapshot.ts'
import { formatConnections } from '../sets/connection-set.ts'
import { type Address, type Cidr, parseAddress, parseCidr } from '../sets/ip-address.ts'
import { type Endpoint, outsideEndpoint, podEndpoint } from './endpoint.ts'
import { createEngine, type Engine } from './engine.ts'
import { CONFORMANCE, SPEC } from './profile.ts'

function pod(namespace: string, app: string, address?: string): Pod {
  return {
    namespace,
    name: app,
    labels: new Map([['app', app]]),
    annotations: new Map(),
    ports: [],
    hostNetwork: false,
    addresses: address === undefined ? [] : [parseAddress(address) as Address],
  }
}

function app(value: string): { requirements: { key: string; operator: 'In'; values: string[] }[] } {
  return { requirements: [{ key: 'app', operator: 'In', values: [value] }] }
}

const slm = pod('ai-models', 'small-language-model', '10.0.0.1')
const featureApi = pod('ai-models', 'feature-api', '10.0.0.2')
const stranger = pod('ai-models', 'stranger', '10.0.0.3')
const other = pod('web', 'feature-api', '10.0.0.4')

const seed: Snapshot = {
  ...EMPTY_SNAPSHOT,
  pods: [slm, featureApi, stranger, other],
  networkPolicies: [
    {
      namespace: 'ai-models',
      name: 'slm-isolation',
      subject: app('small-language-model'),
      ingress: [{ peers: [{ kind: 'pods', namespaces: 'own', pods: app('feature-api') }], ports: 'any' }],
      egress: [{ peers: [{ kind: 'ipBlock', cidr: parseCidr('203.0.113.0/24') as Cidr, except: [] }], ports: 'any' }],
    },
  ],
}

function outside(text: string): Endpoint {
  return outsideEndpoint(parseAddress(text) as Address)
}

describe('the engine on the seed', () => {
  let engine: Engine
  beforeEach(() => {
    engine = createEngine(seed, CONFORMANCE)
  })
  const answer = (source: Endpoint | Pod, destination: Endpoint | Pod): string => {
    const [from, to] = [source, destination].map((end) => ('kind' in end ? end : podEndpoint(end))) as [
      Endpoint,
      Endpoint,
    ]
    const reach = engine.reach(from, to, 4)
    expect(reach.depends).toEqual([])
    return formatConnections(reach.allowed)
  }

  it('lets the feature API call the model and nobody else', () => {
    expect(answer(featureApi, slm)).toBe('all')
    expect(answer(stranger, slm)).toBe('none')
    expect(answer(other, slm)).toBe('none')
    expect(answer(outside('8.8.8.8'), slm)).toBe('none')
  })

  it('lets the model call the approved range and nothing else', () => {
    expect(answer(slm, outside('203.0.113.7'))).toBe('all')
    expect(answer(slm, outside('203.0.114.0'))).toBe('none')
    expect(answer(slm, featureApi)).toBe('none')
    expect(answer(slm, slm)).toBe('all')
  })

  it('leaves the others alone', () => {
    expect(answer(stranger, outside('8.8.8.8'))).toBe('all')
    expect(answer(other, stranger)).toBe('all')
  })

  it('names the policy and the rule that let the call in', () => {
    const { ingress, egress } = engine.why(podEndpoint(featureApi), podEndpoint(slm), 4)
    expect(egress).toMatchObject({ isolatedBy: [], admittedBy: [] })
    expect(ingress.isolatedBy.map(({ name }) => name)).toEqual(['slm-isolation'])
    expect(ingress.admittedBy.map(({ policy, index }) => `${policy.name} ${index}`)).toEqual(['slm-isolation 0'])
  })

  it('leaves open, under the spec profile, what an ipBlock could say about a pod without an address', () => {
    const away = { ...featureApi, addresses: [] }
    const { allowed, depends } = createEngine(seed, SPEC).reach(podEndpoint(slm), podEndpoint(away), 4)
    expect(formatConnections(allowed)).toBe('none')
    expect(depends.map(({ reason }) => reason)).toEqual(['pod-address-unknown'])
  })

  it('puts pods that no policy can tell apart into one class', () => {
    expect(engine.classes().map(({ pods }) => pods.length)).toEqual([1, 1, 1, 1])
    expect(
      createEngine({ ...seed, networkPolicies: [] })
        .classes()
        .map(({ pods }) => pods.length),
    ).toEqual([4])
  })
})
