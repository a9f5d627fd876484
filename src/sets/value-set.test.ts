// Sets of values against brute force: every pair of sets over two listed values, any other value, and absence.
import { describe, expect, it } from 'vitest'
import {
  ABSENT,
  ANY_VALUE,
  but,
  complementValues,
  finite,
  hasValue,
  intersectValues,
  isAnyValue,
  noValues,
  PRESENT,
  subtractValues,
  type ValueSet,
  valuesMeet,
  valuesWithin,
} from './value-set.ts'

/** `other` stands for all values that no set lists. */
const POINTS = [undefined, 'a', 'b', 'other'] as const
const SETS: readonly ValueSet[] = [false, true].flatMap((cofinite) =>
  [[], ['a'], ['b'], ['a', 'b']].flatMap((values) => [false, true].map((absent) => ({ cofinite, values, absent }))),
)

function points(set: ValueSet): unknown[] {
  return POINTS.filter((point) => hasValue(set, point))
}

describe('a set of values', () => {
  it('is what its constants and constructors say', () => {
    expect(points(ANY_VALUE)).toEqual([...POINTS])
    expect(points(PRESENT)).toEqual(['a', 'b', 'other'])
    expect(points(ABSENT)).toEqual([undefined])
    expect(finite(['b', 'a', 'b'])).toEqual({ cofinite: false, values: ['a', 'b'], absent: false })
    expect(but(['b', 'a'])).toEqual({ cofinite: true, values: ['a', 'b'], absent: true })
  })

  it('differs from every other of the sixteen, is empty or everything only when it says so', () => {
    expect(new Set(SETS.map((set) => JSON.stringify(points(set)))).size).toBe(16)
    expect(SETS.filter(noValues).map(points)).toEqual([[]])
    expect(SETS.filter(isAnyValue).map(points)).toEqual([[...POINTS]])
  })

  it('has the complement, intersection and difference of brute force, in canonical form', () => {
    for (const a of SETS) {
      expect(points(complementValues(a))).toEqual(POINTS.filter((point) => !hasValue(a, point)))
      for (const b of SETS) {
        expect(points(intersectValues(a, b))).toEqual(points(a).filter((point) => points(b).includes(point)))
        expect(points(subtractValues(a, b))).toEqual(points(a).filter((point) => !points(b).includes(point)))
        expect(SETS).toContainEqual(intersectValues(a, b))
      }
    }
  })

  it('meets another or lies within it like brute force', () => {
    for (const a of SETS) {
      for (const b of SETS) {
        const both = points(a).filter((point) => points(b).includes(point))
        expect([a, b, valuesMeet(a, b)]).toEqual([a, b, both.length > 0])
        expect([a, b, valuesWithin(a, b)]).toEqual([a, b, both.length === points(a).length])
      }
    }
  })
})
