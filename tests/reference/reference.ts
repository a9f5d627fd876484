// The reference oracle: one packet at a time over raw objects, written from the text of the policy APIs. It shares no code
// with src/. Slow, short, obvious: when another oracle disagrees with it, read both against the API text.
import type { RawCluster } from '../support/raw-objects.ts'
import { tierAllows } from './cluster-policies.ts'
import { type Direction, networkPoliciesAllow } from './network-policies.ts'
import { inEveryReading } from './readings.ts'
import { ask, onHostNetwork, type OverAddresses, type Packet, type Questions, type World } from './world.ts'

export type { OverAddresses, Packet, Questions, ReferenceEnd } from './world.ts'

/** Admin tier, NetworkPolicies, Baseline tier; what none of them decides is allowed. */
function directionAllows(packet: Packet, direction: Direction, world: World): boolean {
  const [mine, other] =
    direction === 'Ingress' ? [packet.destination, packet.source] : [packet.source, packet.destination]
  if ('address' in mine || onHostNetwork(mine.pod)) return true
  if (direction === 'Ingress' && 'pod' in other && onHostNetwork(other.pod)) {
    const [a, b] = [mine.pod.spec.nodeName, other.pod.spec.nodeName]
    if (a === undefined || b === undefined ? ask(world, 'is it the own node', [false, true]) : a === b) return true
  }
  const at = { packet, direction }
  return (
    tierAllows('Admin', at, world) ??
    networkPoliciesAllow(packet, direction, world) ??
    tierAllows('Baseline', at, world) ??
    true
  )
}

function allows(packet: Packet, world: World): boolean {
  const { source, destination } = packet
  const ends = [source, destination]
  if (ends.some((end) => 'pod' in end && ['Succeeded', 'Failed'].includes(end.pod.status?.phase ?? ''))) return false
  if (ends.some((end) => 'address' in end && end.address.includes(':') !== (packet.family === 6))) return false
  if ('pod' in source && 'pod' in destination && source.pod === destination.pod) return true
  return directionAllows(packet, 'Egress', world) && directionAllows(packet, 'Ingress', world)
}

/** What the API text says of one packet: the same under every reading of what is open, or Depends. */
export function referenceVerdict(
  cluster: RawCluster,
  packet: Packet,
  over: OverAddresses & { readonly questions?: Questions },
): 'Allowed' | 'Denied' | 'Depends' {
  const answer = inEveryReading((reading) => allows(packet, { questions: 'things', ...over, cluster, reading }))
  return answer === undefined ? 'Depends' : answer ? 'Allowed' : 'Denied'
}
