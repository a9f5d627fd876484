// The whole answer as blocks, without asking about every pair: rows that are equal are compared once, and so are columns.
import type { Pod } from '../policy/snapshot.ts'
import { ALL_CONNECTIONS, NO_CONNECTIONS } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { type IpSet, firstAddress } from '../sets/ip-set.ts'
import type { Atoms } from './atoms.ts'
import type { ClassIndex, EndpointClass, PodClass } from './classes.ts'
import { outsideEndpoint } from './endpoint.ts'
import type { Reach } from './reach.ts'
import type { Block, Group, Reachability } from './reachability.ts'
import { RulingTable } from './ruling-table.ts'
import { ruling } from './ruling.ts'
import { ListTable } from './list-table.ts'
import { PairTable } from './pair-table.ts'
import { type SparseRow, SparseRows } from './sparse-rows.ts'
import type { Tier } from './tier.ts'

export interface Whole {
  readonly tiers: readonly Tier[]
  readonly table: RulingTable
  readonly index: ClassIndex
  readonly pods: readonly Pod[]
  /** Of each pod, place by place. */
  readonly podClasses: readonly PodClass[]
  /** The addresses outside, in pieces that no policy tells apart. */
  readonly pieces: readonly IpSet[]
}

/** A group, its class's place among the peers, and its node where that can matter (S32). */
interface Member {
  readonly group: Group
  readonly position: number
  readonly host: boolean
  readonly node: string | undefined
}

/** The members of pods by class, by node where a pod on the host network says which node is its own, then the outside. */
function membersOf({ index, pods, podClasses, pieces }: Whole): { members: Member[]; classes: EndpointClass[] } {
  const classes: EndpointClass[] = []
  const positions = new Map<EndpointClass, number>()
  const positionOf = (one: EndpointClass): number => {
    const known = positions.get(one)
    if (known !== undefined) return known
    positions.set(one, classes.length)
    return classes.push(one) - 1
  }
  const nodes = pods.some(({ hostNetwork }) => hostNetwork)
  const byKey = new Map<number | string, { position: number; pods: Pod[]; host: boolean; node: string | undefined }>()
  for (const [at, pod] of pods.entries()) {
    const position = positionOf(podClasses[at] as PodClass)
    const node = nodes ? pod.nodeName : undefined
    const key = node === undefined ? position : `${position} ${node}`
    const known = byKey.get(key)
    if (known) known.pods.push(pod)
    else byKey.set(key, { position, pods: [pod], host: pod.hostNetwork, node })
  }
  const members = [...byKey.values()].map(({ position, pods: own, host, node }, id): Member => ({
    group: { kind: 'pods', id, pods: own },
    position,
    host,
    node,
  }))
  for (const addresses of pieces) {
    const first = firstAddress(addresses)
    if (!first) continue
    const position = positionOf(index.classOf(outsideEndpoint(first)))
    members.push({
      group: { kind: 'outside', id: members.length, addresses },
      position,
      host: false,
      node: undefined,
    })
  }
  return { members, classes }
}

function toReach(table: RulingTable, id: number): Reach {
  const { must, maybe } = table.ruling(id)
  return { allowed: must, depends: maybe }
}

/** Members that no row tells apart, with the place that stands for them. */
interface Part {
  readonly sample: Member
  readonly members: readonly number[]
}

/**
 * Members that send, or are sent to, alike: the same row of their own, and the same column in every row of the other
 * direction.
 */
function partsOf(members: readonly Member[], own: readonly SparseRow[], column: (position: number) => string): Part[] {
  const parts = new Map<string, { sample: Member; members: number[] }>()
  for (const [id, sample] of members.entries()) {
    const { position, host, node, group } = sample
    const row = (own[position] as SparseRow).id
    const key = `${group.kind === 'pods' ? `${host} ${node ?? ''}` : 'outside'} ${row} ${column(position)}`
    const known = parts.get(key)
    if (known) known.members.push(id)
    else parts.set(key, { sample, members: [id] })
  }
  return [...parts.values()]
}

