// Endpoints grouped into classes that no policy can tell apart, so that each question is answered once for each class.
import { type Namespace, type Pod } from '../policy/snapshot.ts'
import type { Endpoint } from './endpoint.ts'
import { namespaceOf } from './match.ts'
import { pieceOf, visibleLabels, visiblePorts, type Vocabulary } from './vocabulary.ts'

/** A class, by its first member. `id` counts from 0 in the order of appearance. */
export type EndpointClass = PodClass | OutsideClass

export interface PodClass {
  readonly kind: 'pod'
  readonly id: number
  readonly pod: Pod
  readonly namespace: Namespace
  /** The named ports, as far as rules can see them: equal keys resolve every name alike. */
  readonly portKey: string
}

export interface OutsideClass {
  readonly kind: 'outside'
  readonly id: number
  readonly endpoint: Extract<Endpoint, { kind: 'outside' }>
}

/** True when policies select the pod or match it by labels: pods on the host network never are (S33). */
export function hasIdentity(pod: Pod): boolean {
  return !pod.hostNetwork
}

/** Finds the class of an endpoint; a class appears when its first member is asked for. */
export class ClassIndex {
  readonly #vocabulary: Vocabulary
  readonly #namespaces: ReadonlyMap<string, Namespace>
  readonly #byKey = new Map<string, EndpointClass>()
  readonly #byPod = new WeakMap<Pod, PodClass>()

  constructor(vocabulary: Vocabulary, namespaces: ReadonlyMap<string, Namespace>) {
    this.#vocabulary = vocabulary
    this.#namespaces = namespaces
  }

  classOf(endpoint: Endpoint): EndpointClass {
    return endpoint.kind === 'pod' ? this.podClass(endpoint.pod) : this.#outsideClass(endpoint)
  }

  podClass(pod: Pod): PodClass {
    const known = this.#byPod.get(pod)
    if (known) return known
    const namespace = namespaceOf(this.#namespaces, pod.namespace)
    const portKey = visiblePorts(pod.ports, this.#vocabulary.portNames).join()
    const key = this.#podKey(pod, namespace, portKey)
    const found = (this.#byKey.get(key) as PodClass | undefined) ?? {
      kind: 'pod',
      id: this.#byKey.size,
      pod,
      namespace,
      portKey,
    }
    this.#byKey.set(key, found)
    this.#byPod.set(pod, found)
    return found
  }

  #outsideClass(endpoint: Extract<Endpoint, { kind: 'outside' }>): EndpointClass {
    const key = `outside ${pieceOf(endpoint.address, this.#vocabulary.borders)}`
    const found = this.#byKey.get(key) ?? { kind: 'outside', id: this.#byKey.size, endpoint }
    this.#byKey.set(key, found)
    return found
  }

  #podKey(pod: Pod, namespace: Namespace, portKey: string): string {
    const { borders, nodes } = this.#vocabulary
    const pieces = pod.addresses.map((address) => pieceOf(address, borders)).sort()
    const seen = [pieces, portKey]
    if (!hasIdentity(pod)) return JSON.stringify(['host', ...(nodes ? [pod.nodeName] : []), ...seen])
    return JSON.stringify([
      this.#namespaceKey(namespace),
      visibleLabels(pod.labels, this.#vocabulary.podLabels),
      ...seen,
    ])
  }

  /** A namespace with policies stands for itself; others are known by the labels that selectors can see. */
  #namespaceKey(namespace: Namespace): unknown {
    if (this.#vocabulary.governed.has(namespace.name)) return namespace.name
    return [namespace.declared, ...visibleLabels(namespace.labels, this.#vocabulary.namespaceLabels)]
  }
}
