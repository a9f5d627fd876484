// What one rule matches: the part of a cell that a peer means, and the connections that its ports mean.
import { addressesOf, matchBlock, matchNamespace, namespaceOf } from '../engine/match.ts'
import type { DependsReason } from '../engine/reach.ts'
import type { Peer, Rule } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import type { Pod } from '../policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  connection,
  connections,
  type ConnectionSet,
  NO_CONNECTIONS,
  unionConnections,
} from '../sets/connection-set.ts'
import { ALL_PORTS, portRange } from '../sets/port-set.ts'
import { type Cell, type Role, withinAddresses, withinBox } from './region.ts'
import { peerBox } from './universe.ts'
import type { End, Ends, NamedPort, World } from './world.ts'

/** The part of a cell that a rule's peer matches. */
export interface PeerMatch {
  readonly cell: Cell
  /** Empty: it surely does. */
  readonly reasons: readonly DependsReason[]
}

/** The part of a cell that one peer of a rule matches; `undefined` when it matches none of it. */
export function matchPeer(
  world: World,
  at: { peer: Peer; own: string; role: Role; ends: Ends },
  of: Cell,
): PeerMatch | undefined {
  const { peer, own, role, ends } = at
  const end = ends[role]
  const answer = (part: Cell | undefined, ...reasons: DependsReason[]): PeerMatch | undefined =>
    part && { cell: part, reasons }
  if (peer.kind === 'pods') {
    if (end.kind === 'outside') return undefined
    if (end.kind === 'pods') {
      const box = peerBox(peer, own)
      return answer(box && withinBox(of, role, box))
    }
    if (end.pod.hostNetwork || !matches(peer.pods, end.pod.labels)) return undefined // S33
    if (peer.namespaces === 'own') return end.pod.namespace === own ? answer(of) : undefined // S10
    const match = matchNamespace(peer.namespaces, namespaceOf(world.snapshot.namespaces, end.pod.namespace))
    return match === 'no' ? undefined : match === 'yes' ? answer(of) : answer(of, match)
  }
  const block = addressesOf(peer)
  if (end.kind === 'outside') return answer(withinAddresses(of, role, block))
  if (end.kind === 'pods') {
    const { ipBlockOverPods } = world.profile
    if (ipBlockOverPods === 'never') return undefined // S22
    const part = withinAddresses(of, role, block)
    return ipBlockOverPods === 'matches' ? answer(part) : answer(part, 'ip-block-over-pods')
  }
  const family = peer.cidr.address.family // S25: a block speaks of its own family only.
  const match = matchBlock(block, end.pod, { family, profile: world.profile })
  if (match === 'no') return undefined
  const part = withinAddresses(of, role, family === 4 ? { v4: [0, 2 ** 32], v6: [] } : { v4: [], v6: [0n, 1n << 128n] })
  return match === 'yes' ? answer(part) : answer(part, match)
}

/** The connections that the ports of a rule mean on a destination, apart where they hang on a name it must declare. */
export function portsOf(
  rule: Pick<Rule, 'ports'>,
  destination: End,
): { connections: ConnectionSet; names: readonly NamedPort[] }[] {
  if (rule.ports === 'any') return [{ connections: ALL_CONNECTIONS, names: [] }] // S06
  let fixed = NO_CONNECTIONS
  const named: { connections: ConnectionSet; names: readonly NamedPort[] }[] = []
  for (const port of rule.ports) {
    const { protocol } = port
    if (port.kind === 'all') fixed = unionConnections(fixed, connections(protocol, ALL_PORTS)) // S16
    else if (port.kind === 'range')
      fixed = unionConnections(fixed, connections(protocol, portRange(port.first, port.last)))
    else if (destination.kind === 'pod') fixed = unionConnections(fixed, resolve(destination.pod, port))
    else if (destination.kind === 'pods') {
      named.push({ connections: connections(protocol, ALL_PORTS), names: [{ name: port.name, protocol }] })
    }
    // S18: outside there are no container ports, so a name means nothing.
  }
  return [{ connections: fixed, names: [] }, ...named]
}

/** S17: the container ports of the pod with that name and protocol. */
export function resolve(pod: Pod, { name, protocol }: NamedPort): ConnectionSet {
  return pod.ports
    .filter((port) => port.name === name && port.protocol === protocol)
    .reduce((all, { port }) => unionConnections(all, connection(protocol, port)), NO_CONNECTIONS)
}
