// The canary over a cluster in memory: one that enforces, one that ignores policies, and ones that answer something odd.
import { describe, expect, it } from 'vitest'
import { FakeCluster } from '../../../tests/support/fake-cluster.ts'
import { KubeError } from '../api/kube-error.ts'
import { NAMESPACES } from '../api/resources.ts'
import { runCanary } from './canary.ts'

describe('the canary', () => {
  it('says enforced, for both directions, where policies cut what they deny', async () => {
    const cluster = new FakeCluster()
    const { verdict, directions } = await runCanary(cluster)
    expect(verdict).toBe('enforced')
    expect(directions.map(({ direction, hold }) => `${direction} ${hold.verdict}`)).toEqual([
      'ingress enforced',
      'egress enforced',
    ])
    expect(cluster.names()).toEqual([])
  })

  it('says not enforced where policies are stored and ignored', async () => {
    const cluster = new FakeCluster({ enforces: false })
    const { verdict, reason } = await runCanary(cluster, { patience: 300 })
    expect({ verdict, reason }).toMatchObject({ verdict: 'not enforced' })
    expect(reason).toContain('ingress')
    expect(cluster.names()).toEqual([])
  })

  it('says not enforced where only one direction is', async () => {
    const cluster = new FakeCluster({
      overrule: (source, target) => (source.endsWith('/held') && target === '10.244.0.3:8080' ? true : undefined),
    })
    const { verdict, directions } = await runCanary(cluster, { patience: 300 })
    expect(verdict).toBe('not enforced')
    expect(directions.map(({ hold }) => hold.verdict)).toEqual(['enforced', 'not enforced'])
  })

  it('is inconclusive where the pods do not reach each other without a policy either', async () => {
    const cluster = new FakeCluster({ overrule: () => false })
    const { verdict, reason } = await runCanary(cluster, { patience: 300 })
    expect(verdict).toBe('inconclusive')
    expect(reason).toContain('before any policy')
  })

  it('is inconclusive where the controls are cut together with the held connection', async () => {
    const policies = (cluster: FakeCluster): boolean =>
      cluster.names().some((name) => name.startsWith('networkpolicies'))
    const cluster: FakeCluster = new FakeCluster({ overrule: () => !policies(cluster) })
    expect(await runCanary(cluster, { patience: 300 })).toMatchObject({ verdict: 'inconclusive' })
  })

  it('removes what a killed run left behind once its time is over, and nothing of others', async () => {
    const cluster = new FakeCluster()
    const namespace = (name: string, expires: number) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: { 'modelmoat.dev/purpose': 'canary' },
        annotations: { 'modelmoat.dev/expires': new Date(Date.now() + expires).toISOString() },
      },
    })
    await cluster.create(NAMESPACES, namespace('moat-canary-old', -1000))
    await cluster.create(NAMESPACES, namespace('moat-canary-running', 100_000))
    await cluster.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
    await runCanary(cluster)
    expect(cluster.names()).toEqual(['namespaces//moat-canary-running', 'namespaces//shop'])
  })

  it.each([
    [
      'an image that cannot be pulled',
      { phase: 'Pending', containerStatuses: [{ name: 'probe', state: { waiting: { reason: 'ErrImagePull' } } }] },
      'probe-image',
    ],
    [
      'a container that cannot start',
      {
        phase: 'Pending',
        containerStatuses: [{ name: 'probe', state: { waiting: { reason: 'CreateContainerError' } } }],
      },
      'probe-pod-failed',
    ],
  ])('names %s, and cleans up', async (_, status, code) => {
    const cluster = new FakeCluster({ status: () => status })
    await expect(runCanary(cluster)).rejects.toMatchObject({ diagnostic: { code } })
    expect(cluster.names()).toEqual([])
  })

  it('names a quota that leaves no room, and cleans up', async () => {
    const cluster = new FakeCluster({
      refuse: ({ kind }) =>
        kind === 'Pod'
          ? new KubeError(
              { severity: 'error', code: 'quota-exceeded', message: 'pods "free" is forbidden: exceeded quota: small' },
              { status: 403 },
            )
          : undefined,
    })
    await expect(runCanary(cluster)).rejects.toMatchObject({ diagnostic: { code: 'probe-quota' } })
    expect(cluster.names()).toEqual([])
  })

  it('cleans up when it is interrupted', async () => {
    const cluster = new FakeCluster({ enforces: false })
    const stop = new AbortController()
    const onStep = (step: string): void => {
      if (step.endsWith('ingress')) stop.abort()
    }
    await expect(runCanary(cluster, { signal: stop.signal, onStep })).rejects.toThrow('abort')
    expect(cluster.names()).toEqual([])
  })
})
