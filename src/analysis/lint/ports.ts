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
