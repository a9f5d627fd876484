// Lists of whole numbers by number: equal ones share one.

export class ListTable {
  readonly #lists: Int32Array[] = []
  readonly #byHash = new Map<number, number[]>()

  get size(): number {
    return this.#lists.length
  }

  number(list: Int32Array): number {
    let hash = list.length
    for (let i = 0; i < list.length; i++) hash = (Math.imul(hash, 0x01_00_01_93) ^ (list[i] as number)) | 0
    const known = this.#byHash.get(hash)
    const found = known?.find((id) => isSame(this.#lists[id] as Int32Array, list))
    if (found !== undefined) return found
    const id = this.#lists.push(list) - 1
    if (known) known.push(id)
    else this.#byHash.set(hash, [id])
    return id
  }

  list(id: number): Int32Array {
    return this.#lists[id] as Int32Array
  }
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
