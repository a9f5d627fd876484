// The map as JSON; `docs/schemas/map.json` says the same in a schema.
import type { ExposedTo, Exposure } from '../../analysis/map/exposure.ts'
import type { WayIn } from '../../analysis/map/ways-in.ts'
import type { Direction } from '../../policy/network-policy.ts'
import { whoWords } from './exposed.ts'
import type { MapEndpoint, ReachMap } from '../../analysis/map/map.ts'
import type { DependsReason } from '../../engine/reach.ts'
import { qualifiedName } from '../../policy/snapshot.ts'
import { type ConnectionSet, formatConnections, type Protocol, PROTOCOLS } from '../../sets/connection-set.ts'
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

export interface WayInJson {
  readonly through: string
  readonly hosts: readonly string[]
  readonly service: string
  readonly servicePort: number
  readonly destination: string
  readonly protocol: Protocol
  readonly port: number
  readonly verdict: WayIn['verdict']
  readonly reason?: string
  readonly sources?: readonly string[]
}

export interface ExposureJson {
  readonly endpoints: readonly string[]
  readonly direction: Direction
  readonly to: readonly {
    /** In words, as `text` output has it. */
    readonly who: string
    /** Conditions on labels of the pod and of its namespace: one of the values, or with `not` none of them. */
    readonly pod: readonly ConditionJson[]
    readonly namespace: readonly ConditionJson[]
    readonly cidrs?: readonly string[]
    readonly ports: PortsJson
    /** Names that the destination must declare for the port, and those that it must not. */
    readonly namedPorts: readonly { readonly name: string; readonly protocol: Protocol }[]
    readonly notNamedPorts: readonly { readonly name: string; readonly protocol: Protocol }[]
    readonly reasons: readonly DependsReason[]
    readonly heldBack: ExposedTo['heldBack']
  }[]
}

export interface ConditionJson {
  readonly key: string
  readonly not: boolean
  readonly values: readonly string[]
  /** Whether it holds where the label is missing. */
  readonly absent: boolean
}

export interface MapJson {
  readonly profile: string
  readonly endpoints: readonly EndpointJson[]
  readonly connections: readonly ConnectionJson[]
  readonly waysIn: readonly WayInJson[]
  readonly exposure?: readonly ExposureJson[]
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

function conditionsOf({ box }: ExposedTo, prefix: string): ConditionJson[] {
  return [...box].flatMap(([key, { cofinite, values, absent }]) =>
    key.startsWith(prefix) ? [{ key: key.slice(prefix.length), not: cofinite, values, absent }] : [],
  )
}

function exposureJson({ endpoints, direction, to }: Exposure, idOf: (id: number) => string): ExposureJson {
  return {
    endpoints: endpoints.map(idOf),
    direction,
    to: to.map((one) => ({
      who: whoWords(one),
      pod: conditionsOf(one, 'pod:'),
      namespace: conditionsOf(one, 'ns:'),
      ...(one.addresses && { cidrs: coverByCidrs(one.addresses) }),
      ports: portsJson(one.connections),
      namedPorts: one.names.map(({ name, protocol }) => ({ name, protocol })),
      notNamedPorts: one.without.map(({ name, protocol }) => ({ name, protocol })),
      reasons: one.reasons,
      heldBack: one.heldBack,
    })),
  }
}

/** The endpoints that are asked about or have a link. */
function shownIds({ focus, links }: ReachMap): ReadonlySet<number> {
  const shown = new Set(focus)
  for (const { sources, destinations } of links) {
    for (const id of sources) shown.add(id)
    for (const id of destinations) shown.add(id)
  }
  return shown
}

export function mapJson(map: ReachMap): MapJson {
  const { profile, endpoints, links, waysIn, exposure } = map
  const idOf = (id: number): string => endpoints[id]?.label ?? ''
  const shown = shownIds(map)
  return {
    profile,
    endpoints: endpoints.filter(({ id }) => shown.has(id)).map(endpointJson),
    connections: links.map(({ sources, destinations, families, reach }) => ({
      sources: sources.map(idOf),
      destinations: destinations.map(idOf),
      families,
      allowed: portsJson(reach.allowed),
      depends: reach.depends.map(({ reason, connections }) => ({ reason, ports: portsJson(connections) })),
      text: formatConnections(reach.allowed),
    })),
    waysIn: waysIn
      .filter(({ destination }) => shown.has(destination))
      .map(({ destination, sources, ...rest }) => ({
        ...rest,
        destination: idOf(destination),
        ...(sources && { sources: sources.map(idOf) }),
      })),
    ...(exposure && { exposure: exposure.map((one) => exposureJson(one, idOf)) }),
  }
}
