// Tests that need nodes: a real Kubernetes shared by all files of a run, or the one that MOAT_TEST_KUBECONFIG names.
import { beforeAll, describe, inject } from 'vitest'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { stateRoot } from '../../../scripts/cluster/cache.ts'
import type { Enforcer } from '../../../scripts/cluster/enforcer.ts'
import { OUTSIDE_ADDRESSES } from '../../../scripts/cluster/network.ts'
import { importImages, upRealCluster } from '../../../scripts/cluster/real-cluster.ts'
import { runName } from './run-name.ts'

const START_LIMIT_MS = 300_000

export interface RealCluster {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string
  /** Addresses outside of the cluster that accept TCP on port 8080; none where the cluster is the user's own. */
  readonly outside: readonly string[]
  /** What `kubectl` prints; rejects with its words when it fails. `input` is its standard input. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>
  /** Gives a docker-archive to every node, for pods with `imagePullPolicy: Never`. */
  readonly importImage: (archive: string) => Promise<void>
}

function cluster(kubeconfig: string): RealCluster {
  const isOurs = dirname(dirname(kubeconfig)) === stateRoot()
  return {
    kubeconfig,
    outside: isOurs ? OUTSIDE_ADDRESSES : [],
    kubectl: async (args, input) => {
      const running = promisify(execFile)(inject('kubectl'), ['--kubeconfig', kubeconfig, ...args], {
        maxBuffer: 1 << 26,
      })
      if (input !== undefined) running.child.stdin?.end(input)
      return (await running).stdout
    },
    importImage: async (archive) => {
      if (!isOurs) throw new Error(`give the image ${archive} to the nodes of the cluster under test by hand`)
      await importImages(dirname(kubeconfig).slice(stateRoot().length + 1), [archive])
    },
  }
}

function given(): string | undefined {
  return process.env['MOAT_TEST_KUBECONFIG'] || undefined
}

/** Why there are no nodes here; empty where there are. A cluster without an enforcer is always one of ours. */
function lacking(enforcer: Enforcer): string {
  if (given() === undefined || enforcer === 'none') return inject('noNodes')[enforcer]
  return enforcer === 'nftables' ? 'the one of MOAT_TEST_KUBECONFIG is tested as it is, once' : ''
}

function isUp(name: string): boolean {
  try {
    return readFileSync(join(stateRoot(), name, 'enforcer'), 'utf8') !== ''
  } catch {
    return false
  }
}

async function shared(enforcer: Enforcer): Promise<RealCluster> {
  const own = given()
  if (own !== undefined && enforcer !== 'none') return cluster(own)
  const runner = inject('runner')
  const name = runName(runner, enforcer)
  if (isUp(name)) return cluster(join(stateRoot(), name, 'kubeconfig'))
  const say = (line: string): void => void process.stderr.write(`test cluster: ${line}\n`)
  return cluster(await upRealCluster({ name, enforcer, owner: runner, say }))
}

/** A `describe` on a cluster with nodes, skipped with the reason where there is none. Ask for it in tests and hooks only. */
export function describeOnCluster(
  title: string,
  body: (cluster: () => RealCluster) => void,
  enforcer: Enforcer = 'iptables',
): void {
  const reason = lacking(enforcer)
  const lacks = reason === '' ? '' : ` [needs a cluster with nodes: ${reason}]`
  describe.skipIf(lacks !== '')(`${title}${lacks}`, () => {
    let found: RealCluster | undefined
    beforeAll(async () => {
      found = await shared(enforcer)
    }, START_LIMIT_MS)
    body(() => {
      if (!found) throw new Error('the cluster is there only in tests and in hooks')
      return found
    })
  })
}
