// Exact sets of label maps: every map of labels that something could carry, not only those seen.
import {
  ANY_VALUE,
  hasValue,
  intersectValues,
  isAnyValue,
  noValues,
  subtractValues,
  type ValueSet,
  valuesMeet,
  valuesWithin,
} from './value-set.ts'

/**
 * A condition on each key, all of which hold. A key without an entry may have any value or be absent.
 * INVARIANT: no entry is empty and none says nothing (`boxOf` and `narrow` keep it); so a box is never empty.
 */
export type Box = ReadonlyMap<string, ValueSet>

/** A union of boxes. INVARIANT: no two share a label map (`union` and `subtract` keep it). `[]` is the empty set. */
export type LabelSet = readonly Box[]

/** The box without conditions. */
export const EVERY_BOX: Box = new Map()
export const EVERY_LABELS: LabelSet = [EVERY_BOX]
export const NO_LABELS: LabelSet = []

/** The box with these conditions, each key at most once or intersected; `undefined` when they contradict each other. */
export function boxOf(conditions: Iterable<readonly [string, ValueSet]>): Box | undefined {
  let box: Box | undefined = EVERY_BOX
  for (const [key, values] of conditions) box = box && narrow(box, key, values)
  return box
}

/** The part of a box where one key also keeps to `values`; `undefined` when nothing is left. */
export function narrow(box: Box, key: string, values: ValueSet): Box | undefined {
  const both = intersectValues(box.get(key) ?? ANY_VALUE, values)
  if (noValues(both)) return undefined
  if (isAnyValue(both)) return box
  return new Map(box).set(key, both)
}

/** The label maps in both boxes; `undefined` when there are none. */
export function intersectBoxes(a: Box, b: Box): Box | undefined {
  const [large, small] = a.size < b.size ? [b, a] : [a, b]
  let box: Box | undefined = large
  for (const [key, values] of small) {
    box = narrow(box, key, values)
    if (!box) return undefined
  }
  return box
}

/** True when some label map is in both. */
export function boxesMeet(a: Box, b: Box): boolean {
  for (const [key, values] of a) {
    const other = b.get(key)
    if (other && !valuesMeet(values, other)) return false
  }
  return true
}

/** The parts of `a` outside `b`: disjoint, one for each key of `b` at most. */
function subtractBox(a: Box, b: Box): Box[] {
  const parts: Box[] = []
  let rest: Box = a
  for (const [key, values] of b) {
    const mine = rest.get(key) ?? ANY_VALUE
    const outside = subtractValues(mine, values)
    if (!noValues(outside)) parts.push(new Map(rest).set(key, outside))
    const inside = narrow(rest, key, values)
    if (!inside) return [a]
    rest = inside
  }
  return parts
}

/** How much work may still be done, in boxes looked at. */
export interface Budget {
  steps: number
}

/** The budget is spent: the question is not answered. */
export class BudgetSpent extends Error {}

/**
 * The parts of a box outside all of `boxes`, disjoint and one at a time: whoever needs one only does not pay for all.
 * Deciding whether there is any is hard in general (it is the complement of a disjunctive form), quick on real
 * policies; with a `budget`, each box looked at takes from it, and `BudgetSpent` is thrown when nothing is left.
 */
export function* difference(box: Box, boxes: readonly Box[], budget?: Budget): Generator<Box, void, undefined> {
  if (budget && (budget.steps -= 1 + boxes.length) < 0) throw new BudgetSpent('too many combinations of labels')
  const near = boxes.filter((other) => boxesMeet(box, other))
  let first: Box | undefined
  let fewest = Infinity
  for (const other of near) {
    const parts = keysOutside(box, other)
    if (parts === 0) return
    if (parts < fewest) [first, fewest] = [other, parts]
  }
  if (!first) {
    yield box
    return
  }
  const others = near.filter((other) => other !== first)
  for (const part of subtractBox(box, first)) yield* difference(part, others, budget)
}

/** True when every label map of `a` is in `b`. */
export function boxWithin(a: Box, b: Box): boolean {
  for (const [key, values] of b) if (!valuesWithin(a.get(key) ?? ANY_VALUE, values)) return false
  return true
}

/** On how many keys `a` goes beyond `b`; 0 when `a` lies within `b`. */
function keysOutside(a: Box, b: Box): number {
  let count = 0
  for (const [key, values] of b) if (!valuesWithin(a.get(key) ?? ANY_VALUE, values)) count++
  return count
}

export function intersect(a: LabelSet, b: LabelSet): LabelSet {
  return a.flatMap((x) => b.flatMap((y) => intersectBoxes(x, y) ?? []))
}

export function subtract(a: LabelSet, b: LabelSet): LabelSet {
  return a.flatMap((box) => [...difference(box, b)])
}

export function union(a: LabelSet, b: LabelSet): LabelSet {
  return [...a, ...subtract(b, a)]
}

export function isEmpty(set: LabelSet): boolean {
  return set.length === 0
}

/** True when every label map of `a` is in `b`; the empty set is in all. */
export function isSubset(a: LabelSet, b: LabelSet): boolean {
  return a.every((box) => difference(box, b).next().done === true)
}

export function hasLabels(set: LabelSet, labels: ReadonlyMap<string, string>): boolean {
  return set.some((box) => inBox(box, labels))
}

export function inBox(box: Box, labels: ReadonlyMap<string, string>): boolean {
  for (const [key, values] of box) if (!hasValue(values, labels.get(key))) return false
  return true
}

/**
 * One label map of a box, the plainest: keys are left out where they may be, values are taken from those listed, and
 * where any other value will do it is `other`, `other-2`, … (valid as a label value and as a namespace's name).
 */
export function witnessOf(box: Box, fresh = 'other'): Map<string, string> {
  const labels = new Map<string, string>()
  for (const [key, values] of box) {
    if (values.absent) continue
    const value = values.cofinite ? freshValue(values, fresh) : values.values[0]
    if (value !== undefined) labels.set(key, value)
  }
  return labels
}

function freshValue(values: ValueSet, fresh: string): string {
  for (let i = 1; ; i++) {
    const value = i === 1 ? fresh : `${fresh}-${i}`
    if (hasValue(values, value)) return value
  }
}
