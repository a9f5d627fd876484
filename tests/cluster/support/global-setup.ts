// Before any file of the cluster's tests: all programs are there, built if they must be, or the reason why not.
import type { TestProject } from 'vitest/node'
import { programs } from '../../../scripts/cluster/binaries.ts'
import { down } from '../../../scripts/cluster/down.ts'
import { ENFORCERS, type Enforcer } from '../../../scripts/cluster/enforcer.ts'
import { prepareRealCluster } from '../../../scripts/cluster/real-cluster.ts'
import { Unavailable } from '../../../scripts/cluster/unavailable.ts'
import { runName } from './run-name.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why there can be no API server on this machine; empty where there can. */
    noApiServer: string
    /** The same for clusters with nodes, by what enforces policies. */
    noNodes: Readonly<Record<Enforcer, string>>
    /** The process of the whole run. */
    runner: number
    /** The pinned one, or the one on PATH where that cannot be had. */
    kubectl: string
  }
}

function say(line: string): void {
  process.stderr.write(`test cluster: ${line}\n`)
}

/** Why it cannot be had, and empty where it is there now. */
async function tried(prepare: () => Promise<unknown>): Promise<string> {
  try {
    await prepare()
    return ''
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    say(error.message)
    return error.message
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('runner', process.pid)
  const noApiServer = await tried(() => programs(['etcd', 'kube-apiserver', 'kube-controller-manager'], say))
  project.provide('noApiServer', noApiServer)
  const noNodes = { iptables: noApiServer, nftables: noApiServer, none: noApiServer }
  for (const enforcer of ENFORCERS)
    if (noApiServer === '') noNodes[enforcer] = await tried(() => prepareRealCluster(enforcer, say))
  project.provide('noNodes', noNodes)
  project.provide('kubectl', noNodes.none === '' ? (await programs(['kubectl'], say)).kubectl : 'kubectl')
  return async () => {
    for (const enforcer of ENFORCERS) await down(runName(process.pid, enforcer))
  }
}
