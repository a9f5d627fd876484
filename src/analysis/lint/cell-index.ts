// Cells by a label that their subjects pin, so that a cell is compared only with those it can have something in common with.
import type { Box } from '../../sets/label-set.ts'
import type { Cell, Role } from '../region.ts'

/** Something with cells. */
export interface Celled {
  readonly cells: readonly Cell[]
}

function pinned(box: Box): [string, readonly string[]][] {
  return [...box].flatMap(([key, values]): [string, readonly string[]][] =>
    values.cofinite || values.absent ? [] : [[key, values.values]],
  )
}

/** Finds the items whose subjects could overlap those of another. All cells of an item have the same subjects. */
export class CellIndex<T extends Celled> {
  readonly #role: Role
  readonly #items: readonly T[]
  /** Key -> value -> items that pin it. */
  readonly #pins = new Map<string, Map<string, T[]>>()
  /** Key -> items that do not pin it. */
  readonly #free = new Map<string, T[]>()

  constructor(items: readonly T[], role: Role) {
    this.#role = role
    this.#items = items
    const keys = new Set(items.flatMap((item) => pinned(this.#boxOf(item)).map(([key]) => key)))
    for (const key of keys) {
      const pins = new Map<string, T[]>()
      const free: T[] = []
      for (const item of items) {
        const values = this.#boxOf(item).get(key)
        if (!values || values.cofinite || values.absent) free.push(item)
        else
          for (const value of values.values) {
            const known = pins.get(value)
            if (known) known.push(item)
            else pins.set(value, [item])
          }
      }
      this.#pins.set(key, pins)
      this.#free.set(key, free)
    }
  }

  #boxOf(item: T): Box {
    return item.cells[0]?.[this.#role].box ?? new Map()
  }

  /** Those that share a pinned label, or pin none: not all of them overlap. In no particular order, each once. */
  near(item: T): readonly T[] {
    let fewest: readonly T[] = this.#items
    for (const [key, values] of pinned(this.#boxOf(item))) {
      const free = this.#free.get(key) ?? []
      const pins = values.flatMap((value) => this.#pins.get(key)?.get(value) ?? [])
      if (free.length + pins.length < fewest.length) fewest = [...new Set([...pins, ...free])]
    }
    return fewest
  }
}
