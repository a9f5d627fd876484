// What rules match, as sets over all pods that could exist: so one rule can be compared with all others at once.
import { addressesOf } from '../../engine/match.ts'
import type {
  Action,
  ClusterNetworkPolicy,
  ClusterPeer,
  ClusterPort,
  ClusterRule,
} from '../../policy/cluster-network-policy.ts'
import type { Direction, NetworkPolicy, Peer, PortMatch, Rule } from '../../policy/network-policy.ts'
import {
  ALL_CONNECTIONS,
  connections,
  type ConnectionSet,
  NO_CONNECTIONS,
  unionConnections,
} from '../../sets/connection-set.ts'
import { ALL_ADDRESSES, ipSetOf, type IpSet, NO_ADDRESSES, unionAddresses } from '../../sets/ip-set.ts'
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

function portParts(ports: 'any' | readonly (PortMatch | { readonly kind: 'unknown' })[]): PortPart[] {
  if (ports === 'any') return [{ connections: ALL_CONNECTIONS }]
  let fixed = NO_CONNECTIONS
  const named: PortPart[] = []
  for (const port of ports) {
    if (port.kind === 'unknown') continue
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

export function subjectSide(policy: NetworkPolicy): Side | undefined {
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

/** Everything that could be opened to or by a policy's subjects. */
export function everyCell(policy: NetworkPolicy, direction: Direction): Cell[] {
  return ruleCells(policy, direction, { peers: 'any', ports: 'any' })
}

function clusterSide(peer: ClusterPeer): Side | undefined {
  switch (peer.kind) {
    case 'pods':
      return byLabels(peerBox({ namespaces: peer.namespaces, pods: peer.pods }, ''))
    case 'networks': // These match the addresses of pods too.
      return {
        box: EVERY_BOX,
        addresses: peer.cidrs.reduce((all, cidr) => unionAddresses(all, ipSetOf(cidr)), NO_ADDRESSES),
      }
    default: // Nodes and names have addresses that are not known here.
      return undefined
  }
}

/** A peer or port of a newer API: an Accept rule that has one matches nothing, a Deny or Pass rule denies everything. */
function hasUnknown({ peers, ports }: ClusterRule): boolean {
  const unknown = (one: ClusterPeer | ClusterPort) => one.kind === 'unknown'
  return peers.some(unknown) || (ports !== 'any' && ports.some(unknown))
}

/** What a rule does with what it matches. */
export function effectOf(rule: ClusterRule): Action {
  return rule.action === 'Pass' && hasUnknown(rule) ? 'Deny' : rule.action
}

/** What a rule of the admin APIs surely matches. */
export function clusterCells(policy: ClusterNetworkPolicy, direction: Direction, rule: ClusterRule): Cell[] {
  const box = peerBox({ namespaces: policy.subject.namespaces, pods: policy.subject.pods }, '')
  if (!box) return []
  const subject = { box, addresses: ALL_ADDRESSES }
  if (hasUnknown(rule)) {
    return rule.action === 'Accept' ? [] : cellsOf(direction, { subject, peers: [EVERYBODY] }, portParts('any'))
  }
  return cellsOf(
    direction,
    { subject, peers: rule.peers.flatMap((peer) => clusterSide(peer) ?? []) },
    portParts(rule.ports),
  )
}

/** True for a rule some of whose peers cannot be written as a set: what it matches may be more than its cells. */
export function matchesMore(rule: ClusterRule): boolean {
  return rule.peers.some(({ kind }) => kind === 'nodes' || kind === 'domainNames')
}
