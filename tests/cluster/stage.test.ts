// `moat stage` on real nodes: every cell of the seed enforced where an enforcer runs, NOT ENFORCED where policies are ignored.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { StageReport } from '../../src/render/stage.ts'
import { schemaErrors } from '../support/json-schemas.ts'
import { describeOnCluster, type RealCluster } from './support/real-cluster.ts'

const LIMIT_MS = 400_000

interface Ended {
  readonly code: number
  readonly report: StageReport
}

async function stage(cluster: RealCluster, ...more: readonly string[]): Promise<Ended> {
  const outside = cluster.outside.flatMap((address) => ['--outside', `${address}:8080`])
  const args = ['bin/moat.mjs', 'stage', 'examples/seed', '--kubeconfig', cluster.kubeconfig, '-o', 'json', ...outside]
  const running = promisify(execFile)(process.execPath, [...args, ...more], { maxBuffer: 1 << 26 })
  const { code, stdout } = await running.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { readonly code: number; readonly stdout: string }) => error,
  )
  return { code, report: JSON.parse(stdout) as StageReport }
}

async function leftovers(cluster: RealCluster): Promise<string> {
  return cluster.kubectl(['get', 'namespaces', '-l', 'modelmoat.dev/purpose', '-o', 'name'])
}

describeOnCluster('moat stage on a cluster that enforces', (cluster) => {
  it(
    'has every cell of the seed enforced, and leaves nothing behind',
    async () => {
      const { code, report } = await stage(cluster(), '--staging-namespace', 'stage-test')
      const odd = report.cells.filter(({ verdict }) => verdict !== 'ENFORCED')
      expect(odd).toEqual([])
      expect(report.summary.cells).toBeGreaterThan(60)
      expect(report.canary?.verdict).toBe('ENFORCED')
      expect(schemaErrors('stage', report)).toEqual([])
      expect(code).toBe(0)
      expect(await leftovers(cluster())).toBe('')
    },
    LIMIT_MS,
  )
})

describeOnCluster(
  'moat stage on a cluster that ignores policies',
  (cluster) => {
    it(
      'says not enforced for exactly the cells that are denied',
      async () => {
        const { code, report } = await stage(cluster(), '--staging-namespace', 'stage-none', '--patience', '5')
        expect(code).toBe(1)
        expect(report.verdict).toBe('NOT ENFORCED')
        expect(report.canary?.verdict).toBe('NOT ENFORCED')
        const denied = report.cells.filter(({ predicted }) => predicted === 'Denied').length
        expect(denied).toBeGreaterThan(10)
        expect(report.summary).toMatchObject({ notEnforced: denied, inconclusive: 0 })
        expect(await leftovers(cluster())).toBe('')
      },
      LIMIT_MS,
    )
  },
  'none',
)
