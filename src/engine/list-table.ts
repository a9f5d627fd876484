// Lists of whole numbers by number: equal ones share one.

export class ListTable {
  readonly #lists: Int32Array[] = []
  readonly #byHash = new Map<number, number | number[]>()

  get size(): number {
    return this.#lists.length
  }

  number(list: Int32Array): number {
    return this.numberOf(list, 0, list.length)
  }

  /** The number of a stretch of the list; copied where it is new. */
  numberOf(list: Int32Array, start: number, end: number): number {
    let hash = end - start
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (list[i] as number), 0x9e37_79b1) ^ (hash >>> 15)
    const known = this.#byHash.get(hash)
    const isSame = (id: number): boolean => {
      const one = this.#lists[id] as Int32Array
      return one.length === end - start && holdsAt(list, one, start)
    }
    if (typeof known === 'number') {
      if (isSame(known)) return known
    } else if (known) {
      for (const id of known) if (isSame(id)) return id
    }
    const id = this.#lists.push(list.slice(start, end)) - 1
    if (known === undefined) this.#byHash.set(hash, id)
    else if (typeof known === 'number') this.#byHash.set(hash, [known, id])
    else known.push(id)
    return id
  }

  list(id: number): Int32Array {
    return this.#lists[id] as Int32Array
  }
}

/** True when the list holds all of the other from this place on. */
function holdsAt(list: Int32Array, other: Int32Array, start: number): boolean {
  for (let i = 0; i < other.length; i++) if (list[start + i] !== other[i]) return false
  return true
}
