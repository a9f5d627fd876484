// One phase's truth table: predicted by the engine, observed by the kernel.
import { type Attempt, type Cell, cellOf, type Phase } from '../../analysis/truth-table.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

export interface TableRequest {
  readonly engine: Engine
  readonly phase: Phase
  readonly attempts: readonly Attempt[]
}

/** The prediction alone, where no kernel is asked. */
export function predictTable({ engine, phase, attempts }: TableRequest): Cell[] {
  return attempts.flatMap((attempt) => cellOf(attempt, { engine, phase }) ?? [])
}

/** Every attempt made for real. */
export async function probeTable(sandbox: Sandbox, { engine, phase, attempts }: TableRequest): Promise<Cell[]> {
  const results = await sandbox.probe(attempts)
  return attempts.flatMap(
    (attempt, i) => cellOf(attempt, { engine, phase, observed: results[i]?.observation ?? 'Inconclusive' }) ?? [],
  )
}
