// Workloads expanded into pods: how many, their names, and the labels that controllers add (S42).
import { describe, expect, it } from 'vitest'
import { podsOf } from './endpoints.ts'
import { EMPTY_SNAPSHOT, type Pod, type Snapshot, type Workload, type WorkloadKind } from './snapshot.ts'

const template = { labels: new Map([['app', 'x']]), annotations: new Map(), ports: [], hostNetwork: false }

function workload(kind: WorkloadKind, replicas: number): Workload {
  return { kind, namespace: 'n', name: 'w', replicas, template }
}

function pods(...workloads: Workload[]): Pod[] {
  const snapshot: Snapshot = { ...EMPTY_SNAPSHOT, workloads }
  return podsOf(snapshot)
}

function bare(name: string, phase?: string): Pod {
  return { ...template, namespace: 'n', name, addresses: [], ...(phase !== undefined && { phase }) }
}

describe('the pods of a snapshot', () => {
  it('leave out bare pods that have ended (S38)', () => {
    const all = [bare('a'), bare('b', 'Running'), bare('c', 'Succeeded'), bare('d', 'Failed'), bare('e', 'Pending')]
    expect(podsOf({ ...EMPTY_SNAPSHOT, pods: all }).map(({ name }) => name)).toEqual(['a', 'b', 'e'])
  })

  it('are as many as replicas, up to the limit', () => {
    expect(pods(workload('Deployment', 0))).toEqual([])
    expect(pods(workload('Deployment', 1)).map(({ name }) => name)).toEqual(['w'])
    expect(pods(workload('Deployment', 9)).map(({ name }) => name)).toEqual(['w-0', 'w-1'])
    expect(podsOf({ ...EMPTY_SNAPSHOT, workloads: [workload('Deployment', 9)] }, 3)).toHaveLength(3)
  })

  it('carry the labels of the template and name their owner', () => {
    const [pod] = pods(workload('Deployment', 1))
    expect(pod).toMatchObject({ namespace: 'n', owner: { kind: 'Deployment', name: 'w' }, addresses: [] })
    expect([...(pod as Pod).labels]).toEqual([['app', 'x']])
  })

  it('of a StatefulSet are numbered, also a single one, and say so in labels', () => {
    const [first] = pods(workload('StatefulSet', 1))
    expect(first?.name).toBe('w-0')
    expect(first?.labels.get('statefulset.kubernetes.io/pod-name')).toBe('w-0')
    expect(first?.labels.get('apps.kubernetes.io/pod-index')).toBe('0')
  })

  it('of a StatefulSet are numbered from its first ordinal', () => {
    const named = pods({ ...workload('StatefulSet', 2), firstOrdinal: 3 })
    expect(named.map(({ name }) => name)).toEqual(['w-3', 'w-4'])
    expect(named.map(({ labels }) => labels.get('apps.kubernetes.io/pod-index'))).toEqual(['3', '4'])
  })

  it('never share a name, whatever workloads and bare pods are called', () => {
    const snapshot = {
      ...EMPTY_SNAPSHOT,
      pods: [bare('w'), bare('w-0')],
      workloads: [workload('Deployment', 1), workload('Job', 1), workload('StatefulSet', 2), workload('DaemonSet', 1)],
    }
    const names = podsOf(snapshot).map(({ name }) => name)
    expect(names).toEqual(['w', 'w-0', 'w-deployment', 'w-job', 'w-0-statefulset', 'w-1', 'w-daemonset'])
  })

  it('of a Job carry its name', () => {
    const [pod] = pods(workload('Job', 1))
    expect(pod?.labels.get('job-name')).toBe('w')
    expect(pod?.labels.get('batch.kubernetes.io/job-name')).toBe('w')
  })
})
