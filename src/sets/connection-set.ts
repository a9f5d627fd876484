// Sets of connections between two fixed endpoints: for each protocol, a set of destination ports.
import * as interval from './interval-set.ts'
import { ALL_PORTS, formatPorts, NO_PORTS, portRange, type PortSet } from './port-set.ts'

/** The protocols for which NetworkPolicy is defined (S34). */
export type Protocol = 'TCP' | 'UDP' | 'SCTP'

export const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

/** Destination ports by protocol. Canonical: equal sets are structurally equal. */
export type ConnectionSet = Readonly<Record<Protocol, PortSet>>

export const NO_CONNECTIONS: ConnectionSet = { TCP: NO_PORTS, UDP: NO_PORTS, SCTP: NO_PORTS }
export const ALL_CONNECTIONS: ConnectionSet = { TCP: ALL_PORTS, UDP: ALL_PORTS, SCTP: ALL_PORTS }

/** The given ports of one protocol. */
export function connections(protocol: Protocol, ports: PortSet): ConnectionSet {
  return { ...NO_CONNECTIONS, [protocol]: ports }
}

/** One port of one protocol. */
export function connection(protocol: Protocol, port: number): ConnectionSet {
  return connections(protocol, portRange(port))
}

type Combine = (a: PortSet, b: PortSet) => PortSet

function zip(a: ConnectionSet, b: ConnectionSet, combine: Combine): ConnectionSet {
  return { TCP: combine(a.TCP, b.TCP), UDP: combine(a.UDP, b.UDP), SCTP: combine(a.SCTP, b.SCTP) }
}

export function unionConnections(a: ConnectionSet, b: ConnectionSet): ConnectionSet {
  return zip(a, b, interval.union)
}

export function intersectConnections(a: ConnectionSet, b: ConnectionSet): ConnectionSet {
  return zip(a, b, interval.intersect)
}

export function subtractConnections(a: ConnectionSet, b: ConnectionSet): ConnectionSet {
  return zip(a, b, interval.subtract)
}

export function equalConnections(a: ConnectionSet, b: ConnectionSet): boolean {
  return PROTOCOLS.every((protocol) => interval.equals(a[protocol], b[protocol]))
}

export function isSubsetOf(a: ConnectionSet, b: ConnectionSet): boolean {
  return PROTOCOLS.every((protocol) => interval.isSubset(a[protocol], b[protocol]))
}

export function isEmpty(set: ConnectionSet): boolean {
  return PROTOCOLS.every((protocol) => set[protocol].length === 0)
}

export function hasConnection(set: ConnectionSet, protocol: Protocol, port: number): boolean {
  return interval.contains(set[protocol], port)
}

/** `all`, `none`, or `tcp/80,443 udp/53`. */
export function formatConnections(set: ConnectionSet): string {
  if (isEmpty(set)) return 'none'
  if (equalConnections(set, ALL_CONNECTIONS)) return 'all'
  return PROTOCOLS.filter((protocol) => set[protocol].length > 0)
    .map((protocol) => `${protocol.toLowerCase()}/${formatPorts(set[protocol])}`)
    .join(' ')
}
