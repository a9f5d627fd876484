// Receivers of each sender by ruling, and the senders that have the same: what blocks are made of.
import type { Family } from '../sets/ip-address.ts'
import { ListTable } from './list-table.ts'
import type { PairTable } from './pair-table.ts'
import { RulingTable } from './ruling-table.ts'

export interface Draft {
  readonly families: readonly Family[]
  readonly ruling: number
  /** Number of the list of receivers. */
  readonly to: number
  /** Places of senders. */
  readonly from: number[]
}

/** What a pair of rulings tells: over which families which ruling. `kind` is 0 for both families, else 1 and 2. */
interface Telling {
  readonly kind: number
  readonly ruling: number
}

const FAMILIES: readonly (readonly Family[])[] = [[4, 6], [4], [6]]

/** What a sender may send: for each telling the number of the list of its receivers. */
export type Sent = ReadonlyMap<number, number>

/** A receiver to which one sender may send another thing than others that it is like; both are values. */
export interface Change {
  readonly at: number
  readonly from: number
  readonly to: number
}

/** Gathers receivers by ruling, and the senders of each list of receivers. */
export class Flows {
  readonly lists = new ListTable()
  readonly drafts: Draft[] = []
  readonly #pairs: PairTable
  readonly #known = new Map<number, Map<number, Draft>>()
  /** By value: the numbers of what it tells. */
  readonly #told: (readonly number[] | undefined)[]
  readonly #tellings: Telling[] = []
  readonly #numbers = new Map<number, number>()
  /** Of the sender at hand: receivers with their tellings, in the order of receivers. */
  readonly #at: Int32Array
  readonly #tell: Int32Array
  #length = 0
  /** The tellings that it has; by telling how many receivers, then where the next of them goes. */
  readonly #seen: number[] = []
  readonly #place: number[] = []
  /** Its receivers, those of one telling together. */
  readonly #sorted: Int32Array

  constructor(receivers: number, pairs: PairTable) {
    this.#pairs = pairs
    this.#told = Array.from({ length: pairs.size }, () => undefined)
    this.#at = new Int32Array(receivers * 2)
    this.#tell = new Int32Array(receivers * 2)
    this.#sorted = new Int32Array(receivers * 2)
  }

  /** Tells of one receiver of the sender at hand; receivers come in ascending order. */
  add(receiver: number, value: number): void {
    const told = this.#told[value] ?? this.#tellingsOf(value)
    for (let i = 0; i < told.length; i++) {
      const telling = told[i] as number
      this.#at[this.#length] = receiver
      this.#tell[this.#length++] = telling
      const count = this.#place[telling] as number
      if (count === 0) this.#seen.push(telling)
      this.#place[telling] = count + 1
    }
  }

  /** All that was added since the last time. */
  take(): Sent {
    const [at, tell, place, sorted] = [this.#at, this.#tell, this.#place, this.#sorted]
    let next = 0
    for (const telling of this.#seen) {
      const count = place[telling] as number
      place[telling] = next
      next += count
    }
    for (let i = 0; i < this.#length; i++) {
      const telling = tell[i] as number
      const to = place[telling] as number
      sorted[to] = at[i] as number
      place[telling] = to + 1
    }
    const sent = new Map<number, number>()
    let start = 0
    for (const telling of this.#seen) {
      const end = place[telling] as number
      place[telling] = 0
      sent.set(telling, this.lists.numberOf(sorted, start, end))
      start = end
    }
    this.#length = 0
    this.#seen.length = 0
    return sent
  }

  /** The same but for these receivers. */
  changed(sent: Sent, changes: readonly Change[]): Sent {
    const edits = new Map<number, { readonly more: number[]; readonly less: Set<number> }>()
    const edit = (telling: number): { readonly more: number[]; readonly less: Set<number> } => {
      let known = edits.get(telling)
      if (!known) edits.set(telling, (known = { more: [], less: new Set() }))
      return known
    }
    for (const { at, from, to } of changes) {
      const [before, after] = [this.#tellingsOf(from), this.#tellingsOf(to)]
      for (const telling of before) if (!after.includes(telling)) edit(telling).less.add(at)
      for (const telling of after) if (!before.includes(telling)) edit(telling).more.push(at)
    }
    const result = new Map(sent)
    for (const [telling, { more, less }] of edits) {
      const known = sent.get(telling)
      const list = this.#edited(known === undefined ? NONE : this.lists.list(known), more, less)
      if (list.length === 0) result.delete(telling)
      else result.set(telling, this.lists.number(list))
    }
    return result
  }

  /** Says that the sender at this place sends so. */
  draft(sent: Sent, sender: number): void {
    for (const [telling, list] of sent) this.#draft(telling, list).from.push(sender)
  }

  /** The ascending list with more and less in it. */
  #edited(list: Int32Array, more: number[], less: ReadonlySet<number>): Int32Array {
    more.sort((a, b) => a - b)
    const into = new Int32Array(list.length + more.length - less.size)
    let [to, next] = [0, 0]
    for (const at of list) {
      while (next < more.length && (more[next] as number) < at) into[to++] = more[next++] as number
      if (!less.has(at)) into[to++] = at
    }
    while (next < more.length) into[to++] = more[next++] as number
    return into
  }

  #draft(telling: number, to: number): Draft {
    let known = this.#known.get(telling)
    if (!known) this.#known.set(telling, (known = new Map()))
    const found = known.get(to)
    if (found) return found
    const { kind, ruling: id } = this.#tellings[telling] as Telling
    const made: Draft = { families: FAMILIES[kind] as readonly Family[], ruling: id, to, from: [] }
    known.set(to, made)
    this.drafts.push(made)
    return made
  }

  /** Over both families where the rulings are the same, else over each by itself. */
  #tellingsOf(value: number): readonly number[] {
    const known = this.#told[value]
    if (known) return known
    const [four, six] = this.#pairs.pair(value)
    const told: readonly Telling[] =
      four === six
        ? [{ kind: 0, ruling: four }]
        : [
            { kind: 1, ruling: four },
            { kind: 2, ruling: six },
          ]
    const numbers = told.filter(({ ruling: id }) => id !== RulingTable.NOTHING).map((one) => this.#number(one))
    this.#told[value] = numbers
    return numbers
  }

  #number(one: Telling): number {
    const key = one.ruling * 3 + one.kind
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#tellings.length)
    this.#place.push(0)
    return this.#tellings.push(one) - 1
  }
}

const NONE = new Int32Array(0)
