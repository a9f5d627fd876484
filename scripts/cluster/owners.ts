// Clusters that belong to a process: when it is gone, they are abandoned, and whoever comes next takes them down.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stateRoot } from './cache.ts'
import { type ProcessId, isAlive } from './processes.ts'

export function writeOwner(folder: string, owner: ProcessId | undefined): void {
  if (owner) writeFileSync(join(folder, 'owner'), JSON.stringify(owner))
}

export function isAbandoned(folder: string): boolean {
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
