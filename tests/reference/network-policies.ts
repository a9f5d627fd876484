// The reference oracle's reading of NetworkPolicy v1: what one policy after the other lets through.
import type { RawPeer, RawPolicy, RawPort, RawRule } from '../support/raw-objects.ts'
import { type Block, holdsPod, inBlock } from './addresses.ts'
import { selects, selectsNamespace } from './labels.ts'
import { ask, labelsOf, namespaceOf, onHostNetwork, type Packet, type ReferenceEnd, type World } from './world.ts'

export type Direction = 'Ingress' | 'Egress'

/** One packet before one policy: `other` is the end that the policy's peers are compared with. */
interface Case {
  readonly world: World
  readonly packet: Packet
  readonly policy: RawPolicy
  readonly other: ReferenceEnd
}

function blockMatches(block: Block, { other, packet, world }: Case): boolean {
  if ('address' in other) {
    return inBlock(block.cidr, other.address) && !(block.except ?? []).some((cidr) => inBlock(cidr, other.address))
  }
  const [what, matches] = onHostNetwork(other.pod) ? ['nodes', world.ipBlockOverNodes] : ['pods', world.ipBlockOverPods]
  if (matches === 'never' || !holdsPod([block], other.pod, { ...world, family: packet.family })) return false
  return matches === 'matches' || ask(world, `do ipBlocks match ${what}`, [true, false])
}

function peerMatches(peer: RawPeer, one: Case): boolean {
  if (peer.ipBlock) return blockMatches(peer.ipBlock, one)
  if ('address' in one.other || onHostNetwork(one.other.pod)) return false
  const { pod } = one.other
  if (peer.podSelector && !selects(peer.podSelector, labelsOf(pod))) return false
  if (peer.namespaceSelector) return selectsNamespace(peer.namespaceSelector, namespaceOf(pod), one.world)
  return namespaceOf(pod) === namespaceOf(one.policy)
}

function portMatches({ protocol = 'TCP', port, endPort }: RawPort, packet: Packet): boolean {
  if (protocol !== packet.protocol) return false
  if (port === undefined) return true
  if (typeof port === 'number') return packet.port >= port && packet.port <= (endPort ?? port)
  return servesByName(packet, port)
}

/** Whether the destination's containers declare the packet's port under this name. */
export function servesByName({ destination, protocol, port }: Packet, name: string): boolean {
  if ('address' in destination) return false
  return destination.pod.spec.containers.some(({ ports }) =>
    (ports ?? []).some(
      (one) => one.name === name && (one.protocol ?? 'TCP') === protocol && one.containerPort === port,
    ),
  )
}

function ruleMatches(rule: RawRule, one: Case): boolean {
  const peers = rule.from ?? rule.to ?? []
  const ports = rule.ports ?? []
  if (ports.length > 0 && !ports.some((port) => portMatches(port, one.packet))) return false
  return peers.length === 0 || peers.some((peer) => peerMatches(peer, one))
}

function isolates(policy: RawPolicy, direction: Direction): boolean {
  const { policyTypes, egress } = policy.spec
  if (policyTypes && policyTypes.length > 0) return policyTypes.includes(direction)
  return direction === 'Ingress' || (egress ?? []).length > 0
}

/** What the NetworkPolicies decide of a packet at a pod; `undefined` when none of them isolates the pod. */
export function networkPoliciesAllow(packet: Packet, direction: Direction, world: World): boolean | undefined {
  const [mine, other] =
    direction === 'Ingress' ? [packet.destination, packet.source] : [packet.source, packet.destination]
  if ('address' in mine) return undefined
  const mineToo = world.cluster.objects
    .filter((one) => one.kind === 'NetworkPolicy')
    .filter((policy) => namespaceOf(policy) === namespaceOf(mine.pod) && isolates(policy, direction))
    .filter((policy) => selects(policy.spec.podSelector, labelsOf(mine.pod)))
  if (mineToo.length === 0) return undefined
  const rules = (policy: RawPolicy): readonly RawRule[] =>
    (direction === 'Ingress' ? policy.spec.ingress : policy.spec.egress) ?? []
  return mineToo.some((policy) => rules(policy).some((one) => ruleMatches(one, { world, packet, policy, other })))
}
