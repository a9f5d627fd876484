// Every operation on sets of label maps against brute force over all label maps of a small universe.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  boxesMeet,
  boxWithin,
  type Box,
  boxOf,
  difference,
  EVERY_BOX,
  EVERY_LABELS,
  hasLabels,
  inBox,
  intersect,
  intersectBoxes,
  isEmpty,
  isSubset,
  type LabelSet,
  narrow,
  NO_LABELS,
  subtract,
  union,
  witnessOf,
} from './label-set.ts'
import { ABSENT, ANY_VALUE, but, finite, noValues, PRESENT, type ValueSet } from './value-set.ts'

/** What a key may have: absent, one of the listed, and `other`, which stands for every value that no set lists. */
const POSSIBLE = [undefined, 'a', 'b', 'other'] as const
const VALUE_SETS: ValueSet[] = [false, true].flatMap((cofinite) =>
  [[], ['a'], ['b'], ['a', 'b']].flatMap((values) =>
    [false, true].map((absent): ValueSet => ({ cofinite, values, absent })),
  ),
)

function labelMaps(keys: readonly string[]): Map<string, string>[] {
  const [key, ...others] = keys
  if (key === undefined) return [new Map()]
  return labelMaps(others).flatMap((labels) =>
    POSSIBLE.map((value) => (value === undefined ? labels : new Map(labels).set(key, value))),
  )
}

function boxes(keys: readonly string[]): Box[] {
  const [key, ...others] = keys
  if (key === undefined) return [EVERY_BOX]
  return boxes(others).flatMap((box) => VALUE_SETS.flatMap((values) => narrow(box, key, values) ?? []))
}

const TWO = labelMaps(['k', 'l'])
const THREE = labelMaps(['k', 'l', 'm'])

/** The members of a set among the given maps, as text, so that a difference is readable. */
function members(set: LabelSet, maps: readonly Map<string, string>[]): string[] {
  return maps.filter((labels) => hasLabels(set, labels)).map((labels) => JSON.stringify([...labels]))
}

function expectDisjoint(set: LabelSet): void {
  for (const [i, a] of set.entries()) {
    for (const b of set.slice(i + 1)) expect(intersectBoxes(a, b)).toBeUndefined()
  }
}

describe('a box', () => {
  it('is undefined when its conditions contradict each other, and says nothing when they do', () => {
    expect(
      boxOf([
        ['k', finite(['a'])],
        ['k', finite(['b'])],
      ]),
    ).toBeUndefined()
    expect(
      boxOf([
        ['k', PRESENT],
        ['k', ABSENT],
      ]),
    ).toBeUndefined()
    expect(boxOf([['k', ANY_VALUE]])).toBe(EVERY_BOX)
  })

  it('of every pair over two keys intersects, subtracts and compares like brute force', () => {
    const all = boxes(['k', 'l'])
    expect(all.length).toBe(15 * 15)
    let empty = 0
    let contained = 0
    for (const a of all) {
      for (const b of all) {
        const inA = TWO.filter((labels) => inBox(a, labels))
        const both = inA.filter((labels) => inBox(b, labels))
        const only = inA.filter((labels) => !inBox(b, labels))
        const intersection = intersect([a], [b])
        const rest = subtract([a], [b])
        if (members(intersection, TWO).length !== both.length) throw new Error('intersection')
        if (members(rest, TWO).length !== only.length) throw new Error('difference')
        if (!only.every((labels) => hasLabels(rest, labels))) throw new Error('difference')
        if (isEmpty(intersection) !== (both.length === 0)) throw new Error('emptiness')
        if (isSubset([a], [b]) !== (only.length === 0)) throw new Error('subset')
        if (boxWithin(a, b) !== (only.length === 0)) throw new Error('a box within another')
        if (boxesMeet(a, b) !== both.length > 0) throw new Error('boxes that meet')
        if (both.length === 0) empty++
        if (only.length === 0) contained++
      }
    }
    expect(empty).toBeGreaterThan(1000)
    expect(contained).toBeGreaterThan(1000)
  })

  it('gives a witness that is in it', () => {
    const wrong = boxes(['k', 'l', 'm']).filter((box) => !inBox(box, witnessOf(box)))
    expect(wrong).toEqual([])
  })
})

describe('a witness', () => {
  it('leaves a key out where it may, takes a listed value before a new one, and a new one that is not listed', () => {
    const box = boxOf([
      ['app', finite(['web', 'api'])],
      ['team', but(['red'])],
      ['tier', { cofinite: true, values: ['other'], absent: false }],
    ])
    expect(box && [...witnessOf(box)]).toEqual([
      ['app', 'api'],
      ['tier', 'other-2'],
    ])
  })
})

const valueSet = fc.constantFrom(...VALUE_SETS.filter((values) => !noValues(values)))
const box = fc
  .array(fc.tuple(fc.constantFrom('k', 'l', 'm'), valueSet), { maxLength: 3 })
  .map((conditions) => boxOf(conditions))
const labelSet = fc
  .array(box, { maxLength: 4 })
  .map((list) => list.flatMap((b) => (b ? [b] : [])).reduce<LabelSet>((set, b) => union(set, [b]), NO_LABELS))

describe('a set of label maps', () => {
  it('is empty or everything like its constants say', () => {
    expect(members(EVERY_LABELS, TWO).length).toBe(16)
    expect(isEmpty(NO_LABELS)).toBe(true)
    expect(isSubset(NO_LABELS, EVERY_LABELS)).toBe(true)
    expect(isSubset(EVERY_LABELS, NO_LABELS)).toBe(false)
  })

  it('unites, intersects and subtracts like brute force, and stays disjoint', () => {
    fc.assert(
      fc.property(labelSet, labelSet, (a, b) => {
        const inA = new Set(members(a, THREE))
        const inB = new Set(members(b, THREE))
        const all = members(EVERY_LABELS, THREE)
        expect(members(union(a, b), THREE)).toEqual(all.filter((labels) => inA.has(labels) || inB.has(labels)))
        expect(members(intersect(a, b), THREE)).toEqual(all.filter((labels) => inA.has(labels) && inB.has(labels)))
        expect(members(subtract(a, b), THREE)).toEqual(all.filter((labels) => inA.has(labels) && !inB.has(labels)))
        for (const set of [union(a, b), intersect(a, b), subtract(a, b)]) expectDisjoint(set)
      }),
      { numRuns: 500 },
    )
  })

  it('decides emptiness and inclusion like brute force', () => {
    fc.assert(
      fc.property(labelSet, labelSet, (a, b) => {
        const inA = new Set(members(a, THREE))
        const inB = new Set(members(b, THREE))
        expect(isEmpty(a)).toBe(inA.size === 0)
        expect(isSubset(a, b)).toBe([...inA].every((labels) => inB.has(labels)))
      }),
      { numRuns: 500 },
    )
  })

  it('finds one part of a difference of many two-key boxes without making them all', () => {
    const many = Array.from({ length: 40 }, (_, i) =>
      boxOf([
        [`a${i}`, finite(['x'])],
        [`b${i}`, finite(['x'])],
      ]),
    )
    const first = difference(
      EVERY_BOX,
      many.flatMap((b) => b ?? []),
    ).next()
    expect(first.done).toBe(false)
  })
})
