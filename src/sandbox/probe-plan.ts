// From probes in the words of the cluster to what the helper process does, and back.
import { type Pod, qualifiedName } from '../policy/snapshot.ts'
import { type Address, formatAddress } from '../sets/ip-address.ts'
import { type ProbeAnswer, type ProbeSpec, PROTOCOL_NUMBERS } from './agent.ts'
import { OUTSIDE } from './network.ts'
import type { Observation, Probe, ProbeEnd, ProbeResult } from './probe.ts'
import type { PlacedPod, PlacedService, Topology } from './topology.ts'

type Target = readonly [netns: string, address: string, port: number]

interface Index {
  readonly pods: ReadonlyMap<string, PlacedPod>
  /** By cluster address. */
  readonly services: ReadonlyMap<string, PlacedService>
}

function indexOf(topology: Topology): Index {
  return {
    pods: new Map(topology.pods.map((placed) => [qualifiedName(placed.pod), placed])),
    services: new Map(
      topology.services.flatMap((placed) =>
        placed.service.clusterIPs.map((address) => [formatAddress(address), placed] as const),
      ),
    ),
  }
}

/** The address of the family that a pod has; pods here have one of each. */
function addressOf(pod: Pod, family: Address['family']): string {
  const address = pod.addresses.find((each) => each.family === family)
  if (!address) throw new Error(`${qualifiedName(pod)} has no IPv${family} address`)
  return formatAddress(address)
}

function placeOf(index: Index, end: ProbeEnd, family: Address['family']): readonly [netns: string, address: string] {
  if (end.kind === 'outside') return [OUTSIDE.netns, formatAddress(end.address)]
  const placed = index.pods.get(qualifiedName(end.pod))
  if (!placed) throw new Error(`${qualifiedName(end.pod)} is not in the sandbox`)
  return [placed.netns ?? '', addressOf(placed.pod, family)]
}

/** The port of a pod that a Service port leads to; `undefined` where the pod has no port of that name (S21). */
function targetPort(pod: Pod, wanted: number | string, protocol: Probe['protocol']): number | undefined {
  if (typeof wanted === 'number') return wanted
  return pod.ports.find((port) => port.name === wanted && port.protocol === protocol)?.port
}

/** Every place where a connection to a Service may end. */
function serviceTargets(index: Index, placed: PlacedService, probe: Probe): Target[] {
  const port = placed.service.ports.find((each) => each.port === probe.port && each.protocol === probe.protocol)
  if (!port) return []
  return placed.pods.flatMap((pod): Target[] => {
    const target = targetPort(pod, port.targetPort, probe.protocol)
    return target === undefined ? [] : [[...placeOf(index, { kind: 'pod', pod }, probe.address.family), target]]
  })
}

function specOf(index: Index, probe: Probe): ProbeSpec {
  const { family } = probe.address
  const dialled = formatAddress(probe.address)
  const source = placeOf(index, probe.source, family)
  const service = index.services.get(dialled)
  const targets: Target[] = service
    ? serviceTargets(index, service, probe)
    : [[placeOf(index, probe.destination, family)[0], dialled, probe.port]]
  return [...source, PROTOCOL_NUMBERS[probe.protocol], dialled, probe.port, targets]
}

export function planProbes(topology: Topology, probes: readonly Probe[]): ProbeSpec[] {
  const index = indexOf(topology)
  return probes.map((probe) => specOf(index, probe))
}

const OBSERVATIONS: Readonly<Record<ProbeAnswer[1], Observation>> = { A: 'Allowed', D: 'Denied', I: 'Inconclusive' }

export function resultOf(probe: Probe, [, verdict, attempts, atMs, detail]: ProbeAnswer): ProbeResult {
  return {
    probe,
    observation: OBSERVATIONS[verdict],
    attempts,
    ...(detail !== '' && { detail }),
    ...(atMs !== null && { atMs }),
  }
}
