// The pods that a proof is about: the model's pods of the input, or the plainest pods that the Moat would select.
import { matchNamespace, namespaceOf } from '../engine/match.ts'
import { podsOf } from '../policy/endpoints.ts'
import type { ClusterRule } from '../policy/cluster-network-policy.ts'
import { type Labels, matches } from '../policy/selector.ts'
import type { ContainerPort, Moat, Pod, Snapshot } from '../policy/snapshot.ts'
import type { Protocol } from '../sets/connection-set.ts'
import { type Box, difference, intersectBoxes, witnessOf } from '../sets/label-set.ts'
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

function namesIn({ ports }: Pick<ClusterRule, 'ports'>): { name: string; protocol: Protocol }[] {
  return ports === 'any' ? [] : ports.flatMap((port) => (port.kind === 'named' ? [port] : []))
}

/** A port for each name that policies of the pod or its Moat speak of: a rule for a name must find what it may open. */
function namedPorts(moat: Moat, snapshot: Snapshot, labels: Labels): ContainerPort[] {
  const { model, callers, scrapers } = moat.spec
  const stated = [model.apiPort, model.metricsPort, ...[...callers, ...scrapers].flatMap(({ ports }) => ports)]
  const cluster = snapshot.clusterPolicies.flatMap(({ ingress }) => ingress)
  const policies = snapshot.networkPolicies.filter(
    ({ namespace, subject }) => namespace === moat.namespace && matches(subject, labels),
  )
  const names = [
    ...stated.flatMap((port) => (typeof port?.port === 'string' ? [{ name: port.port, protocol: port.protocol }] : [])),
    ...[...policies.flatMap((policy) => policy.ingress ?? []), ...cluster].flatMap(namesIn),
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
  const all = box ? toldApart(box, moat, snapshot).flatMap((part) => labelsIn(part, moat, snapshot)) : []
  return [...new Map(all.map((labels) => [JSON.stringify([...labels]), labels])).values()]
}

/** The parts of a box that admin policies tell apart: what they deny or accept for one of these pods they may not for another. */
function toldApart(box: Box, moat: Moat, snapshot: Snapshot): Box[] {
  const budget = { steps: MOST_PARTS }
  let parts: Box[] = [box]
  for (const { subject } of snapshot.clusterPolicies) {
    if (matchNamespace(subject.namespaces, namespaceOf(snapshot.namespaces, moat.namespace)) === 'no') continue
    const selected = peerBox({ namespaces: { requirements: [] }, pods: subject.pods }, '')
    if (!selected) continue
    parts = parts.flatMap((part) => {
      const inside = intersectBoxes(part, selected)
      return inside ? [inside, ...difference(part, [selected], budget)] : [part]
    })
  }
  return parts
}

/** More than these parts are not gone through. */
const MOST_PARTS = 1_000

function labelsIn(box: Box, moat: Moat, snapshot: Snapshot): Labels[] {
  const plainest = splitLabels(witnessOf(box)).pod
  const others = snapshot.networkPolicies.flatMap((policy) => {
    if (policy.namespace !== moat.namespace || matches(policy.subject, plainest)) return []
    if (!policy.ingress?.length && !policy.egress?.length) return [] // It opens nothing.
    const selected = subjectBox(policy)
    const both = selected && intersectBoxes(box, selected)
    return both ? [splitLabels(witnessOf(both)).pod] : []
  })
  return [plainest, ...others]
}
