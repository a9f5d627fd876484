// What the page's script works out from its data, free of the page itself. Runs in the browser: it must not import values.
import type { PageData } from './data.ts'

export interface Cell {
  readonly level: 'all' | 'some' | 'depends' | 'mixed' | 'none'
  /** Indexes of links, for pairs that have them all. */
  readonly links: readonly number[]
  /** How much of the pairs has any link: 0 to 1. */
  readonly share: number
}

/** Endpoints shown as one row and column. */
export interface Mark {
  readonly members: readonly number[]
  readonly label: string
  readonly namespace: string
}

export type Grouping = 'single' | 'alike' | 'namespace'

export interface Model {
  /** Links from one endpoint to another. */
  readonly linksOf: (source: number, destination: number) => readonly number[]
  readonly marks: (grouping: Grouping) => readonly Mark[]
  readonly cell: (source: Mark, destination: Mark) => Cell
  /** The finest grouping that stays within so many rows and columns. */
  readonly bestGrouping: (most: number) => Grouping
  readonly outward: (id: number) => readonly { readonly other: number; readonly links: readonly number[] }[]
  readonly inward: (id: number) => readonly { readonly other: number; readonly links: readonly number[] }[]
}

/** Stands alone: its text is part of the page. */
export function modelOf(data: PageData): Model {
  const size = data.endpoints.length
  const membership = data.endpoints.map(() => '')
  const from: number[][] = data.endpoints.map(() => [])
  const reached = data.links.map(() => new Uint8Array(size))
  data.links.forEach(({ sources, destinations }, index) => {
    for (const source of sources) {
      membership[source] += `<${index}`
      from[source]?.push(index)
    }
    for (const destination of destinations) {
      membership[destination] += `>${index}`
      const marked = reached[index]
      if (marked) marked[destination] = 1
    }
  })
  const none: readonly number[] = []
  const linksOf = (source: number, destination: number): readonly number[] =>
    (from[source] ?? none).filter((index) => reached[index]?.[destination] === 1)

  const isOutside = (id: number): boolean => data.endpoints[id]?.namespace === ''
  const ids = data.endpoints.map((_, id) => id).filter((id) => !isOutside(id) || membership[id] !== '')
  const known = new Map<Grouping, readonly Mark[]>()
  const marks = (grouping: Grouping): readonly Mark[] => {
    const found = known.get(grouping)
    if (found) return found
    const groups = new Map<string, number[]>()
    for (const id of ids) {
      const namespace = data.endpoints[id]?.namespace ?? ''
      const key =
        grouping === 'single' || (grouping === 'namespace' && data.endpoints[id]?.label.endsWith('Internet') === true)
          ? `${id}`
          : `${namespace}\n${grouping === 'alike' ? membership[id] : ''}`
      const members = groups.get(key)
      if (members) members.push(id)
      else groups.set(key, [id])
    }
    const made = [...groups.values()].map((members): Mark => {
      const first = data.endpoints[members[0] ?? 0]
      const namespace = first?.namespace ?? ''
      const label = first?.label ?? ''
      if (members.length === 1) return { members, namespace, label }
      if (grouping === 'namespace') {
        const all = namespace === '' ? 'other addresses' : `${namespace}/*`
        return { members, namespace, label: `${all} (${members.length})` }
      }
      return { members, namespace, label: `${label} and ${members.length - 1} more` }
    })
    known.set(grouping, made)
    return made
  }

  const isVacuous = (source: number, destination: number): boolean =>
    source === destination && data.endpoints[source]?.kind === 'Pod'

  /** One endpoint for each way of answering, and how many answer alike. */
  const telling = (mark: Mark): readonly { readonly id: number; readonly weight: number }[] => {
    const groups = new Map<string, { id: number; weight: number }>()
    for (const id of mark.members) {
      const key = membership[id] ?? ''
      const group = groups.get(key)
      if (group) group.weight++
      else groups.set(key, { id, weight: 1 })
    }
    return [...groups.values()]
  }

  const levelOf = (links: readonly number[]): Cell['level'] => {
    const levels = links.map((index) => data.links[index]?.level)
    if (levels.every((one) => one === 'all')) return 'all'
    return levels.every((one) => one === 'depends') ? 'depends' : 'some'
  }

  const cell = (source: Mark, destination: Mark): Cell => {
    let first: readonly number[] | undefined
    let mixed = false
    let open = 0
    let all = 0
    for (const one of telling(source)) {
      for (const other of telling(destination)) {
        if (source.members.length === 1 && isVacuous(one.id, other.id)) continue
        const links = linksOf(one.id, other.id)
        const weight = one.weight * other.weight
        all += weight
        if (links.length > 0) open += weight
        if (first === undefined) first = links
        else if (first.join() !== links.join()) mixed = true
      }
    }
    if (first === undefined || open === 0) return { level: 'none', links: none, share: 0 }
    if (mixed) return { level: 'mixed', links: none, share: open / all }
    return { level: levelOf(first), links: first, share: 1 }
  }

  const bestGrouping = (most: number): Grouping =>
    (['single', 'alike', 'namespace'] as const).find((grouping) => marks(grouping).length <= most) ?? 'namespace'

  const others = (linked: (other: number) => readonly number[], id: number) =>
    ids.flatMap((other) => {
      const links = linked(other)
      return links.length === 0 || isVacuous(id, other) ? [] : [{ other, links }]
    })

  return {
    linksOf,
    marks,
    cell,
    bestGrouping,
    outward: (id) => others((other) => linksOf(id, other), id),
    inward: (id) => others((other) => linksOf(other, id), id),
  }
}
