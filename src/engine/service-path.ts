// Connections through a Service: its ports become pod ports before any policy is asked (S20).
import { matches } from '../policy/selector.ts'
import type { Pod, Service, ServicePort } from '../policy/snapshot.ts'
import { hasConnection, type Protocol } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { type Endpoint, podEndpoint, samePod } from './endpoint.ts'
import type { Engine } from './engine.ts'
import type { DependsReason } from './reach.ts'

/** A pod behind one port of a Service. */
export interface Backend {
  readonly pod: Pod
  readonly servicePort: ServicePort
  /** The pod's port, where the policies look. */
  readonly port: number
  readonly protocol: Protocol
}

export interface ServiceReach {
  readonly backend: Backend
  readonly verdict: 'Allowed' | 'Denied' | 'Depends'
  /** Set when the verdict is `Depends`. */
  readonly reason?: DependsReason
}

/** The pod ports that a target means: a number, or every container port of the name and protocol; none when unknown. */
function targetPorts({ targetPort, protocol }: ServicePort, pod: Pod): number[] {
  if (typeof targetPort === 'number') return [targetPort]
  return pod.ports.filter((port) => port.name === targetPort && port.protocol === protocol).map(({ port }) => port)
}

/** The backends of a Service among these pods; a Service without a selector has none of its own. */
export function backendsOf(service: Service, pods: readonly Pod[]): Backend[] {
  const { selector } = service
  if (!selector) return []
  const members = pods.filter((pod) => pod.namespace === service.namespace && matches(selector, pod.labels))
  return members.flatMap((pod) =>
    service.ports.flatMap((servicePort) =>
      targetPorts(servicePort, pod).map((port) => ({ pod, servicePort, port, protocol: servicePort.protocol })),
    ),
  )
}

/** What `source` gets from one backend. Handed back to itself, a pod depends on the network plugin (S31). */
export function reachBackend(
  engine: Engine,
  path: { source: Endpoint; backend: Backend; family: Family },
): ServiceReach {
  const { source, backend, family } = path
  const isSelf = source.kind === 'pod' && samePod(source.pod, backend.pod)
  if (isSelf && engine.profile.ownService === 'depends') return { backend, verdict: 'Depends', reason: 'own-service' }
  const { allowed, depends } = engine.reach(source, podEndpoint(backend.pod), family)
  if (hasConnection(allowed, backend.protocol, backend.port)) return { backend, verdict: 'Allowed' }
  const open = depends.find(({ connections }) => hasConnection(connections, backend.protocol, backend.port))
  return open ? { backend, verdict: 'Depends', reason: open.reason } : { backend, verdict: 'Denied' }
}
