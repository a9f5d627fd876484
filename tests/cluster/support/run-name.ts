// The names of the clusters that the files of one test run share.
import type { Enforcer } from '../../../scripts/cluster/enforcer.ts'

/** `runner`: the process of the whole run, whose end takes them down. */
export function runName(runner: number, enforcer: Enforcer): string {
  return `run-${runner}-${enforcer}`
}
