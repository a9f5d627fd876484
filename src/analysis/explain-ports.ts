// The port of a question, as connections of each destination: numbers, names, Service ports (S17, S20).
import { backendsOf } from '../engine/service-path.ts'
import type { Pod, Service, ServicePort, Snapshot } from '../policy/snapshot.ts'
import { qualifiedName } from '../policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  connection,
  type ConnectionSet,
  isEmpty,
  NO_CONNECTIONS,
  unionConnections,
} from '../sets/connection-set.ts'
import type { AskedPort, Place, Via } from './explanation.ts'
import type { Piece } from './explain-pieces.ts'
import type { ServiceTarget } from './near-miss.ts'

/** Connections to one piece of the destination, and the Service that leads there. */
export interface Target {
  readonly within: ConnectionSet
  readonly via?: Via
}

function podPorts(asked: AskedPort | undefined, piece: Piece): ConnectionSet {
  if (!asked) return ALL_CONNECTIONS
  const { port, protocol } = asked
  if (typeof port === 'number') return connection(protocol, port)
  const declared = piece.kind === 'pods' ? (piece.pods[0]?.ports ?? []) : []
  return declared
    .filter((one) => one.name === port && one.protocol === protocol)
    .reduce((all, one) => unionConnections(all, connection(protocol, one.port)), NO_CONNECTIONS)
}

function isAsked(asked: AskedPort | undefined, { port, name, protocol }: ServicePort): boolean {
  return !asked || (protocol === asked.protocol && (port === asked.port || name === asked.port))
}

function serviceTargets(service: Service, asked: AskedPort | undefined, pod: Pod): Target[] {
  const name = qualifiedName(service)
  if (service.headless) {
    const ports = service.ports.filter((one) => isAsked(asked, one))
    return ports.map(({ port, protocol }) => ({
      within: connection(protocol, port),
      via: { service: name, port, target: port, headless: true },
    }))
  }
  return backendsOf(service, [pod])
    .filter(({ servicePort }) => isAsked(asked, servicePort))
    .map(({ servicePort, port, protocol }) => ({
      within: connection(protocol, port),
      via: { service: name, port: servicePort.port, target: port, headless: false },
    }))
}

/** What the question means on one piece of the destination; empty: nothing, such as a name that no port has. */
export function targetsOf(place: Place, piece: Piece, asked: AskedPort | undefined): Target[] {
  if (place.kind !== 'service') {
    const within = podPorts(asked, piece)
    return isEmpty(within) ? [] : [{ within }]
  }
  const pod = piece.kind === 'pods' ? piece.pods[0] : undefined
  return pod ? serviceTargets(place.service, asked, pod) : []
}

/** The ports of all Services that lead to a pod. */
export function servicesOf({ services }: Snapshot, pod: Pod): ServiceTarget[] {
  return services.flatMap((service) =>
    service.headless
      ? []
      : backendsOf(service, [pod]).map(({ servicePort, port }) => ({
          service: qualifiedName(service),
          servicePort,
          target: port,
        })),
  )
}
