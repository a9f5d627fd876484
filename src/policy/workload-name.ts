// The workload that a person means when looking at a pod: a dump names only the ReplicaSet of a Deployment.
import type { Owner, Pod } from './snapshot.ts'

/** From the pod's direct owner up; empty for a bare pod. */
export function ownersOf({ owner, labels }: Pick<Pod, 'owner' | 'labels'>): readonly Owner[] {
  if (!owner) return []
  const hash = labels.get('pod-template-hash')
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    const name = owner.name.slice(0, -hash.length - 1)
    return name === '' ? [owner] : [owner, { kind: 'Deployment', name }]
  }
  const cronJob = owner.kind === 'Job' ? /^(.+)-\d+$/.exec(owner.name)?.[1] : undefined
  return cronJob === undefined ? [owner] : [owner, { kind: 'CronJob', name: cronJob }]
}

/**
 * A ReplicaSet of a Deployment has another name after each roll-out, so its Deployment is named. A Job keeps its name:
 * that a CronJob made it is only a guess from the number behind it.
 */
export function workloadOf(pod: Pick<Pod, 'owner' | 'labels'>): Owner | undefined {
  const [owner, above] = ownersOf(pod)
  return above?.kind === 'Deployment' ? above : owner
}
