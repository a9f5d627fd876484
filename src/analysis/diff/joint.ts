// Endpoints that neither snapshot's policies can tell apart: the groups of both answers, cut at each other's borders.
import type { Reachability } from '../../engine/reachability.ts'
import type { Family } from '../../sets/ip-address.ts'
import { type IpSet, NO_ADDRESSES, unionAddresses } from '../../sets/ip-set.ts'
import { podKey, type Unit } from './units.ts'

/** Ids of groups, or `undefined` where there is no such endpoint. */
interface Sides {
  readonly before: number | undefined
  readonly after: number | undefined
}

export type Joint =
  | ({ readonly kind: 'pods'; readonly id: number; readonly units: readonly Unit[] } & Sides)
  | ({ readonly kind: 'outside'; readonly id: number; readonly addresses: IpSet } & Sides)

function groupOfPods({ groups }: Reachability): Map<string, number> {
  return new Map(
    groups.flatMap((group) => (group.kind === 'pods' ? group.pods.map((pod) => [podKey(pod), group.id] as const) : [])),
  )
}

interface Piece {
  readonly start: number | bigint
  readonly group: number
}

/** Where the addresses of one family pass from group to group, ascending; -1: to none. */
function piecesOf({ groups }: Reachability, family: Family): Piece[] {
  const found = groups.flatMap((group): { start: number | bigint; end: number | bigint; group: number }[] => {
    if (group.kind !== 'outside') return []
    const bounds: readonly (number | bigint)[] = family === 4 ? group.addresses.v4 : group.addresses.v6
    return bounds.flatMap((start, i) =>
      i % 2 === 0 ? [{ start, end: bounds[i + 1] as number | bigint, group: group.id }] : [],
    )
  })
  found.sort((a, b) => (a.start < b.start ? -1 : 1))
  return found.flatMap(({ start, end, group }, i): Piece[] =>
    found[i + 1]?.start === end
      ? [{ start, group }]
      : [
          { start, group },
          { start: end, group: -1 },
        ],
  )
}

function interval(family: Family, start: number | bigint, end: number | bigint): IpSet {
  return family === 4
    ? { v4: [start as number, end as number], v6: [] }
    : { v4: [], v6: [start as bigint, end as bigint] }
}

/** The outside, cut where either side cuts it: addresses by the groups of both. */
function outsideOf(before: Reachability, after: Reachability): Map<string, { sides: Sides; addresses: IpSet }> {
  const found = new Map<string, { sides: Sides; addresses: IpSet }>()
  for (const family of [4, 6] as const) {
    const [old, now] = [piecesOf(before, family), piecesOf(after, family)]
    let [i, j] = [-1, -1]
    while (i < old.length - 1 || j < now.length - 1) {
      const [a, b] = [old[i + 1]?.start, now[j + 1]?.start]
      const start = (b === undefined || (a !== undefined && a <= b) ? a : b) as number | bigint
      if (a === start) i++
      if (b === start) j++
      const [c, d] = [old[i + 1]?.start, now[j + 1]?.start]
      const end = d === undefined || (c !== undefined && c <= d) ? c : d
      const sides = { before: old[i]?.group ?? -1, after: now[j]?.group ?? -1 }
      if (end === undefined || (sides.before === -1 && sides.after === -1)) continue
      const key = `${sides.before} ${sides.after} ${family}`
      const known = found.get(key) ?? { sides, addresses: NO_ADDRESSES }
      found.set(key, { sides, addresses: unionAddresses(known.addresses, interval(family, start, end)) })
    }
  }
  return found
}

/** Pods first. A pod that changed stands for itself: what the policies in between make of it may be its own affair. */
export function jointsOf(units: readonly Unit[], before: Reachability, after: Reachability): Joint[] {
  const [old, now] = [groupOfPods(before), groupOfPods(after)]
  const byKey = Map.groupBy(units, (unit) => {
    const sides = [unit.before && old.get(podKey(unit.before)), unit.after && now.get(podKey(unit.after))]
    return `${sides[0]} ${sides[1]} ${unit.changed ? unit.id : ''}`
  })
  let id = 0
  const pods = [...byKey.values()].map((own): Joint => {
    const [first] = own as [Unit, ...Unit[]]
    return {
      kind: 'pods',
      id: id++,
      units: own,
      before: first.before && old.get(podKey(first.before)),
      after: first.after && now.get(podKey(first.after)),
    }
  })
  const outside = [...outsideOf(before, after).values()].map(({ sides, addresses }): Joint => ({
    kind: 'outside',
    id: id++,
    addresses,
    ...sides,
  }))
  return [...pods, ...outside]
}