/** What all rows say of a position, as a text that is equal for equal columns. */
function columnsOf(rows: readonly SparseRow[], { members, of }: Atoms): (position: number) => string {
  const atoms = new ListTable()
  const byAtom = members.map((_, atom) => atoms.number(Int32Array.from(rows, ({ values }) => values[atom] as number)))
  const own = new Map<number, string>()
  for (const { id, exceptions } of rows) {
    for (const [position, value] of exceptions) own.set(position, `${own.get(position) ?? ''} ${id}:${value}`)
  }
  return (position) => `${byAtom[of[position] as number]}${own.get(position) ?? ''}`
}

/** S32: what the destination hears of a source that may be on its own node. */
function hearer(pairs: PairTable, table: RulingTable): (source: Member, target: Member, value: number) => number {
  const ifOwnNode = table.number(ruling(NO_CONNECTIONS, [{ connections: ALL_CONNECTIONS, reason: 'own-node' }]))
  const ownNode = pairs.number(ifOwnNode, ifOwnNode)
  return (source, target, value) => {
    if (!source.host || target.group.kind === 'outside') return value
    if (source.node === undefined || target.node === undefined) return pairs.either(value, ownNode)
    return source.node === target.node ? 1 : value
  }
}

interface Draft {
  readonly families: readonly Family[]
  readonly ruling: number
  /** Number of the list of receiving parts. */
  readonly to: number
  readonly from: number[]
}

/** All answers at once. */
export function blocksOf(whole: Whole): Reachability {
  const { tiers, table } = whole
  const { members, classes } = membersOf(whole)
  const pairs = new PairTable(table)
  const sparse = new SparseRows(classes, { tiers, pairs })
  const { atoms, rows } = sparse
  const senders = partsOf(members, sparse.of.egress, columnsOf(rows.ingress, atoms))
  const receivers = partsOf(members, sparse.of.ingress, columnsOf(rows.egress, atoms))
  const heard = hearer(pairs, table)
  const sent = new SentTo(
    sparse,
    receivers.map(({ sample }) => sample.position),
  )
  const into = new HeardBy(
    sparse,
    receivers.map(({ sample }) => sample.position),
  )
  const isOutside = receivers.map(({ sample }) => sample.group.kind === 'outside')

  const lists = new ListTable()
  const drafts = new Map<string, Draft>()
  for (const { sample, members: from } of senders) {
    const outward = sent.by(sample.position)
    const inward = into.from(sample.position)
    const fromOutside = sample.group.kind === 'outside'
    const byValue = new Map<number, number[]>()
    for (let at = 0; at < receivers.length; at++) {
      const a = outward[at] as number
      if (a === 0 || (fromOutside && isOutside[at])) continue
      let b = inward[at] as number
      if (sample.host) b = heard(sample, (receivers[at] as Part).sample, b)
      const value = a === 1 ? b : b === 1 ? a : pairs.both(a, b)
      if (value === 0) continue
      const known = byValue.get(value)
      if (known) known.push(at)
      else byValue.set(value, [at])
    }
    for (const { families, ruling: id, to } of byFamily(byValue, pairs)) {
      const list = lists.number(Int32Array.from(to))
      const key = `${families.join()} ${id} ${list}`
      const known = drafts.get(key) ?? { families, ruling: id, to: list, from: [] }
      drafts.set(key, known)
      for (const member of from) known.from.push(member)
    }
  }
  const targets = Array.from({ length: lists.size }, (_, list) => {
    const all: number[] = []
    for (const at of lists.list(list)) for (const member of (receivers[at] as Part).members) all.push(member)
    return all.sort((a, b) => a - b)
  })
  const blocks = [...drafts.values()].map(({ families, ruling: id, to, from }): Block => ({
    sources: from.sort((a, b) => a - b),
    destinations: targets[to] as number[],
    families,
    reach: toReach(table, id),
  }))
  return { groups: members.map(({ group }) => group), blocks }
}

