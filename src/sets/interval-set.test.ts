// Interval sets against brute force: every pair of subsets of an eight-element universe, in both kinds of integers.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  contains,
  equals,
  fromIntervals,
  type Integer,
  intersect,
  intersects,
  type Interval,
  intervals,
  type IntervalSet,
  isSubset,
  subtract,
  union,
} from './interval-set.ts'

const UNIVERSE = [0, 1, 2, 3, 4, 5, 6, 7]
const MASKS = Array.from({ length: 256 }, (_, mask) => mask)

/** The canonical bounds of the elements whose bits are set, found by walking over the universe. */
function boundsOf<T extends Integer>(mask: number, integer: (n: number) => T): IntervalSet<T> {
  const inside = (n: number): boolean => n >= 0 && n < 8 && ((mask >> n) & 1) === 1
  return [...UNIVERSE, 8].filter((n) => inside(n) !== inside(n - 1)).map(integer)
}

const KINDS: readonly (readonly [string, (n: number) => Integer])[] = [
  ['numbers', (n) => n],
  ['bigints', (n) => BigInt(n) + (1n << 100n)],
]

describe.each(KINDS)('interval sets of %s', (_name, integer) => {
  const sets = MASKS.map((mask) => boundsOf(mask, integer))
  const set = (mask: number): IntervalSet<Integer> => sets[mask & 255] as IntervalSet<Integer>

  it('unite, intersect and subtract every pair of subsets of eight elements canonically', () => {
    const wrong: string[] = []
    for (const a of MASKS) {
      if (wrong.length > 0) break
      for (const b of MASKS) {
        const same = (got: IntervalSet<Integer>, want: number): boolean =>
          got.length === set(want).length && got.every((bound, i) => bound === set(want)[i])
        if (!same(union(set(a), set(b)), a | b)) wrong.push(`${a} | ${b}`)
        if (!same(intersect(set(a), set(b)), a & b)) wrong.push(`${a} & ${b}`)
        if (!same(subtract(set(a), set(b)), a & ~b)) wrong.push(`${a} - ${b}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('compare every pair of subsets of eight elements', () => {
    const wrong: string[] = []
    for (const a of MASKS) {
      if (wrong.length > 0) break
      for (const b of MASKS) {
        if (equals(set(a), set(b)) !== (a === b)) wrong.push(`${a} = ${b}`)
        if (isSubset(set(a), set(b)) !== ((a & ~b) === 0)) wrong.push(`${a} in ${b}`)
        if (intersects(set(a), set(b)) !== ((a & b) !== 0)) wrong.push(`${a} meets ${b}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('hold exactly their elements', () => {
    for (const mask of MASKS) {
      const held = [-1, ...UNIVERSE, 8].filter((n) => contains(set(mask), integer(n)))
      expect(held).toEqual(UNIVERSE.filter((n) => ((mask >> n) & 1) === 1))
    }
  })

  it('come out canonical from any two or three intervals in any order', () => {
    const all: Interval<Integer>[] = []
    for (let a = 0; a <= 4; a++) for (let b = 0; b <= 4; b++) all.push([integer(a), integer(b)])
    const elements = ([start, end]: Interval<Integer>): number =>
      UNIVERSE.reduce((mask, n) => (start <= integer(n) && integer(n) < end ? mask | (1 << n) : mask), 0)
    for (const one of all) {
      for (const two of all) {
        expect(fromIntervals([one, two])).toEqual(set(elements(one) | elements(two)))
        for (const three of all.slice(0, 10)) {
          expect(fromIntervals([one, two, three])).toEqual(set(elements(one) | elements(two) | elements(three)))
        }
      }
    }
  })

  it('give back their intervals', () => {
    for (const mask of MASKS) expect(fromIntervals(intervals(set(mask)))).toEqual(set(mask))
  })
})

describe('interval sets at large', () => {
  const someSet = fc
    .array(fc.tuple(fc.nat(100_000), fc.nat(500)), { maxLength: 40 })
    .map((list) => fromIntervals(list.map(([start, length]): Interval<number> => [start, start + length])))

  it('obey the laws of sets', () => {
    fc.assert(
      fc.property(fc.tuple(someSet, someSet, someSet), fc.nat(100_500), ([a, b, c], x) => {
        expect(subtract(a, union(b, c))).toEqual(intersect(subtract(a, b), subtract(a, c)))
        expect(union(intersect(a, b), subtract(a, b))).toEqual(a)
        expect(contains(union(a, b), x)).toBe(contains(a, x) || contains(b, x))
        expect(contains(subtract(a, b), x)).toBe(contains(a, x) && !contains(b, x))
        expect(isSubset(intersect(a, b), a)).toBe(true)
        expect(isSubset(union(a, b), a)).toBe(isSubset(b, a))
      }),
    )
  })

  it('stay strictly increasing', () => {
    fc.assert(
      fc.property(someSet, someSet, (a, b) => {
        for (const set of [a, union(a, b), intersect(a, b), subtract(a, b)]) {
          expect(set.length % 2).toBe(0)
          expect(set.every((bound, i) => i === 0 || bound > (set[i - 1] as number))).toBe(true)
        }
      }),
    )
  })
})
