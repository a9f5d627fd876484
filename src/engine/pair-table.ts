// Rulings of both families as one number.
import { RulingTable } from './ruling-table.ts'

/** Numbers for pairs of rulings, one for each family; 0 is nothing over both, 1 everything over both. */
export class PairTable {
  readonly #table: RulingTable
  readonly #numbers = new Map<number, number>()
  readonly #pairs: (readonly [number, number])[] = []
  readonly #both = new Map<number, number>()

  constructor(table: RulingTable) {
    this.#table = table
    this.number(RulingTable.NOTHING, RulingTable.NOTHING)
    this.number(RulingTable.EVERYTHING, RulingTable.EVERYTHING)
  }

  /** How many there are. */
  get size(): number {
    return this.#pairs.length
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

  /** The rulings over IPv4 and over IPv6. */
  pair(id: number): readonly [number, number] {
    return this.#pairs[id] as readonly [number, number]
  }

  both(a: number, b: number): number {
    if (a === b || b === 1 || a === 0) return a
    if (a === 1 || b === 0) return b
    const key = a < b ? a * 0x400_0000 + b : b * 0x400_0000 + a
    const known = this.#both.get(key)
    if (known !== undefined) return known
    const found = this.bothAnew(a, b)
    this.#both.set(key, found)
    return found
  }

  /** The same, worked out: for those who remember it themselves. */
  bothAnew(a: number, b: number): number {
    const [[a4, a6], [b4, b6]] = [this.pair(a), this.pair(b)]
    const four = this.#table.both(a4, b4)
    return this.number(four, a4 === a6 && b4 === b6 ? four : this.#table.both(a6, b6))
  }

  either(a: number, b: number): number {
    const [[a4, a6], [b4, b6]] = [this.pair(a), this.pair(b)]
    return this.number(this.#table.either(a4, b4), this.#table.either(a6, b6))
  }
}
