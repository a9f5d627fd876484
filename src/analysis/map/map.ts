// The map: who can reach what, as endpoints that people know by name and links between sets of them.
import type { Engine } from '../../engine/engine.ts'
import { type ProfileName, PROFILES } from '../../engine/profile.ts'
import type { Reach } from '../../engine/reach.ts'
import type { Pod, Snapshot } from '../../policy/snapshot.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { IpSet } from '../../sets/ip-set.ts'
import { endpointsOf } from './endpoints.ts'
import { type Exposure, exposureOf, worldOfMap } from './exposure.ts'
import { linksOf } from './links.ts'
import { type WayIn, waysIn } from './ways-in.ts'

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
  /** The endpoints that are asked about by name; all of them in a map that nobody filtered. */
  readonly focus: readonly number[]
  /** From outside the cluster through routes and Services. */
  readonly waysIn: readonly WayIn[]
  /** Only when asked for. */
  readonly exposure?: readonly Exposure[]
}

/** The links of a snapshot's engine, without the ways in through routes and Services. */
export function linkMap(engine: Engine): ReachMap {
  const reachability = engine.reachability()
  const at = endpointsOf(reachability)
  return {
    profile: engine.profile.name,
    endpoints: at.endpoints,
    links: linksOf(reachability, at),
    focus: at.endpoints.map(({ id }) => id),
    waysIn: [],
  }
}

/** The map of a snapshot; `engine` must be one for it. */
export function mapOf(engine: Engine, snapshot: Snapshot): ReachMap {
  const map = linkMap(engine)
  return { ...map, waysIn: waysIn(map, snapshot, engine.profile) }
}

/** The map with what each workload's own policies leave open to pods that could exist. */
export function withExposure(map: ReachMap, snapshot: Snapshot): ReachMap {
  return { ...map, exposure: exposureOf(map, worldOfMap(snapshot, PROFILES[map.profile])) }
}
