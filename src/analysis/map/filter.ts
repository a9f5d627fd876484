// The part of a map that somebody asks about: by the ends of the links, and by port.
import type { Direction } from '../../policy/network-policy.ts'
import { type ConnectionSet, intersectConnections, isEmpty } from '../../sets/connection-set.ts'
import { intersectAddresses, type IpSet, noAddresses } from '../../sets/ip-set.ts'
import type { Link, MapEndpoint, ReachMap } from './map.ts'

/** Whom a question is about. */
export type Who =
  | { readonly kind: 'namespace'; readonly namespace: string }
  /** A workload or pod; without a namespace, in any. */
  | { readonly kind: 'name'; readonly namespace?: string; readonly name: string }
  | { readonly kind: 'outside'; readonly addresses: IpSet }

export interface MapFilter {
  /** One end is one of these; empty: no condition. */
  readonly about: readonly Who[]
  readonly from: readonly Who[]
  readonly to: readonly Who[]
  readonly connections?: ConnectionSet
  /** Of those that `about` names: only what they let in, or only what they reach. */
  readonly direction?: Direction
}

/** True when the endpoint is one of those meant, or, for addresses, has some of them. */
export function isMeant(who: Who, endpoint: MapEndpoint): boolean {
  switch (who.kind) {
    case 'namespace':
      return endpoint.kind === 'pods' && endpoint.namespace === who.namespace
    case 'name':
      return (
        endpoint.kind === 'pods' &&
        (who.namespace === undefined || who.namespace === endpoint.namespace) &&
        (who.name === endpoint.name ||
          endpoint.pods.some((pod) => pod.name === who.name || pod.owner?.name === who.name))
      )
    case 'outside':
      return endpoint.kind === 'outside' && !noAddresses(intersectAddresses(who.addresses, endpoint.addresses))
  }
}

function withPorts(link: Link, connections: ConnectionSet): Link | undefined {
  const allowed = intersectConnections(link.reach.allowed, connections)
  const depends = link.reach.depends.flatMap((one) => {
    const both = intersectConnections(one.connections, connections)
    return isEmpty(both) ? [] : [{ ...one, connections: both }]
  })
  return isEmpty(allowed) && depends.length === 0 ? undefined : { ...link, reach: { allowed, depends } }
}

type Has = (id: number) => boolean

/** The parts of a link with one end among those asked about, disjoint. */
function aboutParts(link: Link, has: Has, direction: Direction | undefined): Link[] {
  const egress = { ...link, sources: link.sources.filter(has) }
  const rest = direction === 'ingress' ? link.sources : link.sources.filter((id) => !has(id))
  const ingress = { ...link, sources: rest, destinations: link.destinations.filter(has) }
  return [...(direction === 'ingress' ? [] : [egress]), ...(direction === 'egress' ? [] : [ingress])]
}

/** The map with the links that are asked about; its endpoints stay, and `focus` has those meant by name. */
export function filterMap(map: ReachMap, { about, from, to, connections, direction }: MapFilter): ReachMap {
  if (about.length + from.length + to.length === 0 && !connections) return map
  const among = (whos: readonly Who[]): Has => {
    if (whos.length === 0) return () => true
    const meant = map.endpoints.map((endpoint) => whos.some((who) => isMeant(who, endpoint)))
    return (id) => meant[id] === true
  }
  const [isAbout, isFrom, isTo] = [among(about), among(from), among(to)]
  const links = map.links
    .flatMap((link) => (about.length === 0 ? [link] : aboutParts(link, isAbout, direction)))
    .map((link) => ({ ...link, sources: link.sources.filter(isFrom), destinations: link.destinations.filter(isTo) }))
    .flatMap((link) => (connections ? (withPorts(link, connections) ?? []) : [link]))
    .filter(({ sources, destinations }) => sources.length > 0 && destinations.length > 0)
  const named = [...about, ...from, ...to]
  const focus = map.endpoints.filter((endpoint) => named.some((who) => isMeant(who, endpoint))).map(({ id }) => id)
  return { ...map, links, focus: named.length === 0 ? map.focus : focus }
}
