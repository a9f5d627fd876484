// Before any file of the cluster's tests: the API layer's programs are there, built if they must be, or the reason why not.
import type { TestProject } from 'vitest/node'
import { programs } from '../../../scripts/cluster/binaries.ts'
import { down } from '../../../scripts/cluster/down.ts'
import { ENFORCERS } from '../../../scripts/cluster/enforcer.ts'
import { Unavailable } from '../../../scripts/cluster/unavailable.ts'
import { runName } from './run-name.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why there can be no API server on this machine; empty where there can. */
    noApiServer: string
    /** The process of the whole run. */
    runner: number
  }
}

function say(line: string): void {
  process.stderr.write(`test cluster: ${line}\n`)
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('runner', process.pid)
  let reason = ''
  try {
    await programs(['etcd', 'kube-apiserver', 'kube-controller-manager'], say)
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    reason = error.message
    say(reason)
  }
  project.provide('noApiServer', reason)
  return async () => {
    for (const enforcer of ENFORCERS) await down(runName(process.pid, enforcer))
  }
}
