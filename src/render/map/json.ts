// The map as JSON; `docs/schemas/map.json` says the same in a schema.
import type { MapEndpoint, ReachMap } from '../../analysis/map/map.ts'
import type { DependsReason } from '../../engine/reach.ts'
import { qualifiedName } from '../../policy/snapshot.ts'
import { type ConnectionSet, formatConnections, PROTOCOLS } from '../../sets/connection-set.ts'
import type { Family } from '../../sets/ip-address.ts'
import { intervals } from '../../sets/interval-set.ts'
import { coverByCidrs } from '../../sets/ip-set.ts'

/** Ports as `"80"` and `"8000-8100"`, by protocol; protocols without one are left out. */
export type PortsJson = Readonly<Partial<Record<'TCP' | 'UDP' | 'SCTP', readonly string[]>>>

export type EndpointJson =
  | {
      readonly id: string
      readonly kind: 'workload' | 'pod'
      readonly namespace: string
      readonly name: string
      readonly owner: string
      readonly pods: readonly string[]
      readonly hostNetwork: boolean
    }
  | { readonly id: string; readonly kind: 'outside'; readonly addresses: string; readonly cidrs: readonly string[] }

export interface ConnectionJson {
  readonly sources: readonly string[]
  readonly destinations: readonly string[]
  readonly families: readonly Family[]
  readonly allowed: PortsJson
  readonly depends: readonly { readonly reason: DependsReason; readonly ports: PortsJson }[]
  /** `tcp/80 udp/53`, of what is allowed. */
  readonly text: string
}

export interface MapJson {
  readonly profile: string
  readonly endpoints: readonly EndpointJson[]
  readonly connections: readonly ConnectionJson[]
}

function portsJson(set: ConnectionSet): PortsJson {
  return Object.fromEntries(
    PROTOCOLS.filter((protocol) => set[protocol].length > 0).map((protocol) => [
      protocol,
      intervals(set[protocol]).map(([first, end]) => (end - first === 1 ? `${first}` : `${first}-${end - 1}`)),
    ]),
  )
}

function endpointJson(endpoint: MapEndpoint): EndpointJson {
  if (endpoint.kind === 'outside') {
    const { label, detail, addresses } = endpoint
    return { id: label, kind: 'outside', addresses: detail, cidrs: coverByCidrs(addresses) }
  }
  const { label, namespace, name, owner, pods, hostNetwork } = endpoint
  const kind = owner === 'Pod' ? 'pod' : 'workload'
  return { id: label, kind, namespace, name, owner, pods: pods.map(qualifiedName), hostNetwork }
}

export function mapJson({ profile, endpoints, links }: ReachMap): MapJson {
  const idOf = (id: number): string => endpoints[id]?.label ?? ''
  return {
    profile,
    endpoints: endpoints.map(endpointJson),
    connections: links.map(({ sources, destinations, families, reach }) => ({
      sources: sources.map(idOf),
      destinations: destinations.map(idOf),
      families,
      allowed: portsJson(reach.allowed),
      depends: reach.depends.map(({ reason, connections }) => ({ reason, ports: portsJson(connections) })),
      text: formatConnections(reach.allowed),
    })),
  }
}
