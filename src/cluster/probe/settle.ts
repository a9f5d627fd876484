// Rules take hold some time after they are applied: cells that are not yet as predicted are looked at again, for a bounded time.
import { setTimeout as pause } from 'node:timers/promises'
import { type Cell, type CellResult, type Observation, sourceKey, targetKey } from './cell.ts'
import type { Prober } from './prober.ts'

export interface SettleOptions {
  /** Milliseconds for which a cell may still be otherwise than predicted. */
  readonly patience: number
  readonly before?: readonly Observation[]
  readonly signal?: AbortSignal
  readonly onRound?: (open: number, of: number) => void
}

/** Between rounds, milliseconds. */
const PAUSE = 500

/**
 * Probes until every cell is as predicted, or until the time is over; then the last look at each counts. What has been seen as
 * predicted once is not looked at again: the whole is looked at once more at the end by who wants to know that it stays so.
 */
export async function probeUntilSettled(
  prober: Prober,
  cells: readonly Cell[],
  { patience, before, signal, onRound }: SettleOptions,
): Promise<CellResult[]> {
  const until = performance.now() + patience
  const results: CellResult[] = []
  let open = cells.map((_, n) => n)
  for (;;) {
    // All cells of the addresses in question take part, so that the round has its controls.
    const asked = withControls(cells, open)
    const earlier = before && asked.map((n) => before[n] as Observation)
    const round = await prober.probe(
      asked.map((n) => cells[n] as Cell),
      { ...(earlier && { before: earlier }), ...(signal && { signal }) },
    )
    asked.forEach((n, at) => {
      results[n] = round[at] as CellResult
    })
    open = cells.flatMap((_, n) => (results[n]?.verdict === 'ENFORCED' ? [] : [n]))
    onRound?.(open.length, cells.length)
    if (open.length === 0 || performance.now() >= until) return results
    await pause(PAUSE, undefined, signal && { signal })
  }
}

/** The open cells and those that can speak for them: the ones of the same address and port, and the ones of the same source. */
function withControls(cells: readonly Cell[], open: readonly number[]): number[] {
  const wanted = open.map((n) => cells[n] as Cell)
  const [targets, sources] = [new Set(wanted.map(targetKey)), new Set(wanted.map(sourceKey))]
  const isOpen = new Set(open)
  const speaks = (cell: Cell): boolean =>
    cell.predicted === 'Allowed' && (targets.has(targetKey(cell)) || sources.has(sourceKey(cell)))
  return cells.flatMap((cell, n) => (isOpen.has(n) || speaks(cell) ? [n] : []))
}