/** Egress rows spread out over the receivers, each once. */
class SentTo {
  readonly #rows: SparseRows
  readonly #positions: readonly number[]
  readonly #at: ReadonlyMap<number, readonly number[]>
  readonly #known = new Map<SparseRow, Int32Array>()

  constructor(rows: SparseRows, positions: readonly number[]) {
    this.#rows = rows
    this.#positions = positions
    this.#at = placesOf(positions)
  }

  /** By receiver: what the class at this position may send to it. */
  by(position: number): Int32Array {
    const row = this.#rows.of.egress[position] as SparseRow
    const known = this.#known.get(row)
    if (known) return known
    const { of } = this.#rows.atoms
    const spread = Int32Array.from(this.#positions, (target) => row.values[of[target] as number] as number)
    for (const [target, value] of row.exceptions) for (const at of this.#at.get(target) ?? []) spread[at] = value
    this.#known.set(row, spread)
    return spread
  }
}

/** Columns of ingress rows spread out over the receivers: those of an atom once, then its exceptions. */
class HeardBy {
  readonly #rows: SparseRows
  readonly #own: readonly SparseRow[]
  readonly #receivers: ReadonlyMap<number, readonly number[]>
  readonly #exceptions = new Map<number, (readonly [row: number, value: number])[]>()
  readonly #known: Int32Array[] = []

  constructor(rows: SparseRows, positions: readonly number[]) {
    this.#rows = rows
    this.#own = positions.map((position) => rows.of.ingress[position] as SparseRow)
    this.#receivers = placesOf(this.#own.map(({ id }) => id))
    for (const { id, exceptions } of rows.rows.ingress) {
      for (const [position, value] of exceptions) {
        const list = this.#exceptions.get(position)
        if (list) list.push([id, value])
        else this.#exceptions.set(position, [[id, value]])
      }
    }
  }

  /** By receiver: what it hears of the class at this position. */
  from(position: number): Int32Array {
    const atom = this.#rows.atoms.of[position] as number
    const base = (this.#known[atom] ??= Int32Array.from(this.#own, ({ values }) => values[atom] as number))
    const exceptions = this.#exceptions.get(position)
    if (!exceptions) return base
    const spread = base.slice()
    for (const [row, value] of exceptions) for (const at of this.#receivers.get(row) ?? []) spread[at] = value
    return spread
  }
}

/** Where each value stands in the list. */
function placesOf(values: readonly number[]): Map<number, number[]> {
  const places = new Map<number, number[]>()
  for (const [at, value] of values.entries()) {
    const list = places.get(value)
    if (list) list.push(at)
    else places.set(value, [at])
  }
  return places
}

const BOTH: readonly Family[] = [4, 6]

/** The targets of each ruling: over both families where it is the same, else over each by itself. */
function byFamily(
  byValue: ReadonlyMap<number, readonly number[]>,
  pairs: PairTable,
): { families: readonly Family[]; ruling: number; to: readonly number[] }[] {
  const apart = new Map<string, { families: readonly Family[]; ruling: number; to: number[] }>()
  for (const [value, to] of byValue) {
    const [four, six] = pairs.pair(value)
    const told: [readonly Family[], number][] =
      four === six
        ? [[BOTH, four]]
        : [
            [[4], four],
            [[6], six],
          ]
    for (const [families, id] of told) {
      if (id === RulingTable.NOTHING) continue
      const key = `${families.join()} ${id}`
      const known = apart.get(key) ?? { families, ruling: id, to: [] }
      apart.set(key, known)
      known.to.push(...to)
    }
  }
  return [...apart.values()].map((one) => ({ ...one, to: one.to.sort((a, b) => a - b) }))
}
