// A small seeded generator of random choices: the same seed gives the same sequence on every machine.

export interface Random {
  /** An integer from 0 to `end`, exclusive. */
  readonly below: (end: number) => number
  /** True `times` in `of`. */
  readonly chance: (times: number, of: number) => boolean
  /** One element of a list that is not empty. */
  readonly pick: <T>(from: readonly T[]) => T
  /** Some elements in their order, each with the same chance as not; may be empty. */
  readonly some: <T>(from: readonly T[]) => T[]
  /** As many results as asked for. */
  readonly times: <T>(count: number, make: (index: number) => T) => T[]
}

/** Mulberry32 over the seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  const below = (end: number): number => next() % end
  return {
    below,
    chance: (times, of) => below(of) < times,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    some: (from) => from.filter(() => below(2) === 0),
    times: (count, make) => Array.from({ length: count }, (_, index) => make(index)),
  }
}
