// Who runs in the input, workload by workload, and the smallest stable labels that tell each from the others.
import type { PodPeer } from '../../policy/moat-spec.ts'
import { type Labels, matches, type Selector } from '../../policy/selector.ts'
import { type ContainerPort, NAMESPACE_NAME_LABEL, type Program, type Snapshot } from '../../policy/snapshot.ts'
import { podsOf } from '../../policy/endpoints.ts'
import { workloadOf } from '../../policy/workload-name.ts'

/** A workload, or a pod that belongs to none. */
export interface Subject {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** Those that all its pods have and keep: without what controllers, charts and releases change. */
  readonly labels: Labels
  readonly ports: readonly ContainerPort[]
  readonly hostNetwork: boolean
  readonly programs: readonly Program[]
  readonly annotations: ReadonlyMap<string, string>
}

/** Labels that change with each roll-out, or that say nothing about who a pod is. */
const UNSTABLE =
  /(?:^|[/.-])(?:hash|version|chart|heritage|managed-by|part-of|generation|pod-name|pod-index|controller-uid|job-name|revision|component-id|helm-release-name)$|^(?:release|date|commit|branch|build)$/

/** The likeliest names first. */
const PREFERRED = ['app.kubernetes.io/name', 'app', 'k8s-app', 'name', 'app.kubernetes.io/component', 'component']

/** In the order of the input. Pods that have ended are nobody; workloads scaled to none are somebody. */
export function subjectsOf(snapshot: Snapshot): Subject[] {
  const resting = snapshot.workloads
    .filter(({ replicas }) => replicas === 0)
    .map(({ kind, namespace, name, template }) => ({ ...template, namespace, name, owner: { kind, name } }))
  const groups = Map.groupBy([...podsOf(snapshot, 1), ...resting], (pod) => {
    const workload = workloadOf(pod)
    return JSON.stringify([pod.namespace, workload?.name ?? pod.name, workload?.kind ?? 'Pod'])
  })
  return [...groups].flatMap(([key, pods]) => {
    const [namespace, name, kind] = JSON.parse(key) as [string, string, string]
    const [first] = pods
    if (!first) return []
    const labels = [...first.labels].filter(
      ([label, value]) => !UNSTABLE.test(label) && pods.every((pod) => pod.labels.get(label) === value),
    )
    const { ports, hostNetwork, programs = [], annotations } = first
    return [{ kind, namespace, name, labels: new Map(labels), ports, hostNetwork, programs, annotations }]
  })
}

/** `Deployment ai-models/slm`. */
export function subjectName({ kind, namespace, name }: Subject): string {
  return `${kind} ${namespace}/${name}`
}

export interface Picked {
  readonly selector: Selector
  /** Others of the namespace that even all stable labels match. */
  readonly alsoMatches: readonly Subject[]
}

function selectorOf(labels: readonly (readonly [string, string])[]): Selector {
  return { requirements: labels.map(([key, value]) => ({ key, operator: 'In', values: [value] })) }
}

/** All sets of one label, then of two, then of three: the first that matches nobody else is the smallest. */
function* smallFirst<T>(from: readonly T[]): Generator<readonly T[]> {
  for (const a of from) yield [a]
  for (const [i, a] of from.entries()) for (const b of from.slice(i + 1)) yield [a, b]
  for (const [i, a] of from.entries())
    for (const [j, b] of from.slice(i + 1).entries()) for (const c of from.slice(i + j + 2)) yield [a, b, c]
}

/** The smallest selector of a subject among the others of its namespace; `undefined` where it has no stable label. */
export function pickSelector(subject: Subject, all: readonly Subject[]): Picked | undefined {
  const rank = (key: string) => (PREFERRED.includes(key) ? PREFERRED.indexOf(key) : PREFERRED.length)
  const labels = [...subject.labels].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
  if (labels.length === 0) return undefined
  const others = all.filter((other) => other !== subject && other.namespace === subject.namespace)
  for (const some of smallFirst(labels)) {
    const selector = selectorOf(some)
    if (!others.some((other) => matches(selector, other.labels))) return { selector, alsoMatches: [] }
  }
  const selector = selectorOf(labels)
  return { selector, alsoMatches: others.filter((other) => matches(selector, other.labels)) }
}

/** The subject as somebody that a Moat in namespace `own` names. */
export function peerOf(subject: Subject, all: readonly Subject[], own: string): PodPeer | undefined {
  const picked = pickSelector(subject, all)
  return (
    picked && {
      namespaces: subject.namespace === own ? 'own' : namespaceNamed(subject.namespace),
      pods: picked.selector,
    }
  )
}

export function namespaceNamed(name: string): Selector {
  return selectorOf([[NAMESPACE_NAME_LABEL, name]])
}
