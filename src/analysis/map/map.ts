// The map: who can reach what, as endpoints that people know by name and links between sets of them.
import type { Engine } from '../../engine/engine.ts'
import type { ProfileName } from '../../engine/profile.ts'
import type { Reach } from '../../engine/reach.ts'
import type { Pod } from '../../policy/snapshot.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { IpSet } from '../../sets/ip-set.ts'
import { endpointsOf } from './endpoints.ts'
import { linksOf } from './links.ts'

/** Pods of one owner that answer alike, or one bare pod. */
export interface PodsEndpoint {
  readonly kind: 'pods'
  /** Its place in the map's list. */
  readonly id: number
  /** Unique in the map: `namespace/name`, with the kind or the pods behind it where that is not unique. */
  readonly label: string
  readonly namespace: string
  /** Of the workload, or of the bare pod. */
  readonly name: string
  /** `Deployment`, …; `Pod` for a bare pod. */
  readonly owner: string
  /** At most two of a workload that is not running: one answers for all. Never empty. */
  readonly pods: readonly Pod[]
  /** True when other pods of the owner answer otherwise. */
  readonly part: boolean
  /** S33: policies neither select them nor know them by their labels. */
  readonly hostNetwork: boolean
}

/** Addresses outside the cluster that answer alike. */
export interface OutsideEndpoint {
  readonly kind: 'outside'
  readonly id: number
  /** Unique in the map: `the Internet` for most of the space, or the blocks, a long list cut. */
  readonly label: string
  /** Which addresses, in full: `all addresses but 10.0.0.0/8`. */
  readonly detail: string
  readonly addresses: IpSet
}

export type MapEndpoint = PodsEndpoint | OutsideEndpoint

/**
 * Every pod of the sources may open `reach` to every *other* pod or address of the destinations, and so on. Ids
 * ascend. Both families where one end is outside: its addresses say which.
 */
export interface Link {
  readonly sources: readonly number[]
  readonly destinations: readonly number[]
  readonly families: readonly Family[]
  readonly reach: Reach
}

export interface ReachMap {
  readonly profile: ProfileName
  /** By namespace and name, then the outside, the largest first. */
  readonly endpoints: readonly MapEndpoint[]
  /** They do not overlap; a pair of endpoints that is in none is denied. */
  readonly links: readonly Link[]
}

/** The map of an engine's snapshot. */
export function mapOf(engine: Engine): ReachMap {
  const reachability = engine.reachability()
  const { endpoints, ofGroup } = endpointsOf(reachability)
  return { profile: engine.profile.name, endpoints, links: linksOf(reachability, { endpoints, ofGroup }) }
}
