// The end of a cluster of either kind, wherever it stands: half started, half stopped, its starter killed. Nothing is left.
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stateRoot } from './cache.ts'
import { cgroupName, removeCgroup } from './cgroups.ts'
import { stopControlPlane } from './control-plane.ts'
import { NODES } from './network.ts'
import { clusterNames, isAbandoned } from './owners.ts'
import { type ProcessId, MARK, isAlive, processId, send, started, stop } from './processes.ts'

/** Processes that carry the cluster's mark: also those that were started a moment before their starter was killed. */
function marked(folder: string): ProcessId[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return []
    try {
      const environment = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0')
      return environment.includes(`${MARK}=${folder}`) ? (processId(Number(entry)) ?? []) : []
    } catch {
      return []
    }
  })
}

export async function down(name: string): Promise<void> {
  const folder = join(stateRoot(), name)
  if (!existsSync(folder)) return
  await stopControlPlane(folder)
  // With a node's first process all others of the node end, and their mounts.
  const names = started(folder)
  await Promise.all(names.filter((one) => one.startsWith('holder-')).map((one) => stop(folder, one, 0)))
  await Promise.all(names.map((one) => stop(folder, one, 0)))
  for (let left = marked(folder); left.length > 0; left = left.filter(isAlive)) {
    for (const id of left) send(id, 'SIGKILL')
    await delay(20)
  }
  for (const machine of NODES) await removeCgroup(cgroupName(name, machine.name))
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}

/** Takes down the clusters whose owner ended without doing so. */
export async function sweep(): Promise<void> {
  for (const name of clusterNames()) if (isAbandoned(join(stateRoot(), name))) await down(name)
}
