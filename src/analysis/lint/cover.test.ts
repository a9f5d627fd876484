// Coverage of cells, against what a pair of small worlds says connection by connection.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connections, hasConnection } from '../../sets/connection-set.ts'
import { inBox } from '../../sets/label-set.ts'
import { ALL_ADDRESSES } from '../../sets/ip-set.ts'
import { boxOf } from '../../sets/label-set.ts'
import { finite } from '../../sets/value-set.ts'
import { type Cell, cell } from '../region.ts'
import { cellsMeet, cellWithin, isCovered } from './cover.ts'

const VALUES = ['a', 'b', 'c']
const subset = fc.subarray(VALUES, { minLength: 1 })
const cells: fc.Arbitrary<Cell> = fc
  .record({
    source: subset,
    destination: subset,
    first: fc.integer({ min: 1, max: 4 }),
    length: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ source, destination, first, length }) => {
    const side = (values: string[]) => ({ box: boxOf([['k', finite(values)]]) ?? new Map(), addresses: ALL_ADDRESSES })
    return cell(side(source), side(destination), connections('TCP', [first, first + length])) as Cell
  })

/** Every connection of the small world, as whether a cell has it. */
function members(of: Cell): boolean[] {
  const labels = (value: string) => new Map([['k', value]])
  return VALUES.flatMap((source) =>
    VALUES.flatMap((destination) =>
      [1, 2, 3, 4, 5, 6].map(
        (port) =>
          inBox(of.source.box, labels(source)) &&
          inBox(of.destination.box, labels(destination)) &&
          hasConnection(of.connections, 'TCP', port),
      ),
    ),
  )
}

describe('cells', () => {
  it('meet, contain and cover each other as their connections do', () => {
    let covered = 0
    fc.assert(
      fc.property(cells, fc.array(cells, { minLength: 1, maxLength: 6 }), (one, others) => {
        const mine = members(one)
        const theirs = others.map(members)
        for (const [nth, other] of others.entries()) {
          const shared = mine.map((has, at) => has && theirs[nth]?.[at] === true)
          expect(cellsMeet(one, other)).toBe(shared.includes(true))
          expect(cellWithin(one, other)).toBe(mine.every((has, at) => !has || theirs[nth]?.[at] === true))
        }
        const whole = mine.every((has, at) => !has || theirs.some((all) => all[at] === true))
        expect(isCovered([one], others)).toBe(whole)
        if (whole) covered++
      }),
      { numRuns: 2000 },
    )
    expect(covered).toBeGreaterThan(50)
  })
})
