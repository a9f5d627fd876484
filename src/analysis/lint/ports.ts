// What the ports of a rule say, without looking at any pod.
import type { PortMatch, Rule } from '../../policy/network-policy.ts'
import type { Protocol } from '../../sets/connection-set.ts'

/** Whether the rule lets a port of a protocol through by number; a name is never a number. */
export function opensPort(ports: Rule['ports'], protocol: Protocol, port: number): boolean {
  return ports === 'any' || ports.some((one) => coversPort(one, protocol, port))
}

export function coversPort(one: PortMatch, protocol: Protocol, port: number): boolean {
  if (one.protocol !== protocol || one.kind === 'named') return false
  return one.kind === 'all' || (one.first <= port && port <= one.last)
}

/** Whether one entry names exactly this port. */
export function isPort(one: PortMatch, port: number): boolean {
  return one.kind === 'range' && one.first === port && one.last === port
}

/** `tcp/8080`, `udp/http`, `tcp/8000-8010`, `tcp`. */
export function portMatchWords(one: PortMatch): string {
  const protocol = one.protocol.toLowerCase()
  switch (one.kind) {
    case 'all':
      return protocol
    case 'named':
      return `${protocol}/${one.name}`
    case 'range':
      return `${protocol}/${one.first === one.last ? one.first : `${one.first}-${one.last}`}`
  }
}

/** Whether some port is in both; a name could be any port of its protocol. */
export function overlapPorts(a: Rule['ports'], b: Rule['ports']): boolean {
  if (a === 'any' || b === 'any') return true
  return a.some((one) => b.some((other) => overlap(one, other)))
}

function overlap(a: PortMatch, b: PortMatch): boolean {
  if (a.protocol !== b.protocol) return false
  if (a.kind !== 'range' || b.kind !== 'range') return true
  return a.first <= b.last && b.first <= a.last
}
