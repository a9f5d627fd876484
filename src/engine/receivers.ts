// What senders and receivers say of each other, one sender after the other: one value for each receiver.
import type { Member } from './members.ts'
import type { Columns, Part } from './parts.ts'
import type { SparseRow, SparseRows } from './sparse-rows.ts'

/** What each sender's row says of the receivers, and what their rows say of the sender: one value for each receiver. */
export class Receivers {
  readonly parts: readonly Part[]
  readonly #rows: SparseRows
  readonly #columns: Columns
  /** By receiver: the atom of its class, and the row that it hears by. */
  readonly #atoms: Int32Array
  readonly #own: Int32Array
  readonly #outside: readonly number[]
  readonly #byPosition = new Map<number, number[]>()
  readonly #byRow = new Map<number, number[]>()
  /** By atom of the sender. */
  readonly #heard: (Int32Array | undefined)[] = []
  /** For the sender at hand; overwritten by the next. */
  readonly #outward: Int32Array

  /** `columns`: what those who hear say of each sender. */
  constructor(parts: readonly Part[], rows: SparseRows, columns: Columns) {
    this.#columns = columns
    this.parts = parts
    this.#rows = rows
    this.#atoms = Int32Array.from(parts, ({ sample }) => rows.atoms.of[sample.position] as number)
    this.#own = Int32Array.from(parts, ({ sample }) => (rows.of.ingress[sample.position] as SparseRow).id)
    this.#outside = [...parts.keys()].filter((at) => (parts[at] as Part).sample.group.kind === 'outside')
    for (const [at, { sample }] of parts.entries()) {
      push(this.#byPosition, sample.position, at)
      push(this.#byRow, this.#own[at] as number, at)
    }
    this.#outward = new Int32Array(parts.length)
  }

  /** What the sender may send to each; nothing is said of the outside among itself. */
  outward({ position, group }: Member): Int32Array {
    const { values, exceptions } = this.#rows.of.egress[position] as SparseRow
    const [atoms, into] = [this.#atoms, this.#outward]
    for (let at = 0; at < into.length; at++) into[at] = values[atoms[at] as number] as number
    for (const [target, value] of exceptions) for (const at of this.#byPosition.get(target) ?? []) into[at] = value
    if (group.kind === 'outside') for (const at of this.#outside) into[at] = 0
    return into
  }

  /** What each hears of those of the sender's atom that nothing is said of in particular. */
  inward({ position }: Member): Int32Array {
    const atom = this.#rows.atoms.of[position] as number
    return (this.#heard[atom] ??= this.#heardOf(this.#columns.ofAtom(atom)))
  }

  /** What some hear of the sender in particular. */
  particular({ position }: Member): Map<number, number> {
    const found = new Map<number, number>()
    const exceptions = this.#columns.exceptions(position)
    for (let i = 0; i < exceptions.length; i += 2) {
      const value = exceptions[i + 1] as number
      for (const at of this.#byRow.get(exceptions[i] as number) ?? []) found.set(at, value)
    }
    return found
  }

  /** Nothing governs what is outside: it hears everything. */
  #heardOf(column: Int32Array): Int32Array {
    const heard = new Int32Array(this.#own.length)
    for (let at = 0; at < heard.length; at++) {
      const row = this.#own[at] as number
      heard[at] = row < 0 ? 1 : (column[row] as number)
    }
    return heard
  }
}

function push(lists: Map<number, number[]>, key: number, at: number): void {
  const list = lists.get(key)
  if (list) list.push(at)
  else lists.set(key, [at])
}
