// Sets of values of one label key, "the key is absent" included as one more possibility.

/**
 * The listed values, or every value but the listed when `cofinite`; `absent` tells whether the key may be missing.
 * Values are taken as endless, so a cofinite set is never empty.
 * INVARIANT: `values` is sorted and without repeats, so equal sets are structurally equal (`finite` and `but` keep it).
 */
export interface ValueSet {
  readonly cofinite: boolean
  readonly values: readonly string[]
  readonly absent: boolean
}

/** Any value, or none. */
export const ANY_VALUE: ValueSet = { cofinite: true, values: [], absent: true }
/** Any value, but the key is there. */
export const PRESENT: ValueSet = { cofinite: true, values: [], absent: false }
/** The key is missing. */
export const ABSENT: ValueSet = { cofinite: false, values: [], absent: true }

function sorted(values: Iterable<string>): string[] {
  return [...new Set(values)].sort()
}

/** Exactly one of these values. */
export function finite(values: Iterable<string>): ValueSet {
  return { cofinite: false, values: sorted(values), absent: false }
}

/** Any value but these, or no such key. */
export function but(values: Iterable<string>): ValueSet {
  return { cofinite: true, values: sorted(values), absent: true }
}

/** Everything that is not in the set. */
export function complementValues(set: ValueSet): ValueSet {
  return { cofinite: !set.cofinite, values: set.values, absent: !set.absent }
}

/** Both lists, which are sorted and without repeats, as one that is. */
function merge(a: readonly string[], b: readonly string[]): readonly string[] {
  if (b.every((value) => a.includes(value))) return a
  if (a.every((value) => b.includes(value))) return b
  return sorted([...a, ...b])
}

export function intersectValues(a: ValueSet, b: ValueSet): ValueSet {
  const absent = a.absent && b.absent
  if (a.cofinite && b.cofinite) return { cofinite: true, values: merge(a.values, b.values), absent }
  const [listed, other] = a.cofinite ? [b, a] : [a, b]
  return { cofinite: false, values: listed.values.filter((value) => hasValue(other, value)), absent }
}

export function subtractValues(a: ValueSet, b: ValueSet): ValueSet {
  return intersectValues(a, complementValues(b))
}

/** True when some value, or absence, is in both. */
export function valuesMeet(a: ValueSet, b: ValueSet): boolean {
  if ((a.absent && b.absent) || (a.cofinite && b.cofinite)) return true
  const [listed, other] = a.cofinite ? [b, a] : [a, b]
  return listed.values.some((value) => hasValue(other, value))
}

/** True when everything in `a` is in `b`. */
export function valuesWithin(a: ValueSet, b: ValueSet): boolean {
  return !valuesMeet(a, complementValues(b))
}

export function noValues(set: ValueSet): boolean {
  return !set.cofinite && !set.absent && set.values.length === 0
}

/** True when the set says nothing: every value, and absence. */
export function isAnyValue(set: ValueSet): boolean {
  return set.cofinite && set.absent && set.values.length === 0
}

/** `undefined` asks for absence. */
export function hasValue(set: ValueSet, value: string | undefined): boolean {
  return value === undefined ? set.absent : set.values.includes(value) !== set.cofinite
}
