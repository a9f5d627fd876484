// Who plays which part in the demonstration: the model, a caller that may speak to it, and a stranger that may not.
import type { PodPeer } from '../../policy/moat-spec.ts'
import { matches } from '../../policy/selector.ts'
import type { Moat, Pod, Snapshot } from '../../policy/snapshot.ts'

/** Sets a pod's part where the Moat alone does not tell it: `feature-api`, `stranger` or `scraper`. */
export const ROLE_ANNOTATION = 'sandbox.modelmoat.dev/role'

export interface Part {
  readonly moat: Moat
  /** Every pod that the Moat selects: each runs a language model server. */
  readonly models: readonly Pod[]
  /** The first pod that may call the model; absent when no pod may. */
  readonly caller?: Pod
  /** The first pod that may not, of the model's own namespace where there is one. */
  readonly stranger?: Pod
  /** A pod that scrapes the model's metrics. */
  readonly scraper?: Pod
}

function isPeer(snapshot: Snapshot, moat: Moat, pod: Pod): (peer: PodPeer) => boolean {
  const labels = snapshot.namespaces.get(pod.namespace)?.labels ?? new Map()
  return ({ namespaces, pods }) =>
    (namespaces === 'own' ? pod.namespace === moat.namespace : matches(namespaces, labels)) && matches(pods, pod.labels)
}

function withRole(pods: readonly Pod[], role: string): Pod | undefined {
  return pods.find((pod) => pod.annotations.get(ROLE_ANNOTATION) === role)
}

/** Casts the pods of a snapshot (workloads expanded). `reserved` takes no part: the DNS pod. */
export function castOf(snapshot: Snapshot, moat: Moat, reserved: readonly Pod[]): Part {
  const free = snapshot.pods.filter((pod) => !pod.hostNetwork && !reserved.includes(pod))
  const models = free.filter((pod) => pod.namespace === moat.namespace && matches(moat.spec.model.pods, pod.labels))
  const others = free.filter((pod) => !models.includes(pod))
  const { callers, scrapers } = moat.spec
  const mayCall = others.filter((pod) => callers.some(isPeer(snapshot, moat, pod)))
  const scraping = others.filter((pod) => scrapers.some(isPeer(snapshot, moat, pod)))
  const scraper = withRole(others, 'scraper') ?? scraping[0]
  const strangers = others.filter((pod) => !mayCall.includes(pod) && !scraping.includes(pod) && pod !== scraper)
  const caller = withRole(mayCall, 'feature-api') ?? mayCall[0]
  const stranger =
    withRole(strangers, 'stranger') ?? strangers.find((pod) => pod.namespace === moat.namespace) ?? strangers[0]
  return { moat, models, ...(caller && { caller }), ...(stranger && { stranger }), ...(scraper && { scraper }) }
}
