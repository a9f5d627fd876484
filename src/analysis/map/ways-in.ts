// Ways in from outside the cluster: through which route or Service, to which pods and ports, and whether policies let it.
import { type Entrance, entrancesOf } from '../../engine/entrances.ts'
import type { Profile } from '../../engine/profile.ts'
import { routeName } from '../../policy/route.ts'
import { type Pod, qualifiedName, type Snapshot } from '../../policy/snapshot.ts'
import { connection, hasConnection, isSubsetOf, type Protocol } from '../../sets/connection-set.ts'
import type { World } from '../world.ts'
import { exposedTo, openToStrangers, worldOfMap } from './exposure.ts'
import type { PodsEndpoint, ReachMap } from './map.ts'

/** Why a way in is open under one reading and closed under another. */
export type WayInReason =
  /** S45: the connection comes from the pods of the route's controller, and the policies let only some pods in. */
  | 'controller-unknown'
  /** S26, S32: the connection may come from a node in place of the client. */
  | 'node-in-between'
  /** Only for a reason of the engine. */
  | 'depends'

export const WAY_IN_TEXT: Readonly<Record<WayInReason, string>> = {
  'controller-unknown': "only some pods get in, and it is not known which pods are the route's controller",
  'node-in-between': "the pod may see a node's address in place of the client's, and its own node is always let in",
  depends: 'what would let it in is left open by Kubernetes',
}

export interface WayIn {
  /** `Ingress shop/web`, or the Service itself: `Service shop/web (NodePort)`. */
  readonly through: string
  /** Host names of the route; empty: every one. */
  readonly hosts: readonly string[]
  /** `namespace/name`, and the port's number there. */
  readonly service: string
  readonly servicePort: number
  /** Id of the endpoint. */
  readonly destination: number
  readonly protocol: Protocol
  /** Of the pod (S20). */
  readonly port: number
  readonly verdict: 'Allowed' | 'Denied' | 'Depends'
  /** Set when the verdict is `Depends`. */
  readonly reason?: WayInReason
  /** Outside endpoints that may open the port, where the client itself is the source. */
  readonly sources?: readonly number[]
}

interface Judged {
  readonly verdict: WayIn['verdict']
  readonly reason?: WayInReason
}

const ALLOWED: Judged = { verdict: 'Allowed' }
const DENIED: Judged = { verdict: 'Denied' }

function depends(reason: WayInReason): Judged {
  return { verdict: 'Depends', reason }
}

/** S45: the controller could be any pod of any namespace. */
function fromController(world: World, pod: Pod, wanted: { protocol: Protocol; port: number }): Judged {
  if (pod.hostNetwork) return ALLOWED // S33
  const to = exposedTo(world, pod, 'ingress')
  const covers = (one: (typeof to)[number]): boolean => hasConnection(one.connections, wanted.protocol, wanted.port)
  if (openToStrangers(to).some(covers)) return ALLOWED
  const some = to.find(covers)
  if (!some) return DENIED
  return depends(some.reasons.length > 0 ? 'depends' : 'controller-unknown')
}

/** The outside endpoints that may open the port of a destination, surely or perhaps. */
function clientsOf(
  map: ReachMap,
  { destination, ...wanted }: { destination: number; protocol: Protocol; port: number },
): { sure: number[]; open: boolean } {
  const one = connection(wanted.protocol, wanted.port)
  const sure = new Set<number>()
  let open = false
  for (const { sources, destinations, reach } of map.links) {
    if (!destinations.includes(destination)) continue
    const outside = sources.filter((id) => map.endpoints[id]?.kind === 'outside')
    if (outside.length === 0) continue
    if (isSubsetOf(one, reach.allowed)) for (const id of outside) sure.add(id)
    else if (reach.depends.some(({ connections }) => isSubsetOf(one, connections))) open = true
  }
  return { sure: [...sure].sort((a, b) => a - b), open }
}

function fromClients(entrance: Entrance, { sure, open }: ReturnType<typeof clientsOf>): Judged {
  if (sure.length > 0) return ALLOWED
  if (open) return depends('depends')
  return entrance.service.outside?.trafficPolicy === 'Cluster' ? depends('node-in-between') : DENIED
}

function throughOf(entrance: Entrance): string {
  if (entrance.kind === 'route') return routeName(entrance.route)
  const { service } = entrance
  const type = service.outside?.type ?? 'ClusterIP'
  return `Service ${qualifiedName(service)} (${type === 'ClusterIP' ? 'externalIPs' : type})`
}

/** Every way in to the endpoints of a map, in the order of the input, each once. */
export function waysIn(map: ReachMap, snapshot: Snapshot, profile: Profile): WayIn[] {
  if (snapshot.routes.length === 0 && snapshot.services.every(({ outside }) => outside === undefined)) return []
  const endpoints = map.endpoints.filter((one): one is PodsEndpoint => one.kind === 'pods')
  const ofPod = new Map(endpoints.flatMap(({ id, pods }) => pods.map((pod): [Pod, number] => [pod, id])))
  const world = worldOfMap(snapshot, profile)
  const found = new Map<string, WayIn>()
  for (const entrance of entrancesOf(snapshot, [...ofPod.keys()])) {
    const { pod, port, protocol, servicePort } = entrance.backend
    const destination = ofPod.get(pod) ?? 0
    const through = throughOf(entrance)
    const key = [through, qualifiedName(entrance.service), servicePort.port, destination, protocol, port].join(' ')
    if (found.has(key)) continue
    const clients = entrance.kind === 'service' ? clientsOf(map, { destination, protocol, port }) : undefined
    const judged = clients ? fromClients(entrance, clients) : fromController(world, pod, { protocol, port })
    found.set(key, {
      through,
      hosts: entrance.kind === 'route' ? entrance.route.hosts : [],
      service: qualifiedName(entrance.service),
      servicePort: servicePort.port,
      destination,
      protocol,
      port,
      ...judged,
      ...(clients && { sources: clients.sure }),
    })
  }
  return [...found.values()]
}
