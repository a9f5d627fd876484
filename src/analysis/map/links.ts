// The engine's blocks as links between endpoints of the map.
import type { Reachability } from '../../engine/reachability.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { Endpoints } from './endpoints.ts'
import type { Link } from './map.ts'
import { reachKey } from './reach-key.ts'

const BOTH: readonly Family[] = [4, 6]

interface Draft {
  readonly link: Omit<Link, 'sources'>
  readonly sources: Set<number>
}

/** The endpoints of some groups, ascending, those that `keep` wants. */
function idsOf(groups: readonly number[], { ofGroup }: Endpoints, keep: (id: number) => boolean): number[] {
  const ids = new Set<number>()
  for (const group of groups) for (const id of ofGroup[group] ?? []) if (keep(id)) ids.add(id)
  return [...ids].sort((a, b) => a - b)
}

/** The links of all blocks; pods and the outside apart, so that each link has the families of its kind. */
export function linksOf({ blocks }: Reachability, at: Endpoints): Link[] {
  const isPods = (id: number): boolean => at.endpoints[id]?.kind === 'pods'
  const isOutside = (id: number): boolean => !isPods(id)
  const drafts = new Map<string, Draft>()
  for (const { sources, destinations, families, reach } of blocks) {
    const add = (from: readonly number[], to: readonly number[], over: readonly Family[]): void => {
      if (from.length === 0 || to.length === 0) return
      const key = `${over.join()} ${reachKey(reach)} ${to.join()}`
      const draft = drafts.get(key) ?? { link: { destinations: to, families: over, reach }, sources: new Set() }
      drafts.set(key, draft)
      for (const id of from) draft.sources.add(id)
    }
    const [podsFrom, podsTo] = [idsOf(sources, at, isPods), idsOf(destinations, at, isPods)]
    add(podsFrom, podsTo, families)
    add(podsFrom, idsOf(destinations, at, isOutside), BOTH)
    add(idsOf(sources, at, isOutside), podsTo, BOTH)
  }
  return [...drafts.values()].map(({ link, sources }) => ({ ...link, sources: [...sources].sort((a, b) => a - b) }))
}
