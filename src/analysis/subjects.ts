// The pods that a proof is about: the model's pods of the input, or the plainest pods that the Moat would select.
import { podsOf } from '../policy/endpoints.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import { type Labels, matches } from '../policy/selector.ts'
import type { ContainerPort, Moat, Pod, Snapshot } from '../policy/snapshot.ts'
import type { Protocol } from '../sets/connection-set.ts'
import { intersectBoxes, witnessOf } from '../sets/label-set.ts'
import { peerBox, splitLabels, subjectBox } from './universe.ts'

export interface Subject {
  readonly pod: Pod
  readonly present: boolean
}

/** Pods as the workloads would make them: those scaled to none too, and of a StatefulSet each, since each has labels of its own (S42). */
export function everyPod(snapshot: Snapshot): Pod[] {
  const replicas = Math.max(1, ...snapshot.workloads.map((workload) => workload.replicas))
  const workloads = snapshot.workloads.map((workload) => {
    const wanted = Math.max(1, workload.replicas)
    return {
      ...workload,
      replicas: workload.kind === 'StatefulSet' ? Math.min(wanted, MOST_REPLICAS) : Math.min(wanted, 1),
    }
  })
  return podsOf({ ...snapshot, workloads }, Math.min(replicas, MOST_REPLICAS))
}

const MOST_REPLICAS = 100

/** What policies and ports can see of a pod; pods alike in it share every answer. */
function looks(pod: Pod): string {
  const labels = [...pod.labels].sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([labels, pod.ports, pod.hostNetwork, pod.addresses.map(({ value }) => `${value}`)])
}

/** Pods of the input, one of those that look alike. */
export function distinct(pods: readonly Pod[]): Subject[] {
  const byLooks = new Map(pods.toReversed().map((pod) => [looks(pod), pod]))
  return [...byLooks.values()].toReversed().map((pod) => ({ pod, present: true }))
}

/** Where the ports of a made-up pod start, for names that are not the API's. */
const FIRST_PORT = 9001

function namesIn(policy: NetworkPolicy): { name: string; protocol: Protocol }[] {
  return (policy.ingress ?? []).flatMap(({ ports }) =>
    ports === 'any' ? [] : ports.flatMap((port) => (port.kind === 'named' ? [port] : [])),
  )
}

/** A port for each name that policies of the pod or its Moat speak of: a rule for a name must find what it may open. */
function namedPorts(moat: Moat, snapshot: Snapshot, labels: Labels): ContainerPort[] {
  const { model, callers, scrapers } = moat.spec
  const stated = [model.apiPort, model.metricsPort, ...[...callers, ...scrapers].flatMap(({ ports }) => ports)]
  const policies = snapshot.networkPolicies.filter(
    ({ namespace, subject }) => namespace === moat.namespace && matches(subject, labels),
  )
  const names = [
    ...stated.flatMap((port) => (typeof port?.port === 'string' ? [{ name: port.port, protocol: port.protocol }] : [])),
    ...policies.flatMap(namesIn),
  ]
  const byName = new Map(names.map(({ name, protocol }) => [name, protocol]))
  return [...byName].map(([name, protocol], index) => ({
    name,
    protocol,
    port: name === model.apiPort?.port ? 8080 : FIRST_PORT + index,
  }))
}

/**
 * The model's pods in the input, one of those that look alike. Where the input has none: pods that the Moat would
 * select, and with them all that its policies can tell apart; none at all when no pod could have the labels.
 */
export function subjectsOf(moat: Moat, snapshot: Snapshot): Subject[] {
  const selected = everyPod(snapshot).filter(
    (pod) => pod.namespace === moat.namespace && matches(moat.spec.model.pods, pod.labels),
  )
  if (selected.length > 0) return distinct(selected)
  return possibleLabels(moat, snapshot).map((labels) => {
    const ports = namedPorts(moat, snapshot, labels)
    const { namespace } = moat
    const pod: Pod = {
      namespace,
      name: 'model',
      labels,
      annotations: new Map(),
      ports,
      hostNetwork: false,
      addresses: [],
    }
    return { pod, present: false }
  })
}

/**
 * The plainest labels that the Moat selects, then for each policy that selects only some such pods the plainest of those: rules add
 * up (S27), so what no policy opens for one of these pods, no policies open for any.
 */
function possibleLabels(moat: Moat, snapshot: Snapshot): Labels[] {
  const box = peerBox({ namespaces: 'own', pods: moat.spec.model.pods }, moat.namespace)
  if (!box) return []
  const plainest = splitLabels(witnessOf(box)).pod
  const others = snapshot.networkPolicies.flatMap((policy) => {
    if (policy.namespace !== moat.namespace || matches(policy.subject, plainest)) return []
    if (!policy.ingress?.length && !policy.egress?.length) return [] // It opens nothing.
    const selected = subjectBox(policy)
    const both = selected && intersectBoxes(box, selected)
    return both ? [splitLabels(witnessOf(both)).pod] : []
  })
  const byLabels = new Map([plainest, ...others].map((labels) => [JSON.stringify([...labels]), labels]))
  return [...byLabels.values()]
}
