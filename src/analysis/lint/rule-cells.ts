// What rules match, as sets over all pods that could exist: so one rule can be compared with all others at once.
import { addressesOf } from '../../engine/match.ts'
import type { Direction, NetworkPolicy, Peer, Rule } from '../../policy/network-policy.ts'
import {
  ALL_CONNECTIONS,
  connections,
  type ConnectionSet,
  NO_CONNECTIONS,
  unionConnections,
} from '../../sets/connection-set.ts'
import { ALL_ADDRESSES, type IpSet } from '../../sets/ip-set.ts'
import { type Box, EVERY_BOX, narrow } from '../../sets/label-set.ts'
import { ALL_PORTS, portRange } from '../../sets/port-set.ts'
import { finite } from '../../sets/value-set.ts'
import { type Cell, cell, type Side } from '../region.ts'
import { peerBox, subjectBox } from '../universe.ts'

/**
 * A key that tells how an end is matched: as a pod by its labels, or by its address, which may be outside or, where the
 * network plugin says so, a pod's (S22). An ipBlock never counts as covering what a selector matches.
 */
const END = 'end'
/** A key for a name of the destination's port: set where the connection's own port has that name. */
const NAMED = 'named:'

interface PortPart {
  readonly connections: ConnectionSet
  /** The destination's port must have this name. */
  readonly name?: string
}

function portParts(ports: Rule['ports']): PortPart[] {
  if (ports === 'any') return [{ connections: ALL_CONNECTIONS }]
  let fixed = NO_CONNECTIONS
  const named: PortPart[] = []
  for (const port of ports) {
    const { protocol } = port
    if (port.kind === 'all') fixed = unionConnections(fixed, connections(protocol, ALL_PORTS))
    else if (port.kind === 'range')
      fixed = unionConnections(fixed, connections(protocol, portRange(port.first, port.last)))
    else named.push({ connections: connections(protocol, ALL_PORTS), name: `${NAMED}${protocol}/${port.name}` })
  }
  return [{ connections: fixed }, ...named]
}

function byLabels(box: Box | undefined): Side | undefined {
  const pods = box && narrow(box, END, finite(['pod']))
  return pods && { box: pods, addresses: ALL_ADDRESSES }
}

function byAddress(addresses: IpSet): Side {
  return { box: narrow(EVERY_BOX, END, finite(['address'])) as Box, addresses }
}

const EVERYBODY: Side = { box: EVERY_BOX, addresses: ALL_ADDRESSES }

/** `undefined`: nobody can match. */
function peerSide(peer: Peer, own: string): Side | undefined {
  return peer.kind === 'pods' ? byLabels(peerBox(peer, own)) : byAddress(addressesOf(peer))
}

function cellsOf(
  direction: Direction,
  { subject, peers }: { readonly subject: Side; readonly peers: readonly Side[] },
  ports: readonly PortPart[],
): Cell[] {
  return peers.flatMap((peer) =>
    ports.flatMap(({ connections, name }) => {
      const [source, destination] = direction === 'egress' ? [subject, peer] : [peer, subject]
      const box = name === undefined ? destination.box : narrow(destination.box, name, finite(['yes']))
      return (box && cell(source, { ...destination, box }, connections)) ?? []
    }),
  )
}

function subjectSide(policy: NetworkPolicy): Side | undefined {
  const box = subjectBox(policy)
  return box && { box, addresses: ALL_ADDRESSES }
}

/** The connections that a rule lets through; with `only`, by that peer alone. */
export function ruleCells(policy: NetworkPolicy, direction: Direction, rule: Rule): Cell[] {
  const subject = subjectSide(policy)
  if (!subject) return []
  const peers =
    rule.peers === 'any' ? [EVERYBODY] : rule.peers.flatMap((peer) => peerSide(peer, policy.namespace) ?? [])
  return cellsOf(direction, { subject, peers }, portParts(rule.ports))
}
