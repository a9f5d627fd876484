// The whole answer at once: which groups of endpoints may open what to which, as disjoint blocks.
import type { Pod } from '../policy/snapshot.ts'
import { isEmpty } from '../sets/connection-set.ts'
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
 * Lists are ids of groups, ascending, never empty.
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

/** What is asked of one pair of groups over one family. */
export type Ask = (source: Group, destination: Group, family: Family) => Reach

function reachKey({ allowed, depends }: Reach): string {
  return JSON.stringify([allowed, depends])
}

/** Joins what is equal: destinations of one source, then families, then sources with the same destinations. */
export function reachabilityOf(groups: readonly Group[], ask: Ask): Reachability {
  const joined = new Map<string, { block: Omit<Block, 'sources'>; sources: number[] }>()
  for (const source of groups) {
    const byReach = new Map<string, { reach: Reach; destinations: number[]; families: readonly Family[] }>()
    for (const destination of groups) {
      if (source.kind === 'outside' && destination.kind === 'outside') continue
      const reaches = ([4, 6] as const).map((family) => ({ family, reach: ask(source, destination, family) }))
      for (const [key, same] of Map.groupBy(reaches, ({ reach }) => reachKey(reach))) {
        const [first] = same
        if (!first || isNothing(first.reach)) continue
        const families = same.map(({ family }) => family)
        const known = byReach.get(`${families.join()} ${key}`) ?? { reach: first.reach, destinations: [], families }
        byReach.set(`${families.join()} ${key}`, known)
        known.destinations.push(destination.id)
      }
    }
    for (const [key, block] of byReach) {
      const whole = `${key} ${block.destinations.join()}`
      const known = joined.get(whole) ?? { block, sources: [] }
      joined.set(whole, known)
      known.sources.push(source.id)
    }
  }
  return { groups, blocks: [...joined.values()].map(({ block, sources }) => ({ ...block, sources })) }
}

function isNothing({ allowed, depends }: Reach): boolean {
  return depends.length === 0 && isEmpty(allowed)
}
