// Ends cut into pieces that no policy tells apart, so that one member of each answers for all.
import { type Endpoint, outsideEndpoint, podEndpoint } from '../engine/endpoint.ts'
import { addressesOf } from '../engine/match.ts'
import type { Peer } from '../policy/network-policy.ts'
import { type Pod, qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import type { Family } from '../sets/ip-address.ts'
import {
  coverByCidrs,
  firstAddress,
  type IpSet,
  intersectAddresses,
  ipSetOf,
  NO_ADDRESSES,
  noAddresses,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../sets/ip-set.ts'
import type { Place } from './explanation.ts'

/** Pods that look alike, or addresses between two borders. */
export type Piece =
  | { readonly kind: 'pods'; readonly pods: readonly Pod[] }
  | { readonly kind: 'addresses'; readonly addresses: IpSet }

/** The blocks that policies speak of, and the addresses of nodes, of which rules of the admin APIs may speak. */
function blocksOf({ networkPolicies, clusterPolicies, nodes }: Snapshot): IpSet[] {
  const peers = networkPolicies.flatMap(({ ingress, egress }) =>
    [...(ingress ?? []), ...(egress ?? [])].flatMap((rule): readonly Peer[] =>
      rule.peers === 'any' ? [] : rule.peers,
    ),
  )
  return [
    ...(clusterPolicies.length > 0 ? nodes.flatMap(({ addresses }) => addresses.map(singleAddress)) : []),
    ...peers.flatMap((peer) => (peer.kind === 'ipBlock' ? [addressesOf(peer)] : [])),
    ...clusterPolicies
      .flatMap(({ egress }) => egress.flatMap((rule) => rule.peers))
      .flatMap((peer) => (peer.kind === 'networks' ? peer.cidrs.map(ipSetOf) : [])),
  ]
}

function ascending<T extends number | bigint>(values: readonly T[]): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1))
}

/** The set cut at the borders of the policies' blocks, each family apart. */
function cut(set: IpSet, snapshot: Snapshot): IpSet[] {
  const blocks = blocksOf(snapshot)
  const v4 = ascending([0, ...blocks.flatMap((block) => block.v4), 2 ** 32])
  const v6 = ascending([0n, ...blocks.flatMap((block) => block.v6), 1n << 128n])
  const between: IpSet[] = [
    ...v4.slice(1).map((end, i): IpSet => ({ v4: [v4[i] as number, end], v6: [] })),
    ...v6.slice(1).map((end, i): IpSet => ({ v4: [], v6: [v6[i] as bigint, end] })),
  ]
  return between.map((one) => intersectAddresses(one, set)).filter((one) => !noAddresses(one))
}

/** What policies, rules and nodes can see of a pod. */
function looks(pod: Pod): string {
  const labels = [...pod.labels].sort(([a], [b]) => (a < b ? -1 : 1))
  const addresses = pod.addresses.map(({ family, value }) => `${family} ${value}`)
  return JSON.stringify([pod.namespace, labels, pod.ports, pod.hostNetwork, pod.nodeName, addresses, pod.phase])
}

/** The pieces of a place, in its order. */
export function piecesOf(place: Place, snapshot: Snapshot): Piece[] {
  if (place.kind === 'addresses') {
    return cut(place.addresses, snapshot).map((addresses) => ({ kind: 'addresses', addresses }))
  }
  return [...Map.groupBy(place.pods, looks).values()].map((pods) => ({ kind: 'pods', pods }))
}

/** The families that a piece may speak; a pod whose addresses are not known may have both. */
export function familiesOf(piece: Piece): readonly Family[] {
  if (piece.kind === 'addresses') return piece.addresses.v4.length > 0 ? [4] : [6]
  const families = new Set(piece.pods[0]?.addresses.map(({ family }) => family))
  return families.size === 0 ? [4, 6] : ([4, 6] as const).filter((family) => families.has(family))
}

function firstEnd(piece: Piece): Endpoint {
  if (piece.kind === 'pods') return podEndpoint(piece.pods[0] as Pod)
  return outsideEndpoint(firstAddress(piece.addresses) as Exclude<ReturnType<typeof firstAddress>, undefined>)
}

/** One member of each piece: two different pods where there are two. */
export function endsOf(
  source: Piece,
  destination: Piece,
): { readonly source: Endpoint; readonly destination: Endpoint } {
  const from = firstEnd(source)
  if (from.kind !== 'pod' || destination.kind !== 'pods') return { source: from, destination: firstEnd(destination) }
  const name = qualifiedName(from.pod)
  const other = destination.pods.find((pod) => qualifiedName(pod) !== name)
  return { source: from, destination: other ? podEndpoint(other) : firstEnd(destination) }
}

/** The most blocks that are listed as what an answer does not hold for. */
const MOST_WITHOUT = 3

/** The names of pieces of a place: its own name where they are all of it. */
export function namesOf(pieces: readonly Piece[], place: Place): readonly string[] {
  if (place.kind !== 'addresses') {
    const pods = new Set(pieces.flatMap((piece) => (piece.kind === 'pods' ? piece.pods : [])))
    if (pods.size === place.pods.length && place.kind === 'pods') return [place.name]
    return [...pods].map(qualifiedName)
  }
  const all = pieces.reduce(
    (sum, piece) => (piece.kind === 'addresses' ? unionAddresses(sum, piece.addresses) : sum),
    NO_ADDRESSES,
  )
  // Over one family alone the other is not asked about: the answer says which.
  const asked = { v4: all.v4.length > 0 ? place.addresses.v4 : [], v6: all.v6.length > 0 ? place.addresses.v6 : [] }
  const rest = coverByCidrs(subtractAddresses(asked, all))
  const blocks = coverByCidrs(all)
  if (rest.length === 0) return [place.name]
  return rest.length <= MOST_WITHOUT && rest.length < blocks.length
    ? [`${place.name} without ${rest.join(', ')}`]
    : blocks
}
