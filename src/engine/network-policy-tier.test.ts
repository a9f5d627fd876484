// Rows that subjects share: only those that exactly the same policies isolate.
import { describe, expect, it } from 'vitest'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import type { Selector } from '../policy/selector.ts'
import { EMPTY_SNAPSHOT, type Pod } from '../policy/snapshot.ts'
import { formatConnections } from '../sets/connection-set.ts'
import { podEndpoint } from './endpoint.ts'
import { createEngine } from './engine.ts'

function asks(value: string): Selector {
  return { requirements: [{ key: `in-${value}`, operator: 'Exists', values: [] }] }
}

/** Opens its own port, 1000 and its place, for the pods with its label. */
function policy(place: number): NetworkPolicy {
  const port = 1000 + place
  const ports = [{ kind: 'range', protocol: 'TCP', first: port, last: port }] as const
  return {
    namespace: 'a',
    name: `p${place}`,
    subject: asks(`${place}`),
    ingress: [{ peers: 'any', ports }],
    egress: undefined,
  }
}

function pod(name: string, ...places: number[]): Pod {
  return {
    namespace: 'a',
    name,
    labels: new Map(places.map((place) => [`in-${place}`, ''])),
    annotations: new Map(),
    ports: [],
    hostNetwork: false,
    addresses: [],
  }
}

describe('the NetworkPolicy tier', () => {
  it('adds up the policies of each pod, and never those of another', () => {
    const sets = [[1, 23], [12, 3], [1, 2, 3], [12, 3, 1], [], [1], [2], [0, 1], [1, 0]]
    const pods = sets.map((places, index) => pod(`p${index}`, ...places))
    const networkPolicies = Array.from({ length: 24 }, (_, place) => policy(place))
    const engine = createEngine({ ...EMPTY_SNAPSHOT, pods, networkPolicies })
    const client = podEndpoint(pod('client'))
    const answers = pods.map((one) => formatConnections(engine.reach(client, podEndpoint(one), 4).allowed))
    expect(answers).toEqual([
      'tcp/1001,1023',
      'tcp/1003,1012',
      'tcp/1001-1003',
      'tcp/1001,1003,1012',
      'all',
      'tcp/1001',
      'tcp/1002',
      'tcp/1000-1001',
      'tcp/1000-1001',
    ])
  })
})
