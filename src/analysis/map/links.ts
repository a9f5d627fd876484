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

/** Orders lists of numbers by the first in which they differ, a shorter one before what goes on. */
export function compareIds(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** The endpoints of some groups, ascending: pods, and the outside, which comes last in the list of endpoints. */
function idsOf(
  groups: readonly number[],
  { ofGroup }: Endpoints,
  firstOutside: number,
): { pods: number[]; outside: number[] } {
  const ids: number[] = []
  for (const group of groups) for (const id of ofGroup[group] ?? []) ids.push(id)
  const sorted = Int32Array.from(ids).sort()
  const [pods, outside]: [number[], number[]] = [[], []]
  let last = -1
  for (const id of sorted) {
    if (id === last) continue
    last = id
    if (id < firstOutside) pods.push(id)
    else outside.push(id)
  }
  return { pods, outside }
}

/** The links of all blocks, in an order that hangs on the answers only; pods and the outside apart, so that each link has the families of its kind. */
export function linksOf({ blocks }: Reachability, at: Endpoints): Link[] {
  const outside = at.endpoints.findIndex(({ kind }) => kind === 'outside')
  const firstOutside = outside === -1 ? at.endpoints.length : outside
  const drafts = new Map<string, Draft>()
  for (const { sources, destinations, families, reach } of blocks) {
    const add = (from: readonly number[], to: readonly number[], over: readonly Family[]): void => {
      if (from.length === 0 || to.length === 0) return
      const key = `${over.join()} ${reachKey(reach)} ${to.join()}`
      const draft = drafts.get(key) ?? { link: { destinations: to, families: over, reach }, sources: new Set() }
      drafts.set(key, draft)
      for (const id of from) draft.sources.add(id)
    }
    const [from, to] = [idsOf(sources, at, firstOutside), idsOf(destinations, at, firstOutside)]
    add(from.pods, to.pods, families)
    add(from.pods, to.outside, BOTH)
    add(from.outside, to.pods, BOTH)
  }
  return [...drafts.values()]
    .map(({ link, sources }): Link => ({ ...link, sources: [...Int32Array.from(sources).sort()] }))
    .sort(
      (a, b) =>
        compareIds(a.sources, b.sources) ||
        compareIds(a.destinations, b.destinations) ||
        compareIds(a.families, b.families) ||
        (reachKey(a.reach) < reachKey(b.reach) ? -1 : 1),
    )
}
