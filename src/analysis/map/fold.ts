// The links of a map in as few lines as tell everything: sources with equal answers together, or destinations.
import type { DependsReason } from '../../engine/reach.ts'
import { type ConnectionSet, isEmpty, PROTOCOLS } from '../../sets/connection-set.ts'
import type { Family } from '../../sets/ip-address.ts'
import { compareIds } from './links.ts'
import type { Link, ReachMap } from './map.ts'

/** Every source may open the connections to every other destination, surely or for a reason. */
export interface Row {
  /** Ids of endpoints, ascending, never empty. */
  readonly sources: readonly number[]
  readonly destinations: readonly number[]
  readonly families: readonly Family[]
  /** Never empty. */
  readonly connections: ConnectionSet
  /** Why Kubernetes leaves it open; absent: allowed. */
  readonly reason?: DependsReason
}

interface Sides {
  readonly sources: readonly number[]
  readonly destinations: readonly number[]
}

type Answer = Omit<Row, 'sources' | 'destinations'>

function answersOf({ families, reach }: Link): Answer[] {
  const allowed = isEmpty(reach.allowed) ? [] : [{ families, connections: reach.allowed }]
  return [...allowed, ...reach.depends.map(({ connections, reason }) => ({ families, connections, reason }))]
}

function answerKey({ families, connections, reason }: Answer): string {
  return `${families.join()} ${reason ?? ''} ${PROTOCOLS.map((protocol) => connections[protocol].join(',')).join(';')}`
}

function unionOf(lists: readonly (readonly number[])[]): readonly number[] {
  const [only] = lists
  if (lists.length === 1 && only) return only
  return [...new Set(lists.flat())].sort((a, b) => a - b)
}

/** The rectangles joined where members of `side` have the same members on the other side. */
function joined(rectangles: readonly Sides[], side: keyof Sides): Sides[] {
  const other = side === 'sources' ? 'destinations' : 'sources'
  const places = new Map<number, number[]>()
  for (const [index, rectangle] of rectangles.entries()) {
    for (const member of rectangle[side]) {
      const list = places.get(member)
      if (list) list.push(index)
      else places.set(member, [index])
    }
  }
  const alike = new Map<string, { readonly at: readonly number[]; readonly members: number[] }>()
  for (const [member, at] of places) {
    const key = at.join()
    const known = alike.get(key)
    if (known) known.members.push(member)
    else alike.set(key, { at, members: [member] })
  }
  const merged = new Map<string, { readonly others: readonly number[]; readonly members: number[] }>()
  for (const { at, members } of alike.values()) {
    const others = unionOf(at.map((index) => rectangles[index]?.[other] ?? []))
    const key = others.join()
    const known = merged.get(key)
    if (known) known.members.push(...members)
    else merged.set(key, { others, members })
  }
  return [...merged.values()].map(({ others, members }) => {
    const own = members.sort((a, b) => a - b)
    return side === 'sources' ? { sources: own, destinations: others } : { sources: others, destinations: own }
  })
}

function fewest(rectangles: readonly Sides[]): readonly Sides[] {
  if (rectangles.length === 1) return rectangles
  const [bySource, byDestination] = [joined(rectangles, 'sources'), joined(rectangles, 'destinations')]
  return bySource.length < byDestination.length ? bySource : byDestination
}

/** Rows of one family that say the same of both are one row. */
function joinFamilies(rows: readonly Row[]): Row[] {
  const joinedRows: Row[] = []
  const single = new Map<string, Row>()
  for (const row of rows) {
    if (row.families.length === 1) {
      const key = `${answerKey({ ...row, families: [] })} ${row.sources.join()} ${row.destinations.join()}`
      single.set(key, single.has(key) ? { ...row, families: [4, 6] } : row)
    } else joinedRows.push(row)
  }
  return [...joinedRows, ...single.values()]
}

/** A bare pod's answer about itself is about a twin that nobody will make. */
function isVacuous({ sources, destinations }: Row, { endpoints }: ReachMap): boolean {
  const [source, destination] = [sources[0], destinations[0]]
  if (sources.length > 1 || destinations.length > 1 || source !== destination) return false
  const endpoint = source === undefined ? undefined : endpoints[source]
  return endpoint?.kind === 'pods' && endpoint.owner === 'Pod'
}

/** The rows of a map, by destination and then source; what is sure comes first. Rows do not overlap. */
export function foldLinks(map: ReachMap): Row[] {
  const byAnswer = new Map<string, { readonly answer: Answer; readonly rectangles: Sides[] }>()
  for (const link of map.links) {
    for (const answer of answersOf(link)) {
      const key = answerKey(answer)
      const known = byAnswer.get(key)
      if (known) known.rectangles.push(link)
      else byAnswer.set(key, { answer, rectangles: [link] })
    }
  }
  const rows = [...byAnswer.values()].flatMap(({ answer, rectangles }) =>
    fewest(rectangles).map(({ sources, destinations }): Row => ({ ...answer, sources, destinations })),
  )
  return joinFamilies(rows)
    .filter((row) => !isVacuous(row, map))
    .sort(
      (a, b) =>
        Number(a.reason !== undefined) - Number(b.reason !== undefined) ||
        compareIds(a.destinations, b.destinations) ||
        compareIds(a.sources, b.sources),
    )
}
