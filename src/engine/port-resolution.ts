// Which connections the ports of a rule mean on a given destination.
import type { PortMatch, Rule } from '../policy/network-policy.ts'
import {
  ALL_CONNECTIONS,
  connection,
  connections,
  type ConnectionSet,
  NO_CONNECTIONS,
  unionConnections,
} from '../sets/connection-set.ts'
import { ALL_PORTS, portRange } from '../sets/port-set.ts'
import type { EndpointClass } from './classes.ts'

type NamedPort = Extract<PortMatch, { kind: 'named' }>

/** The ports of a rule: those that are the same everywhere, and the names that each destination resolves for itself. */
export interface RulePorts {
  readonly fixed: ConnectionSet
  readonly named: readonly NamedPort[]
}

export function compilePorts(ports: Rule['ports']): RulePorts {
  if (ports === 'any') return { fixed: ALL_CONNECTIONS, named: [] } // S06
  let fixed = NO_CONNECTIONS
  const named: NamedPort[] = []
  for (const port of ports) {
    if (port.kind === 'named') named.push(port)
    else if (port.kind === 'all') fixed = unionConnections(fixed, connections(port.protocol, ALL_PORTS)) // S16
    else fixed = unionConnections(fixed, connections(port.protocol, portRange(port.first, port.last))) // S19
  }
  return { fixed, named }
}

/**
 * S17: a name means every container port of the destination pod with that name and protocol; a pod without one, and
 * an address outside (S18), has none.
 */
export function resolvePorts(ports: RulePorts, destination: EndpointClass): ConnectionSet {
  if (ports.named.length === 0 || destination.kind === 'outside') return ports.fixed
  let all = ports.fixed
  for (const { name, protocol } of ports.named) {
    for (const port of destination.pod.ports) {
      if (port.name === name && port.protocol === protocol) all = unionConnections(all, connection(protocol, port.port))
    }
  }
  return all
}
