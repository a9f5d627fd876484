// What two pairs of rulings come to, kept in tables: the whole answer asks for the same ones millions of times.
import type { PairTable } from './pair-table.ts'

/** At most so many values are remembered in tables; more are looked up. */
const ROOM = 2 ** 24

/** What two values come to, remembered in tables as long as there is room. */
export class BothValues {
  readonly #pairs: PairTable
  /** Values from here on are asked for anew. */
  readonly #width: number
  /** By the first value, then by the second: the result and one, or zero while it is not known. */
  readonly #rows: (Int32Array | undefined)[]
  #room: number

  constructor(pairs: PairTable) {
    this.#pairs = pairs
    this.#width = pairs.size
    this.#rows = Array.from({ length: pairs.size }, () => undefined)
    this.#room = ROOM
  }

  of(a: number, b: number): number {
    if (a === 0 || b === 0) return 0
    if (a === 1) return b
    if (b === 1) return a
    const row = this.#rows[a] ?? this.#open(a)
    if (!row || b >= this.#width) return this.#pairs.both(a, b)
    const known = row[b] as number
    if (known !== 0) return known - 1
    const found = this.#pairs.bothAnew(a, b)
    row[b] = found + 1
    return found
  }

  #open(a: number): Int32Array | undefined {
    if (this.#room < this.#width) return undefined
    this.#room -= this.#width
    return (this.#rows[a] = new Int32Array(this.#width))
  }
}
