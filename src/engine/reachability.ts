// The whole answer at once: which groups of endpoints may open what to which, as disjoint blocks.
import type { Pod } from '../policy/snapshot.ts'
import type { Family } from '../sets/ip-address.ts'
import type { IpSet } from '../sets/ip-set.ts'
import type { Reach } from './reach.ts'

/** Endpoints that no policy can tell apart. `id` is the group's place in the list. */
export type Group =
  | { readonly kind: 'pods'; readonly id: number; readonly pods: readonly Pod[] }
  /** Addresses outside the cluster, split at the borders of the policies' blocks. */
  | { readonly kind: 'outside'; readonly id: number; readonly addresses: IpSet }

/**
 * Every member of the sources may open `reach` to every *other* member of the destinations over each of the families
 * (a pod always reaches itself, S31). What a group of one pod has with itself is what two such pods would have.
 * Lists are ids of groups, ascending, never empty; they are spelled out when first read.
 */
export interface Block {
  readonly sources: readonly number[]
  readonly destinations: readonly number[]
  readonly families: readonly Family[]
  /** Never empty. */
  readonly reach: Reach
}

/** Blocks do not overlap. A pair of groups that is in no block is denied; nothing is said of the outside among itself. */
export interface Reachability {
  readonly groups: readonly Group[]
  readonly blocks: readonly Block[]
}
