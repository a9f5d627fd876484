// The whole answer as blocks, without asking about every pair: rows that are equal are compared once, and so are columns.
import type { Pod } from '../policy/snapshot.ts'
import { ALL_CONNECTIONS, NO_CONNECTIONS } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { type IpSet, firstAddress } from '../sets/ip-set.ts'
import { ClassSet } from './class-set.ts'
import type { ClassIndex, EndpointClass } from './classes.ts'
import { outsideEndpoint } from './endpoint.ts'
import type { Reach } from './reach.ts'
import type { Block, Group, Reachability } from './reachability.ts'
import { RulingTable } from './ruling-table.ts'
import { ruling } from './ruling.ts'
import { evaluate, type Row, type Tier } from './tier.ts'

export interface Whole {
  readonly tiers: readonly Tier[]
  readonly table: RulingTable
  readonly index: ClassIndex
  readonly pods: readonly Pod[]
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

/** Numbers for pairs of rulings, one for each family; 0 is nothing over both, 1 everything over both. */
class PairTable {
  readonly #table: RulingTable
  readonly #numbers = new Map<number, number>()
  readonly #pairs: (readonly [number, number])[] = []
  readonly #both = new Map<number, number>()

  constructor(table: RulingTable) {
    this.#table = table
    this.number(RulingTable.NOTHING, RulingTable.NOTHING)
    this.number(RulingTable.EVERYTHING, RulingTable.EVERYTHING)
  }

  number(four: number, six: number): number {
    const key = four * 0x400_0000 + six
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const id = this.#pairs.length
    this.#pairs.push([four, six])
    this.#numbers.set(key, id)
    return id
  }

  pair(id: number): readonly [number, number] {
    return this.#pairs[id] as readonly [number, number]
  }

