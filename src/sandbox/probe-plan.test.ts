// What the helper process is asked to do for a probe, and what its answer means.
import { describe, expect, it } from 'vitest'
import { pod, service, snapshot } from '../../tests/support/cluster.ts'
import type { Service } from '../policy/snapshot.ts'
import { flowEvent } from './agent.ts'
import { address } from './address-plan.ts'
import type { Probe } from './probe.ts'
import { planProbes, resultOf } from './probe-plan.ts'
import { planTopology } from './topology.ts'

const web: Service = {
  ...service('a/web', { app: 'web' }, [80, 0]),
  ports: [{ port: 80, protocol: 'TCP', targetPort: 'http' }],
}
const topology = planTopology(
  snapshot(
    [
      pod('a/client', {}),
      pod('a/web-1', { app: 'web' }, [{ name: 'http', port: 8080, protocol: 'TCP' }]),
      pod('a/web-2', { app: 'web' }, [{ name: 'http', port: 9090, protocol: 'TCP' }]),
      // Not TCP: a named port counts with its protocol.
      pod('a/web-3', { app: 'web' }, [{ name: 'http', port: 7070, protocol: 'UDP' }]),
      { ...pod('a/agent', {}), hostNetwork: true },
    ],
    [web],
  ),
)
const [client, first, , , agent] = topology.pods.map((placed) => placed.pod)
if (!client || !first || !agent) throw new Error('no pods')
const probe: Probe = {
  source: { kind: 'pod', pod: client },
  destination: { kind: 'pod', pod: first },
  address: address('10.244.0.2'),
  protocol: 'TCP',
  port: 8080,
}

describe('planProbes', () => {
  it('goes from the source’s own address of that family to the address that is dialled', () => {
    expect(planProbes(topology, [probe, { ...probe, address: address('fd00:244::2'), protocol: 'UDP' }])).toEqual([
      ['p1', '10.244.0.1', 6, '10.244.0.2', 8080, [['p2', '10.244.0.2', 8080]]],
      ['p1', 'fd00:244::1', 17, 'fd00:244::2', 8080, [['p2', 'fd00:244::2', 8080]]],
    ])
  })

  it('expects a Service’s connection at any of its pods that have the named port', () => {
    expect(planProbes(topology, [{ ...probe, address: address('10.96.0.20'), port: 80 }])[0]?.[5]).toEqual([
      ['p2', '10.244.0.2', 8080],
      ['p3', '10.244.0.3', 9090],
    ])
  })

  it('knows the places of outside hosts and of the host network', () => {
    const metadata = { kind: 'outside', address: address('169.254.169.254') } as const
    const host = { kind: 'pod', pod: agent } as const
    const outward = { ...probe, source: host, destination: metadata, address: metadata.address }
    const inward = { ...probe, source: metadata }
    expect(planProbes(topology, [outward, inward])).toEqual([
      ['', '192.168.244.1', 6, '169.254.169.254', 8080, [['outside', '169.254.169.254', 8080]]],
      ['outside', '169.254.169.254', 6, '10.244.0.2', 8080, [['p2', '10.244.0.2', 8080]]],
    ])
  })

  it('refuses a pod that is not in the sandbox', () => {
    const stranger = { kind: 'pod', pod: pod('a/nobody', {}) } as const
    expect(() => planProbes(topology, [{ ...probe, source: stranger }])).toThrow('a/nobody is not in the sandbox')
  })
})

describe('answers of the helper', () => {
  it('become observations with their evidence', () => {
    expect(resultOf(probe, [0, 'A', 1, 12.5, ''])).toEqual({ probe, observation: 'Allowed', attempts: 1, atMs: 12.5 })
    expect(resultOf(probe, [0, 'D', 2, 13, 'moat:denied'])).toMatchObject({
      observation: 'Denied',
      detail: 'moat:denied',
    })
    expect(resultOf(probe, [0, 'I', 4, null, 'nothing'])).toEqual({
      probe,
      observation: 'Inconclusive',
      attempts: 4,
      detail: 'nothing',
    })
  })

  it('become events with addresses of either family; an address that cannot be read is left out', () => {
    expect(flowEvent([1, 'x', 17, 'fd00::1', 5, '10.0.0.1', 53, 7])).toMatchObject({
      verdict: 'Denied',
      protocol: 'UDP',
      source: { family: 6 },
      destination: { family: 4 },
      destinationPort: 53,
    })
    expect(flowEvent([2, 'x', 58, 'fd00::1', 0, 'fd00::2', 0, 7])).toMatchObject({
      verdict: 'Accepted',
      protocol: 'ICMP',
    })
    expect(flowEvent([1, 'x', 6, 'nonsense', 1, '10.0.0.1', 2, 7])).toBeUndefined()
  })
})
