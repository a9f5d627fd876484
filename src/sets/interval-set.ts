// Exact sets of integers as sorted half-open intervals: the one representation under ports and addresses.

/** An integer of either kind: `number` for ports and IPv4, `bigint` for IPv6. One set never mixes the two. */
export type Integer = number | bigint

/**
 * A set of integers: `[start0, end0, start1, end1, …]`, starts inclusive, ends exclusive. Empty means the empty set.
 * INVARIANT: strictly increasing, so equal sets have equal arrays (every function here keeps it).
 */
export type IntervalSet<T extends Integer> = readonly T[]

/** Inclusive start, exclusive end. */
export type Interval<T extends Integer> = readonly [start: T, end: T]

/** The canonical set of the given intervals, in any order, overlapping or touching; empty ones are dropped. */
export function fromIntervals<T extends Integer>(intervals: readonly Interval<T>[]): IntervalSet<T> {
  const sorted = intervals
    .filter(([start, end]) => start < end)
    .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
  const bounds: T[] = []
  for (const [start, end] of sorted) {
    const last = bounds.length - 1
    const open = bounds[last]
    if (open === undefined || start > open) bounds.push(start, end)
    else if (end > open) bounds[last] = end
  }
  return bounds
}

/** The intervals of a set, ascending. */
export function intervals<T extends Integer>(set: IntervalSet<T>): Interval<T>[] {
  const out: Interval<T>[] = []
  for (let i = 0; i < set.length; i += 2) out.push([set[i] as T, set[i + 1] as T])
  return out
}

/** Elements of `a` or `b`. */
export function union<T extends Integer>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  if (a.length === 0 || a === b) return b
  if (b.length === 0) return a
  const bounds: T[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && (a[i] as T) <= (b[j] as T))
    const start = (fromA ? a[i] : b[j]) as T
    const end = (fromA ? a[i + 1] : b[j + 1]) as T
    if (fromA) i += 2
    else j += 2
    const last = bounds.length - 1
    if (last < 0 || start > (bounds[last] as T)) bounds.push(start, end)
    else if (end > (bounds[last] as T)) bounds[last] = end
  }
  return bounds
}

/** Elements of both `a` and `b`. */
export function intersect<T extends Integer>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  if (a === b) return a
  const bounds: T[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    const start = ((a[i] as T) > (b[j] as T) ? a[i] : b[j]) as T
    const [endA, endB] = [a[i + 1] as T, b[j + 1] as T]
    const end = endA < endB ? endA : endB
    if (start < end) bounds.push(start, end)
    if (endA <= endB) i += 2
    if (endB <= endA) j += 2
  }
  return bounds
}

/** Elements of `a` that are not in `b`. */
export function subtract<T extends Integer>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  if (a.length === 0 || b.length === 0) return a
  if (a === b) return []
  const bounds: T[] = []
  let j = 0
  for (let i = 0; i < a.length; i += 2) {
    let start = a[i] as T
    const end = a[i + 1] as T
    while (j < b.length && (b[j + 1] as T) <= start) j += 2
    for (let k = j; k < b.length && (b[k] as T) < end; k += 2) {
      if (start < (b[k] as T)) bounds.push(start, b[k] as T)
      if ((b[k + 1] as T) > start) start = b[k + 1] as T
    }
    if (start < end) bounds.push(start, end)
  }
  return bounds
}

/** True when some element is in both. */
export function intersects<T extends Integer>(a: IntervalSet<T>, b: IntervalSet<T>): boolean {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if ((a[i + 1] as T) <= (b[j] as T)) i += 2
    else if ((b[j + 1] as T) <= (a[i] as T)) j += 2
    else return true
  }
  return false
}

/** True when the sets hold the same elements. */
export function equals<T extends Integer>(a: IntervalSet<T>, b: IntervalSet<T>): boolean {
  return a.length === b.length && a.every((bound, i) => bound === b[i])
}

/** True when every element of `a` is in `b`; the empty set is a subset of all. */
export function isSubset<T extends Integer>(a: IntervalSet<T>, b: IntervalSet<T>): boolean {
  return subtract(a, b).length === 0
}

/** True when the value is in the set. */
export function contains<T extends Integer>(set: IntervalSet<T>, value: T): boolean {
  let low = 0
  let high = set.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const bound = set[middle] as T
    if (bound <= value) low = middle + 1
    else high = middle
  }
  return low % 2 === 1
}
