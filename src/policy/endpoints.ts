// Workloads expanded into the pods that Kubernetes would make of them.
import type { Labels } from './selector.ts'
import type { Pod, Snapshot, Workload } from './snapshot.ts'

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

function podOf(workload: Workload, index: number, single: boolean): Pod {
  const name = single && workload.kind !== 'StatefulSet' ? workload.name : `${workload.name}-${index}`
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

/** Bare pods that can hold an address (S38), then each workload's pods, at most `maxReplicas` of each. */
export function podsOf(snapshot: Snapshot, maxReplicas = 2): Pod[] {
  const bare = snapshot.pods.filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Failed')
  const made = snapshot.workloads.flatMap((workload) => {
    const count = Math.min(workload.replicas, maxReplicas)
    return Array.from({ length: count }, (_, index) => podOf(workload, index, count === 1))
  })
  return [...bare, ...made]
}