  both(a: number, b: number): number {
    if (a === b || b === 1 || a === 0) return a
    if (a === 1 || b === 0) return b
    const key = a < b ? a * 0x400_0000 + b : b * 0x400_0000 + a
    const known = this.#both.get(key)
    if (known !== undefined) return known
    const [[a4, a6], [b4, b6]] = [this.pair(a), this.pair(b)]
    const found = this.number(this.#table.both(a4, b4), this.#table.both(a6, b6))
    this.#both.set(key, found)
    return found
  }

  either(a: number, b: number): number {
    const [[a4, a6], [b4, b6]] = [this.pair(a), this.pair(b)]
    return this.number(this.#table.either(a4, b4), this.#table.either(a6, b6))
  }
}

/** Rows of both families as one, equal ones once. */
class PairRows {
  readonly rows: Row[] = []
  readonly #pairs: PairTable
  readonly #families: readonly (Family | undefined)[]
  readonly #ids = new Map<Row, number>()
  readonly #byRows = new Map<number, number>()

  /** `families`: of each position, the only family that it has; `undefined`: both. */
  constructor(pairs: PairTable, families: readonly (Family | undefined)[]) {
    this.#pairs = pairs
    this.#families = families
  }

  add(four: Row, six: Row): number {
    const key = this.#id(four) * 0x400_0000 + this.#id(six)
    const known = this.#byRows.get(key)
    if (known !== undefined) return known
    const row = new Int32Array(four.length)
    let [a, b, number] = [0, 0, 0] // rows are full of the same pairs, one after the other
    for (let i = 0; i < row.length; i++) {
      const family = this.#families[i]
      const [one, other] = [family === 6 ? 0 : (four[i] as number), family === 4 ? 0 : (six[i] as number)]
      if (one !== a || other !== b) [a, b, number] = [one, other, this.#pairs.number(one, other)]
      row[i] = number
    }
    const id = this.rows.length
    this.rows.push(row)
    this.#byRows.set(key, id)
    return id
  }

  #id(row: Row): number {
    const id = this.#ids.get(row) ?? this.#ids.size
    this.#ids.set(row, id)
    return id
  }
}

/** The members of each part, parts in the order of their first member. */
function partsOf(keys: Int32Array): number[][] {
  const parts = new Map<number, number[]>()
  for (const [member, key] of keys.entries()) {
    const part = parts.get(key)
    if (part) part.push(member)
    else parts.set(key, [member])
  }
  return [...parts.values()]
}

/** Splits parts of members until the column of each row is the same for all of a part. */
function refine(keys: Int32Array, members: readonly Member[], rows: readonly Row[]): number[][] {
  let next = members.length
  for (const row of rows) {
    const fresh = new Map<number, number>()
    for (let i = 0; i < members.length; i++) {
      const value = row[(members[i] as Member).position] as number
      if (value === 0) continue
      const key = (keys[i] as number) * 0x400_0000 + value
      const known = fresh.get(key) ?? next++
      fresh.set(key, known)
      keys[i] = known
    }
  }
  return partsOf(keys)
}

/** The members of pods by class, by node where a pod on the host network says which node is its own, then the outside. */
function membersOf({ index, pods, pieces }: Whole): { members: Member[]; classes: EndpointClass[] } {
  const classes: EndpointClass[] = []
  const positions = new Map<EndpointClass, number>()
  const positionOf = (one: EndpointClass): number => {
    const position = positions.get(one) ?? classes.length
    if (position === classes.length) {
      classes.push(one)
      positions.set(one, position)
    }
    return position
  }
  const nodes = pods.some(({ hostNetwork }) => hostNetwork)
  const byKey = new Map<string, { position: number; pods: Pod[]; host: boolean; node: string | undefined }>()
  for (const pod of pods) {
    const position = positionOf(index.podClass(pod))
    const node = nodes ? pod.nodeName : undefined
    const key = node === undefined ? `${position}` : `${position} ${node}`
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

/** All answers at once. */
export function blocksOf(whole: Whole): Reachability {
  const { tiers, table } = whole
  const { members, classes } = membersOf(whole)
  const peers = new ClassSet(classes)
  const pairs = new PairTable(table)
  const families = classes.map((one) => (one.kind === 'outside' ? one.endpoint.address.family : undefined))
  const [out, into] = [new PairRows(pairs, families), new PairRows(pairs, families)]
  const everything = new Int32Array(classes.length).fill(1)
  const rowOf = (subject: EndpointClass, direction: 'ingress' | 'egress'): number => {
    const rows = direction === 'egress' ? out : into
    if (subject.kind === 'outside') return rows.add(everything, everything)
    const ask = (family: Family): Row => evaluate(tiers, { direction, subject, family, peers })
    return rows.add(ask(4), ask(6))
  }
  const egress = classes.map((one) => rowOf(one, 'egress'))
  const ingress = classes.map((one) => rowOf(one, 'ingress'))

  // Who sends alike: the same egress row, and the same column in every ingress row. Who is sent to alike: likewise.
  const places = new Map<string, number>()
  const start = (rows: readonly number[]): Int32Array =>
    Int32Array.from(members, ({ position, host, node, group }) => {
      const key = `${group.kind} ${rows[position]} ${host} ${node ?? ''}`
      const place = places.get(key) ?? places.size
      places.set(key, place)
      return place
    })
  const renumbered = (keys: Int32Array): Int32Array => {
    const ids = new Map<number, number>()
    return keys.map((key) => {
      const id = ids.get(key) ?? ids.size
      ids.set(key, id)
      return id
    })
  }
  const senders = refine(renumbered(start(egress)), members, into.rows)
  const receivers = refine(renumbered(start(ingress)), members, out.rows)
  const sample = (part: readonly number[]): Member => members[part[0] as number] as Member
  const targets = receivers.map(sample)

  const ifOwnNode = table.number(ruling(NO_CONNECTIONS, [{ connections: ALL_CONNECTIONS, reason: 'own-node' }]))
  const ownNode = pairs.number(ifOwnNode, ifOwnNode)
  /** S32: what the destination hears of a source that may be on its own node. */
  const heard = (source: Member, target: Member, value: number): number => {
    if (!source.host || target.group.kind === 'outside') return value
    if (source.node === undefined || target.node === undefined) return pairs.either(value, ownNode)
    return source.node === target.node ? 1 : value
  }

  const joined = new Map<
    string,
    { families: readonly Family[]; ruling: number; to: readonly number[]; from: number[] }
  >()
  for (const part of senders) {
    const source = sample(part)
    const row = out.rows[egress[source.position] as number] as Row
    const byValue = new Map<number, number[]>()
    for (let at = 0; at < targets.length; at++) {
      const target = targets[at] as Member
      if (source.group.kind === 'outside' && target.group.kind === 'outside') continue
      const sent = row[target.position] as number
      if (sent === 0) continue
      const column = into.rows[ingress[target.position] as number] as Row
      const value = pairs.both(sent, heard(source, target, column[source.position] as number))
      if (value === 0) continue
      const known = byValue.get(value)
      if (known) known.push(at)
      else byValue.set(value, [at])
    }
    for (const { families: over, ruling: id, to } of byFamily(byValue, pairs)) {
      const key = `${over.join()} ${id} ${to.join()}`
      const known = joined.get(key) ?? { families: over, ruling: id, to, from: [] }
      joined.set(key, known)
      known.from.push(...part)
    }
  }
  const blocks = [...joined.values()].map(({ families: over, ruling: id, to, from }): Block => ({
    sources: from.sort((a, b) => a - b),
    destinations: to.flatMap((at) => receivers[at] as number[]).sort((a, b) => a - b),
    families: over,
    reach: toReach(table, id),
  }))
  return { groups: members.map(({ group }) => group), blocks }
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
