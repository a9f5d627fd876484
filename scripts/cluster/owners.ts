// Clusters that belong to a process: when it is gone, whatever it left is stopped and removed by whoever comes next.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stateRoot } from './cache.ts'
import { type ProcessId, isAlive, started, stop } from './processes.ts'

export function writeOwner(folder: string, owner: ProcessId | undefined): void {
  if (owner) writeFileSync(join(folder, 'owner'), JSON.stringify(owner))
}

function abandoned(folder: string): boolean {
  try {
    return !isAlive(JSON.parse(readFileSync(join(folder, 'owner'), 'utf8')) as ProcessId)
  } catch {
    // No owner: it stays until somebody takes it down.
    return false
  }
}

export function clusterNames(): string[] {
  try {
    return readdirSync(stateRoot()).sort()
  } catch {
    return []
  }
}

/** Removes the API servers whose owner ended without stopping them. */
export async function sweep(): Promise<void> {
  for (const name of clusterNames()) {
    const folder = join(stateRoot(), name)
    if (!abandoned(folder)) continue
    await Promise.all(started(folder).map((program) => stop(folder, program, 0)))
    rmSync(folder, { recursive: true, force: true })
  }
}
