// What a probed cell says about the cluster: silence counts as a denial only beside a positive control.
import { type Cell, type CellResult, type Controls, type Observation, sourceKey, targetKey } from './cell.ts'

type Judgement = Pick<CellResult, 'observed' | 'verdict' | 'reason'>

/** What is missing before silence may count; `undefined`: nothing is. */
function gap({ before, targetAnswers, sourceReaches }: Controls): string | undefined {
  if (before && before.end !== 'reached') return `it was not reached before the policies either (${before.end})`
  if (!targetAnswers) return 'nothing showed that the destination still answers on that port'
  // Without a look at the time before, the source must show that it can open connections at all.
  if (!before && !sourceReaches) return 'the source reached nothing at all, and nobody looked before the policies'
  return undefined
}

function observe(now: Observation, controls: Controls): Pick<CellResult, 'observed' | 'reason'> {
  if (now.end === 'reached') return { observed: 'Allowed', reason: 'the connection was made' }
  if (now.end === 'failed') {
    return {
      observed: 'Unknown',
      reason: `the probe itself failed${now.detail === undefined ? '' : `: ${now.detail}`}`,
    }
  }
  const missing = gap(controls)
  const word = now.end === 'refused' ? 'refused' : 'no answer'
  const times = now.attempts === 1 ? 'once' : `${now.attempts} times`
  if (missing !== undefined) return { observed: 'Unknown', reason: `${word} ${times}, but ${missing}` }
  const control = controls.before
    ? 'the same connection was made before the policies, and the destination still answers'
    : 'the destination answers others and the source reaches others'
  return { observed: 'Denied', reason: `${word} ${times}; ${control}` }
}

function verdictOf(predicted: Cell['predicted'], observed: CellResult['observed']): CellResult['verdict'] {
  if (observed === 'Unknown') return 'INCONCLUSIVE'
  return observed === predicted ? 'ENFORCED' : 'NOT ENFORCED'
}

/** Pure: the same observations give the same verdict. */
export function judge(cell: Cell, now: Observation, controls: Controls): Judgement {
  const { observed, reason } = observe(now, controls)
  return { observed, reason, verdict: verdictOf(cell.predicted, observed) }
}

export interface Round {
  readonly cells: readonly Cell[]
  /** One for each cell, in their order. */
  readonly now: readonly Observation[]
  /** Of the same cells before the policies; absent: nobody looked. */
  readonly before?: readonly Observation[]
  /** Which cells' destinations reached themselves over their own address and that very port, after the round. */
  readonly listening: readonly boolean[]
}

/** A whole round: every cell is a control of those that share its source, or its address and port. */
export function judgeRound({ cells, now, before, listening }: Round): CellResult[] {
  const reached = cells.filter((_, n) => now[n]?.end === 'reached')
  const [targets, sources] = [new Set(reached.map(targetKey)), new Set(reached.map(sourceKey))]
  return cells.map((cell, n) => {
    const seen = now[n] as Observation
    const earlier = before?.[n]
    const controls: Controls = {
      ...(earlier && { before: earlier }),
      targetAnswers: targets.has(targetKey(cell)) || listening[n] === true,
      sourceReaches: sources.has(sourceKey(cell)),
    }
    return { cell, now: seen, ...(earlier && { before: earlier }), ...judge(cell, seen, controls) }
  })
}
