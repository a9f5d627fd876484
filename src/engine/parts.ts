// Members of the whole answer that send, or are sent to, alike.
import type { Atoms } from './atoms.ts'
import { ListTable } from './list-table.ts'
import type { Member } from './members.ts'
import type { SparseRow } from './sparse-rows.ts'

/** Members that no row tells apart, with the one that stands for them. */
export interface Part {
  readonly sample: Member
  /** Ids of groups, ascending. */
  readonly members: readonly number[]
}

/** The same row of their own in one direction, and the same column in every row of the other. */
export function partsOf(members: readonly Member[], own: readonly SparseRow[], columns: Columns): Part[] {
  const parts = new Map<string, { sample: Member; members: number[] }>()
  for (const [id, sample] of members.entries()) {
    const { position, host, node, group } = sample
    const row = (own[position] as SparseRow).id
    const kind = group.kind === 'pods' ? (host || node !== undefined ? `${host} ${node ?? ''}` : '') : 'outside'
    const key = `${row} ${columns.of(position)} ${kind}`
    const known = parts.get(key)
    if (known) known.members.push(id)
    else parts.set(key, { sample, members: [id] })
  }
  return [...parts.values()]
}

/** What all rows of a direction say of each position. */
export class Columns {
  readonly #of: Int32Array
  readonly #lists = new ListTable()
  readonly #byAtom: Int32Array
  /** By position, what rows say of it in particular: pairs of a row and a value. */
  readonly #own: (number[] | undefined)[]
  readonly #texts: (string | undefined)[]

  constructor(rows: readonly SparseRow[], { members, of }: Atoms) {
    this.#of = of
    this.#byAtom = Int32Array.from(members, (_, atom) => {
      const column = new Int32Array(rows.length)
      for (let row = 0; row < rows.length; row++) column[row] = (rows[row] as SparseRow).values[atom] as number
      return this.#lists.number(column)
    })
    this.#own = Array.from({ length: of.length }, () => undefined)
    this.#texts = Array.from({ length: of.length }, () => undefined)
    for (const { id, exceptions } of rows) {
      for (const [position, value] of exceptions) (this.#own[position] ??= []).push(id, value)
    }
  }

  /** A text that is equal for equal columns. */
  of(position: number): string {
    return (this.#texts[position] ??= `${this.kind(position)} ${this.exceptions(position).join(' ')}`)
  }

  /** A number that is equal where the columns of the atoms are. */
  kind(position: number): number {
    return this.#byAtom[this.#of[position] as number] as number
  }

  /** By row: what it says of the atom. */
  ofAtom(atom: number): Int32Array {
    return this.#lists.list(this.#byAtom[atom] as number)
  }

  /** Rows by id that say another thing of the position than of its atom, each followed by what it says. */
  exceptions(position: number): readonly number[] {
    return this.#own[position] ?? NONE
  }
}

const NONE: readonly number[] = []
