import { describe, expect, it } from 'vitest'
import { ownersOf, workloadOf } from './workload-name.ts'

const pod = (kind: string, name: string, hash?: string) => ({
  owner: { kind, name },
  labels: new Map(hash === undefined ? [] : [['pod-template-hash', hash]]),
})

describe('the workload of a pod', () => {
  it('is the Deployment of a ReplicaSet that ends in the hash of its pods', () => {
    expect(workloadOf(pod('ReplicaSet', 'web-77d5', '77d5'))).toEqual({ kind: 'Deployment', name: 'web' })
    expect(ownersOf(pod('ReplicaSet', 'web-77d5', '77d5')).map(({ kind }) => kind)).toEqual([
      'ReplicaSet',
      'Deployment',
    ])
  })

  it('is the ReplicaSet where its name does not end so', () => {
    for (const hash of [undefined, '', '12']) {
      expect(workloadOf(pod('ReplicaSet', 'web-77d5', hash))).toEqual({ kind: 'ReplicaSet', name: 'web-77d5' })
    }
    expect(workloadOf(pod('ReplicaSet', '-77d5', '77d5'))).toEqual({ kind: 'ReplicaSet', name: '-77d5' })
  })

  it('is the Job, and perhaps a CronJob above it', () => {
    expect(workloadOf(pod('Job', 'nightly-28000'))).toEqual({ kind: 'Job', name: 'nightly-28000' })
    expect(ownersOf(pod('Job', 'nightly-28000'))).toHaveLength(2)
  })

  it('is none for a bare pod', () => {
    expect(workloadOf({ labels: new Map() })).toBeUndefined()
  })
})
