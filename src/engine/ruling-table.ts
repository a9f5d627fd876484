// Rulings by number: equal ones share one, and each combination of two is worked out once.
import { ALL_CONNECTIONS, type ConnectionSet, NO_CONNECTIONS, PROTOCOLS } from '../sets/connection-set.ts'
import { both, either, type Ruling } from './ruling.ts'

function setKey(set: ConnectionSet): string {
  return PROTOCOLS.map((protocol) => set[protocol].join(',')).join(';')
}

function keyOf({ must, maybe }: Ruling): string {
  return [setKey(must), ...maybe.map(({ connections, reason }) => `${reason}=${setKey(connections)}`)].join('|')
}

/** Numbers for rulings; 0 is `NOTHING`, 1 is `EVERYTHING`. */
export class RulingTable {
  static readonly NOTHING = 0
  static readonly EVERYTHING = 1

  readonly #rulings: Ruling[] = []
  readonly #byKey = new Map<string, number>()
  readonly #either = new Map<number, number>()
  readonly #both = new Map<number, number>()

  constructor() {
    this.number({ must: NO_CONNECTIONS, maybe: [] })
    this.number({ must: ALL_CONNECTIONS, maybe: [] })
  }

  number(ruling: Ruling): number {
    const key = keyOf(ruling)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const id = this.#rulings.length
    this.#rulings.push(ruling)
    this.#byKey.set(key, id)
    return id
  }

  ruling(id: number): Ruling {
    return this.#rulings[id] as Ruling
  }

  /** Accepted by one or the other. */
  either(a: number, b: number): number {
    if (a === b || b === RulingTable.NOTHING || a === RulingTable.EVERYTHING) return a
    if (a === RulingTable.NOTHING || b === RulingTable.EVERYTHING) return b
    return this.#remember(this.#either, [a, b], either)
  }

  /** Accepted by both. */
  both(a: number, b: number): number {
    if (a === b || b === RulingTable.EVERYTHING || a === RulingTable.NOTHING) return a
    if (a === RulingTable.EVERYTHING || b === RulingTable.NOTHING) return b
    return this.#remember(this.#both, [a, b], both)
  }

  #remember(known: Map<number, number>, pair: readonly [number, number], combine: typeof both): number {
    const [a, b] = pair[0] < pair[1] ? pair : [pair[1], pair[0]]
    const key = a * 0x1_0000_0000 + b
    const found = known.get(key) ?? this.number(combine(this.ruling(a), this.ruling(b)))
    known.set(key, found)
    return found
  }
}
