// A staging run of the seed example over a cluster in memory: one that enforces, one that does not, and ones that hinder it.
import { describe, expect, it } from 'vitest'
import { FakeCluster } from '../../../tests/support/fake-cluster.ts'
import { schemaErrors } from '../../../tests/support/json-schemas.ts'
import { load } from '../../cli/load.ts'
import { stageJunit, stageLines, type StageReport } from '../../render/stage.ts'
import { plainText } from '../../render/styled-text.ts'
import { parseAddress } from '../../sets/ip-address.ts'
import { KubeError } from '../api/kube-error.ts'
import { NAMESPACES } from '../api/resources.ts'
import { planStage } from './plan.ts'
import { stage, type StageOptions } from './stage.ts'

const { inForce } = load(['examples/seed'])
const plan = planStage(inForce.snapshot, { name: 'stage', maxPods: 20 })
const outside = ['203.0.113.10', '198.51.100.10']

function run(cluster: FakeCluster, options: Partial<StageOptions> = {}): Promise<StageReport> {
  return stage(cluster, plan, {
    patience: 200,
    maxCells: 400,
    outside: outside.flatMap((text) => {
      const address = parseAddress(text)
      return address ? [{ address, port: 8080 }] : []
    }),
    canary: false,
    ...options,
  })
}

const find = (report: StageReport, source: string, destination: string): string | undefined => {
  const cell = report.cells.find((one) => one.source === source && one.destination === destination && one.port === 8080)
  return cell && `${cell.predicted} ${cell.observed} ${cell.verdict}`
}

describe('a staging run', () => {
  it('has every cell of the seed enforced where the cluster enforces, and leaves nothing behind', async () => {
    const cluster = new FakeCluster({ outside })
    const report = await run(cluster)
    expect(report.summary.cells).toBeGreaterThan(60)
    expect(report.summary).toMatchObject({ enforced: report.summary.cells, notEnforced: 0, inconclusive: 0 })
    expect(report.verdict).toBe('ENFORCED')
    expect(find(report, 'ai-models/feature-api', 'ai-models/slm')).toBe('Allowed Allowed ENFORCED')
    expect(find(report, 'ai-models/stranger', 'ai-models/slm')).toBe('Denied Denied ENFORCED')
    expect(find(report, 'other-team/feature-api', 'ai-models/slm')).toBe('Denied Denied ENFORCED')
    expect(find(report, 'ai-models/slm', '203.0.113.10')).toBe('Allowed Allowed ENFORCED')
    expect(find(report, 'ai-models/slm', '198.51.100.10')).toBe('Denied Denied ENFORCED')
    expect(cluster.names()).toEqual([])
    expect(schemaErrors('stage', report)).toEqual([])
  })

  it('says not enforced where policies are stored and ignored, in every form of output', async () => {
    const report = await run(new FakeCluster({ enforces: false, outside }), { canary: true })
    expect(report.verdict).toBe('NOT ENFORCED')
    expect(report.canary?.verdict).toBe('NOT ENFORCED')
    expect(find(report, 'ai-models/stranger', 'ai-models/slm')).toBe('Denied Allowed NOT ENFORCED')
    expect(plainText(stageLines(report))).toContain('NOT ENFORCED  ai-models/stranger -> ai-models/slm tcp/8080 (IPv4)')
    const junit = stageJunit(report)
    expect(junit).toContain(`failures="${report.summary.notEnforced + 1}"`)
    expect(schemaErrors('stage', report)).toEqual([])
  }, 60_000)

  it('says not enforced where an allowed connection is cut by the policies', async () => {
    const hasPolicies = (): boolean => cluster.names().some((name) => name.startsWith('networkpolicies'))
    const cluster: FakeCluster = new FakeCluster({
      outside,
      overrule: (source, target) =>
        source === 'stage/feature-api' && target.endsWith('.1:8080') && hasPolicies() ? false : undefined,
    })
    const report = await run(cluster)
    expect(find(report, 'ai-models/feature-api', 'ai-models/slm')).toBe('Allowed Denied NOT ENFORCED')
  })

  it('leaves open what was not reached before the policies either', async () => {
    const report = await run(new FakeCluster({ outside: ['203.0.113.10'] }))
    expect(report.verdict).toBe('INCONCLUSIVE')
    expect(find(report, 'ai-models/slm', '198.51.100.10')).toBe('Denied Unknown INCONCLUSIVE')
    expect(find(report, 'ai-models/stranger', 'ai-models/slm')).toBe('Denied Denied ENFORCED')
  })

  it('refuses a namespace that somebody else made, and touches nothing', async () => {
    const cluster = new FakeCluster({ outside })
    await cluster.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'stage-monitoring' } })
    await expect(run(cluster)).rejects.toMatchObject({ diagnostic: { code: 'stage-namespace-foreign' } })
    expect(cluster.names()).toEqual(['namespaces//stage-monitoring'])
  })

  it('removes what a killed run left under its names, and refuses while another run is alive', async () => {
    const left = (alive: string) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: 'stage',
        labels: { 'modelmoat.dev/purpose': 'stage', 'modelmoat.dev/run': 'stage' },
        annotations: { 'modelmoat.dev/alive': alive },
      },
    })
    const cluster = new FakeCluster({ outside })
    await cluster.create(NAMESPACES, left('long ago'))
    expect((await run(cluster)).verdict).toBe('ENFORCED')

    await cluster.create(NAMESPACES, left('beat 0'))
    let beat = 0
    const living = setInterval(() => void cluster.apply(NAMESPACES, left(`beat ${++beat}`)), 50)
    await expect(run(cluster)).rejects.toMatchObject({ diagnostic: { code: 'stage-namespace-in-use' } })
    clearInterval(living)
    expect(cluster.names()).toEqual(['namespaces//stage'])
  }, 60_000)

  it('cleans up when a right is missing in the middle', async () => {
    const forbidden = new KubeError({ severity: 'error', code: 'forbidden', message: 'no' }, { status: 403 })
    const cluster = new FakeCluster({
      outside,
      refuse: ({ kind }) => (kind === 'NetworkPolicy' ? forbidden : undefined),
    })
    await expect(run(cluster)).rejects.toBe(forbidden)
    expect(cluster.names()).toEqual([])
  })

  it('stages one pod for each class, a protected one first, and says what it leaves out', () => {
    const small = planStage(inForce.snapshot, { name: 'stage', maxPods: 2 })
    expect(small.pods[0]?.original.name).toBe('slm')
    expect(small.pods).toHaveLength(2)
    expect(small.remarks.join()).toContain('--max-pods')
  })
})
