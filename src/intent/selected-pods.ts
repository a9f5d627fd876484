// Which pods of the input a Moat, a caller or a destination speaks of.
import type { Span } from '../diag/source.ts'
import { podsOf } from '../policy/endpoints.ts'
import type { PodPeer } from '../policy/moat-spec.ts'
import { type Labels, matches, type Selector } from '../policy/selector.ts'
import { type ContainerPort, NAMESPACE_NAME_LABEL, type Snapshot } from '../policy/snapshot.ts'

/** A pod, or the template of a workload that has none at the moment. */
export interface Candidate {
  /** `Pod`, or the kind of the workload. */
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  readonly ports: readonly ContainerPort[]
  readonly hostNetwork: boolean
  readonly span?: Span
}

/** Pods as Kubernetes would make them, and the templates of workloads scaled to none. */
export function candidates(snapshot: Snapshot): Candidate[] {
  const pods = podsOf(snapshot, 1).map((pod) => ({ ...pod, kind: pod.owner?.kind ?? 'Pod' }))
  const resting = snapshot.workloads
    .filter((workload) => workload.replicas === 0)
    .map(({ kind, namespace, name, template, span }) => ({ ...template, kind, namespace, name, ...(span && { span }) }))
  return [...pods, ...resting]
}

/** The candidates of one namespace that the selector matches. */
export function selectedIn(snapshot: Snapshot, namespace: string, selector: Selector): Candidate[] {
  return candidates(snapshot).filter((pod) => pod.namespace === namespace && matches(selector, pod.labels))
}

/** Whether a peer of a policy in `own` covers a namespace; `maybe` where the namespace's labels are unknown (S40). */
export function coversNamespace(
  snapshot: Snapshot,
  peer: { readonly own: string; readonly namespaces: PodPeer['namespaces'] },
  name: string,
): 'yes' | 'no' | 'maybe' {
  if (peer.namespaces === 'own') return name === peer.own ? 'yes' : 'no'
  const namespace = snapshot.namespaces.get(name)
  const labels = namespace?.labels ?? new Map([[NAMESPACE_NAME_LABEL, name]])
  const unknown = !namespace?.declared
  const known = peer.namespaces.requirements.filter(({ key }) => !unknown || key === NAMESPACE_NAME_LABEL)
  if (!matches({ requirements: known }, labels)) return 'no'
  return known.length === peer.namespaces.requirements.length ? 'yes' : 'maybe'
}

/** `Deployment ai-models/slm`. */
export function candidateName(pod: Candidate): string {
  return `${pod.kind} ${pod.namespace}/${pod.name}`
}
