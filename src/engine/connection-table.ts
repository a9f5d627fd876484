// Sets of connections by number: equal ones share one, and two are combined without making a set that is known already.
import type { ConnectionSet, Protocol } from '../sets/connection-set.ts'

const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

/** Room for the bounds of a combination; grows as sets do. */
let scratch = new Int32Array(64)

/**
 * A set in one row: for each protocol how many bounds it has, then those bounds, ascending, starts inclusive and ends exclusive.
 * Equal sets have equal rows.
 */
type Flat = Int32Array

export class ConnectionTable {
  readonly #flats: Flat[] = []
  readonly #sets: ConnectionSet[] = []
  readonly #byHash = new Map<number, number | number[]>()

  number(set: ConnectionSet): number {
    let length = 0
    reserve(3 + set.TCP.length + set.UDP.length + set.SCTP.length)
    for (const protocol of PROTOCOLS) {
      const bounds = set[protocol]
      scratch[length++] = bounds.length
      for (const bound of bounds) scratch[length++] = bound
    }
    return this.#intern(length)
  }

  set(id: number): ConnectionSet {
    return (this.#sets[id] ??= toSet(this.#flats[id] as Flat))
  }

  /** Connections in both. */
  intersect(a: number, b: number): number {
    return a === b ? a : this.#combine(a, b, 2)
  }

  /** Connections in one or the other. */
  union(a: number, b: number): number {
    return a === b ? a : this.#combine(a, b, 1)
  }

  /** Walks the bounds of both; what lies in `least` of them or more belongs to the result. */
  #combine(a: number, b: number, least: 1 | 2): number {
    const [x, y] = [this.#flats[a] as Flat, this.#flats[b] as Flat]
    reserve(x.length + y.length)
    let [i, j, length] = [0, 0, 0]
    for (let protocol = 0; protocol < 3; protocol++) {
      const [endX, endY] = [i + 1 + (x[i] as number), j + 1 + (y[j] as number)]
      i++
      j++
      const head = length++
      let depth = 0
      let [inX, inY] = [0, 0]
      while (i < endX || j < endY) {
        const nextX = i < endX ? (x[i] as number) : 0x7fff_ffff
        const nextY = j < endY ? (y[j] as number) : 0x7fff_ffff
        const bound = nextX < nextY ? nextX : nextY
        if (nextX === bound) {
          inX ^= 1
          i++
        }
        if (nextY === bound) {
          inY ^= 1
          j++
        }
        const now = inX + inY
        if (now >= least !== depth >= least) scratch[length++] = bound
        depth = now
      }
      scratch[head] = length - head - 1
    }
    return this.#intern(length)
  }

  /** The number of the row that stands in the scratch. */
  #intern(length: number): number {
    let hash = length
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (scratch[i] as number), 0x9e37_79b1) ^ (hash >>> 15)
    const known = this.#byHash.get(hash)
    if (typeof known === 'number') {
      if (this.#isScratch(known, length)) return known
    } else if (known) {
      for (const id of known) if (this.#isScratch(id, length)) return id
    }
    const id = this.#flats.push(scratch.slice(0, length)) - 1
    if (known === undefined) this.#byHash.set(hash, id)
    else if (typeof known === 'number') this.#byHash.set(hash, [known, id])
    else known.push(id)
    return id
  }

  #isScratch(id: number, length: number): boolean {
    const flat = this.#flats[id] as Flat
    if (flat.length !== length) return false
    for (let i = 0; i < length; i++) if (flat[i] !== scratch[i]) return false
    return true
  }
}

function reserve(length: number): void {
  if (length > scratch.length) scratch = new Int32Array(length * 2)
}

function toSet(flat: Flat): ConnectionSet {
  let at = 0
  const next = (): number[] => {
    const start = at + 1
    at = start + (flat[at] as number)
    return Array.from(flat.subarray(start, at))
  }
  return { TCP: next(), UDP: next(), SCTP: next() }
}
