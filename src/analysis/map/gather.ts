// A map drawn together: endpoints of one namespace that answer alike as one mark, for pictures and matrices.
import type { Reach } from '../../engine/reach.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { ReachMap } from './map.ts'

export interface Mark {
  readonly id: number
  /** Ids of endpoints, ascending, never empty. */
  readonly members: readonly number[]
  /** Absent: outside the cluster. */
  readonly namespace?: string
}

/** From one mark to another; over each family at most one. */
export interface Arrow {
  readonly source: number
  readonly destination: number
  readonly families: readonly Family[]
  readonly reach: Reach
}

export interface Gathered {
  /** By namespace, then the outside. Endpoints that are neither asked about nor linked have none. */
  readonly marks: readonly Mark[]
  readonly arrows: readonly Arrow[]
}

/** For each endpoint the links it is in, on which side. */
function membership({ endpoints, links }: ReachMap): string[] {
  const texts = endpoints.map(() => '')
  for (const [index, { sources, destinations }] of links.entries()) {
    for (const id of sources) texts[id] += `<${index}`
    for (const id of destinations) texts[id] += `>${index}`
  }
  return texts
}

/** A single pod has no other of its kind to talk to. */
function isLonely(map: ReachMap, { members }: Mark): boolean {
  const [only] = members
  const endpoint = only === undefined ? undefined : map.endpoints[only]
  return members.length === 1 && endpoint?.kind === 'pods' && endpoint.owner === 'Pod'
}

export function gather(map: ReachMap): Gathered {
  const texts = membership(map)
  const focus = new Set(map.focus)
  const keys = new Map<string, number[]>()
  for (const { id, ...endpoint } of map.endpoints) {
    if (texts[id] === '' && !(focus.has(id) && endpoint.kind === 'pods')) continue
    const host = endpoint.kind === 'pods' && endpoint.hostNetwork
    const key = JSON.stringify([endpoint.kind === 'pods' ? endpoint.namespace : null, host, texts[id]])
    const known = keys.get(key)
    if (known) known.push(id)
    else keys.set(key, [id])
  }
  const marks = [...keys.values()].map((members, id): Mark => {
    const endpoint = map.endpoints[members[0] ?? 0]
    return { id, members, ...(endpoint?.kind === 'pods' && { namespace: endpoint.namespace }) }
  })
  const markOf = new Map(marks.flatMap(({ id, members }) => members.map((member): [number, number] => [member, id])))
  const marksOf = (ids: readonly number[]): number[] => [...new Set(ids.flatMap((id) => markOf.get(id) ?? []))]
  const arrows = map.links.flatMap(({ sources, destinations, families, reach }) => {
    const to = marksOf(destinations)
    return marksOf(sources).flatMap((source) => {
      const mark = marks[source]
      const others = mark && isLonely(map, mark) ? to.filter((destination) => destination !== source) : to
      return others.map((destination): Arrow => ({ source, destination, families, reach }))
    })
  })
  return { marks, arrows }
}
