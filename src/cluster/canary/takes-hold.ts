// Watches one connection until a policy cuts it, while others that it leaves alone go on: the positive control of every denial.
import { setTimeout as pause } from 'node:timers/promises'
import type { Cell, Observation } from '../probe/cell.ts'
import type { Prober } from '../probe/prober.ts'

export type Hold =
  /** The held connection failed several times in a row, and each time the controls were made right after it. */
  | {
      readonly verdict: 'enforced'
      /** Milliseconds from the start of the watch: the last connection that was made (0: none), and the first that was cut. */
      readonly lastMade: number
      readonly firstCut: number
    }
  /** The time is over and the connection is still made. */
  | { readonly verdict: 'not enforced'; readonly reason: string }
  | { readonly verdict: 'inconclusive'; readonly reason: string }

export interface Watched {
  /** What the policy denies. */
  readonly held: Cell
  /** What it leaves alone: one of the same target by another source, one of the same source to another target. */
  readonly controls: readonly Cell[]
  /** Of one look of the prober, milliseconds: a silent attempt was begun so long before it ended. */
  readonly timeout: number
  /** Milliseconds. */
  readonly patience: number
  readonly signal?: AbortSignal | undefined
}

/** So many failures in a row, each with its controls, make a denial: one may be a lost packet. */
const IN_A_ROW = 3
const PAUSE = 50

/** What a run of looks says at its end: not enforced only where the connection was made at the last look. */
function timeIsOver(last: Observation, patience: number): Hold {
  const time = `${Math.round(patience / 1000)} s`
  if (last.end === 'reached') {
    return {
      verdict: 'not enforced',
      reason: `${time} after the policy was applied, the connection that it denies is made`,
    }
  }
  const detail = last.detail === undefined ? '' : ` (${last.detail})`
  return {
    verdict: 'inconclusive',
    reason: `within ${time} the denied connection did not fail ${IN_A_ROW} times in a row beside working controls; last: ${last.end}${detail}`,
  }
}

/** Call it right after the policy was applied; `prober` must make one attempt a look. */
export async function watchUntilHeld(
  prober: Prober,
  { held, controls, timeout, patience, signal }: Watched,
): Promise<Hold> {
  const start = performance.now()
  const options = signal && { signal }
  let [lastMade, firstCut, inARow] = [0, 0, 0]
  for (;;) {
    const [seen] = (await prober.observe([held], options)) as [Observation]
    // When the attempt itself began: starting a program in a pod takes longer than most rules take to be in force.
    const at = Math.max(0, performance.now() - start - (seen.end === 'silent' ? timeout : 0))
    const isCut = seen.end === 'silent' || seen.end === 'refused'
    const around = isCut ? await prober.observe(controls, options) : []
    if (seen.end === 'reached') lastMade = at
    if (isCut && around.every(({ end }) => end === 'reached')) {
      if (inARow === 0) firstCut = at
      inARow += 1
      if (inARow === IN_A_ROW) return { verdict: 'enforced', lastMade, firstCut }
    } else {
      inARow = 0
    }
    if (performance.now() - start > patience) return timeIsOver(seen, patience)
    await pause(PAUSE, undefined, options)
  }
}
