// Lists by number.
import { describe, expect, it } from 'vitest'
import { ListTable } from './list-table.ts'

describe('a table of lists', () => {
  it('gives equal lists one number and different ones different numbers', () => {
    const table = new ListTable()
    const lists = [[], [0], [0, 0], [1, 2, 3], [3, 2, 1], [12, 3], [1, 23]]
    const numbers = lists.map((list) => table.number(Int32Array.from(list)))
    expect(numbers).toEqual(lists.map((_, index) => index))
    expect(lists.map((list) => table.number(Int32Array.from(list)))).toEqual(numbers)
    expect(numbers.map((id) => [...table.list(id)])).toEqual(lists)
    expect(table.size).toBe(lists.length)
  })

  it('tells apart lists whose hashes are equal', () => {
    const factor = 0x01_00_01_93
    const afterFirst = (first: number): number => Math.imul(Math.imul(2, factor) ^ first, factor)
    // The second number of one list undoes what its first changes.
    const [one, other] = [Int32Array.of(1, 7), Int32Array.of(2, 7 ^ afterFirst(1) ^ afterFirst(2))]
    const table = new ListTable()
    expect([table.number(one), table.number(other), table.number(one), table.number(other)]).toEqual([0, 1, 0, 1])
  })
})
