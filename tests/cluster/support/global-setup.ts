// Before any file of the cluster's tests: the API layer's programs are there, built if they must be, or the reason why not.
import type { TestProject } from 'vitest/node'
import { programs } from '../../../scripts/cluster/binaries.ts'
import { Unavailable } from '../../../scripts/cluster/unavailable.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why there can be no API server on this machine; empty where there can. */
    noApiServer: string
  }
}

function say(line: string): void {
  process.stderr.write(`test cluster: ${line}\n`)
}

export default async function setup(project: TestProject): Promise<void> {
  let reason = ''
  try {
    await programs(['etcd', 'kube-apiserver', 'kube-controller-manager'], say)
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    reason = error.message
    say(reason)
  }
  project.provide('noApiServer', reason)
}
