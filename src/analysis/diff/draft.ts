// Something between two versions: with all edits it is the later one, with none the earlier one.
import type { PolicyEdit } from './edit.ts'

export type Kept = ReadonlySet<PolicyEdit>

export interface Draft<T> {
  readonly edits: readonly PolicyEdit[]
  /** The version in which only the kept edits were made. */
  readonly build: (kept: Kept) => T
}

/** What no edit touches. */
export function same<T>(value: T): Draft<T> {
  return { edits: [], build: () => value }
}

/** One edit decides between the two. */
export function either<T>(edit: PolicyEdit, before: T, after: T): Draft<T> {
  return { edits: [edit], build: (kept) => (kept.has(edit) ? after : before) }
}

/** One edit decides between two drafts, each with its own edits. */
export function eitherDraft<T>(edit: PolicyEdit, before: Draft<T>, after: Draft<T>): Draft<T> {
  return {
    edits: [edit, ...before.edits, ...after.edits],
    build: (kept) => (kept.has(edit) ? after : before).build(kept),
  }
}

/** The lists of all drafts, one behind the other. */
export function concat<T>(drafts: readonly Draft<readonly T[]>[]): Draft<readonly T[]> {
  return {
    edits: drafts.flatMap(({ edits }) => edits),
    build: (kept) => drafts.flatMap(({ build }) => build(kept)),
  }
}

/** What remains of two lists when what is equal in both is taken out, in order. */
export interface Aligned<T> {
  readonly equal: readonly T[]
  readonly gone: readonly T[]
  readonly come: readonly T[]
}

/** Lists whose order means nothing: equal elements are paired wherever they stand. */
export function align<T>(before: readonly T[], after: readonly T[], key: (one: T) => string): Aligned<T> {
  const waiting = new Map<string, T[]>()
  for (const one of before) waiting.set(key(one), [...(waiting.get(key(one)) ?? []), one])
  const equal: T[] = []
  const come: T[] = []
  for (const one of after) {
    const met = waiting.get(key(one))?.shift()
    if (met === undefined) come.push(one)
    else equal.push(one)
  }
  const left = new Set([...waiting.values()].flat())
  return { equal, gone: before.filter((one) => left.has(one)), come }
}
