// Exact sets of integers as sorted half-open intervals: the one representation under ports and addresses.

/** An integer of either kind: `number` for ports and IPv4, `bigint` for IPv6. One set never mixes the two. */
export type Integer = number | bigint

/**
 * A set of integers: `[start0, end0, start1, end1, …]`, starts inclusive, ends exclusive. Empty means the empty set.
 * INVARIANT: strictly increasing, so equal sets have equal arrays (`fromIntervals` and `combine` keep it).
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

/** Sweeps both boundary lists once; `keep(inA, inB)` says which elements stay. `keep(false, false)` must be false. */
function combine<T extends Integer>(
  a: IntervalSet<T>,
  b: IntervalSet<T>,
  keep: (inA: boolean, inB: boolean) => boolean,
): IntervalSet<T> {
  const bounds: T[] = []
  let i = 0
  let j = 0
  let inside = false
  while (i < a.length || j < b.length) {
    const x = a[i]
    const y = b[j]
    const at = x === undefined ? (y as T) : y === undefined || x < y ? x : y
    if (x !== undefined && x === at) i++
    if (y !== undefined && y === at) j++
    const now = keep(i % 2 === 1, j % 2 === 1)
    if (now !== inside) {
      bounds.push(at)
      inside = now
    }
  }
  return bounds
}

/** Elements of `a` or `b`. */
export function union<T extends Integer>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  if (a.length === 0) return b
  if (b.length === 0) return a
  return combine(a, b, (inA, inB) => inA || inB)
}

/** Elements of both `a` and `b`. */
export function intersect<T extends Integer>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  if (a.length === 0 || b.length === 0) return []
  return combine(a, b, (inA, inB) => inA && inB)
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

/** Elements of `a` that are not in `b`. */
export function subtract<T extends Integer>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  if (a.length === 0 || b.length === 0) return a
  return combine(a, b, (inA, inB) => inA && !inB)
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
