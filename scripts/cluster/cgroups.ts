// The cgroups of a node: made by hand before kubelet starts, in every hierarchy of the machine, and removed after it ended.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const ROOT = '/sys/fs/cgroup'

/** Whether the machine has the one hierarchy of version 2. */
const isUnified = (): boolean => existsSync(join(ROOT, 'cgroup.controllers'))

function hierarchies(): string[] {
  if (isUnified()) return [ROOT]
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(ROOT, entry.name))
}

/** Of one node of a cluster. */
export function cgroupName(cluster: string, node: string): string {
  return `moat-cluster-${cluster}-${node}`
}

export function makeCgroup(name: string): void {
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, name)
    mkdirSync(folder, { recursive: true })
    // Version 1: a set without processors or memory takes no process.
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      if (!isUnified() && existsSync(join(hierarchy, file)))
        writeFileSync(join(folder, file), readFileSync(join(hierarchy, file), 'utf8'))
    if (isUnified()) {
      const controllers = readFileSync(join(hierarchy, 'cgroup.controllers'), 'utf8').trim().split(' ')
      const all = controllers.map((controller) => `+${controller}`).join(' ')
      for (const at of [hierarchy, folder]) writeFileSync(join(at, 'cgroup.subtree_control'), all)
    }
  }
}

function removed(folder: string): boolean {
  if (!existsSync(folder)) return true
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removed(join(folder, entry.name))
  try {
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

/** The kernel lets a group go a moment after its last process; gives up after 10 s. */
export async function removeCgroup(name: string): Promise<void> {
  const limit = Date.now() + 10_000
  for (const hierarchy of hierarchies())
    while (!removed(join(hierarchy, name))) {
      if (Date.now() > limit) throw new Error(`the cgroup ${join(hierarchy, name)} is still in use`)
      await delay(50)
    }
}
