// Rulings by number: equal ones share one, and each combination of two is worked out once.
import { ALL_CONNECTIONS, NO_CONNECTIONS } from '../sets/connection-set.ts'
import { ConnectionTable } from './connection-table.ts'
import { both, either, type Ruling } from './ruling.ts'

/** Numbers for rulings; 0 is `NOTHING`, 1 is `EVERYTHING`. */
export class RulingTable {
  static readonly NOTHING = 0
  static readonly EVERYTHING = 1

  readonly #connections = new ConnectionTable()
  readonly #rulings: (Ruling | undefined)[] = []
  /** By ruling: the number of its connections where all are sure, else -1. */
  readonly #sure: number[] = []
  /** By number of connections: the ruling that is surely them. */
  readonly #bySure: (number | undefined)[] = []
  /** The others. */
  readonly #byKey = new Map<string, number>()
  readonly #either = new Map<number, number>()
  readonly #both = new Map<number, number>()

  constructor() {
    this.number({ must: NO_CONNECTIONS, maybe: [] })
    this.number({ must: ALL_CONNECTIONS, maybe: [] })
  }

  number(ruling: Ruling): number {
    const { must, maybe } = ruling
    const sure = this.#connections.number(must)
    if (maybe.length === 0) return this.#surely(sure)
    const key = `${sure}|${maybe.map((one) => `${one.reason}=${this.#connections.number(one.connections)}`).join('|')}`
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const id = this.#rulings.push(ruling) - 1
    this.#sure.push(-1)
    this.#byKey.set(key, id)
    return id
  }

  ruling(id: number): Ruling {
    return (this.#rulings[id] ??= { must: this.#connections.set(this.#sure[id] as number), maybe: [] })
  }

  /** Accepted by one or the other. */
  either(a: number, b: number): number {
    if (a === b || b === RulingTable.NOTHING || a === RulingTable.EVERYTHING) return a
    if (a === RulingTable.NOTHING || b === RulingTable.EVERYTHING) return b
    const [x, y] = [this.#sure[a] as number, this.#sure[b] as number]
    if (x >= 0 && y >= 0) return this.#surely(this.#connections.union(x, y))
    return this.#remember(this.#either, [a, b], either)
  }

  /** Accepted by both. */
  both(a: number, b: number): number {
    if (a === b || b === RulingTable.EVERYTHING || a === RulingTable.NOTHING) return a
    if (a === RulingTable.EVERYTHING || b === RulingTable.NOTHING) return b
    const [x, y] = [this.#sure[a] as number, this.#sure[b] as number]
    if (x >= 0 && y >= 0) return this.#surely(this.#connections.intersect(x, y))
    return this.#remember(this.#both, [a, b], both)
  }

  /** The number of the ruling that is surely these connections and nothing else. */
  #surely(connections: number): number {
    const known = this.#bySure[connections]
    if (known !== undefined) return known
    const id = this.#rulings.push(undefined) - 1
    this.#sure.push(connections)
    this.#bySure[connections] = id
    return id
  }

  #remember(known: Map<number, number>, pair: readonly [number, number], combine: typeof both): number {
    const [a, b] = pair[0] < pair[1] ? pair : [pair[1], pair[0]]
    const key = a * 0x1_0000_0000 + b
    const found = known.get(key) ?? this.number(combine(this.ruling(a), this.ruling(b)))
    known.set(key, found)
    return found
  }
}
