// Workloads expanded into the pods that Kubernetes would make of them.
import type { Labels } from './selector.ts'
import { type Pod, qualifiedName, type Snapshot, type Workload } from './snapshot.ts'

/** Labels that the controllers add to the pods they make (S42); those with unpredictable values are left out. */
function addedLabels(workload: Workload, name: string, index: number): [string, string][] {
  switch (workload.kind) {
    case 'StatefulSet':
      return [
        ['statefulset.kubernetes.io/pod-name', name],
        ['apps.kubernetes.io/pod-index', `${index}`],
      ]
    case 'Job':
      return [
        ['job-name', workload.name],
        ['batch.kubernetes.io/job-name', workload.name],
      ]
    default:
      return []
  }
}

/** `name-index`, or the name alone for a single pod whose kind does not number its pods. */
function podName(workload: Workload, index: number, count: number): string {
  return count === 1 && workload.kind !== 'StatefulSet' ? workload.name : `${workload.name}-${index}`
}

function podOf(workload: Workload, name: string, index: number): Pod {
  const labels: Labels = new Map([...workload.template.labels, ...addedLabels(workload, name, index)])
  return {
    ...workload.template,
    labels,
    namespace: workload.namespace,
    name,
    owner: { kind: workload.kind, name: workload.name },
    addresses: [],
    ...(workload.span && { span: workload.span }),
  }
}

/**
 * Bare pods that can hold an address (S38), then each workload's pods, at most `maxReplicas` of each. No two have one
 * name: where it is taken, the kind of the workload is added (`web-deployment`, `web-0-deployment`).
 */
export function podsOf(snapshot: Snapshot, maxReplicas = 2): Pod[] {
  const bare = snapshot.pods.filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Failed')
  if (snapshot.workloads.length === 0) return bare
  const taken = new Set(bare.map(qualifiedName))
  const made = snapshot.workloads.flatMap((workload) => {
    const count = Math.min(workload.replicas, maxReplicas)
    return Array.from({ length: count }, (_, nth) => {
      const index = nth + (workload.firstOrdinal ?? 0)
      const plain = podName(workload, index, count)
      const isTaken = taken.has(`${workload.namespace}/${plain}`)
      const pod = podOf(workload, isTaken ? `${plain}-${workload.kind.toLowerCase()}` : plain, index)
      taken.add(qualifiedName(pod))
      return pod
    })
  })
  return [...bare, ...made]
}
