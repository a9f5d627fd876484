// Endpoints grouped into classes that no policy can tell apart, so that each question is answered once for each class.
import { type Namespace, type Pod } from '../policy/snapshot.ts'
import type { Endpoint } from './endpoint.ts'
import { ClassKeys } from './class-keys.ts'
import { namespaceOf } from './match.ts'
import type { Vocabulary } from './vocabulary.ts'

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
  readonly #keys: ClassKeys
  readonly #namespaces: ReadonlyMap<string, Namespace>
  readonly #named = new Map<string, Namespace>()
  readonly #byKey = new Map<string, EndpointClass>()
  readonly #byPod = new WeakMap<Pod, PodClass>()

  constructor(vocabulary: Vocabulary, namespaces: ReadonlyMap<string, Namespace>) {
    this.#keys = new ClassKeys(vocabulary)
    this.#namespaces = namespaces
  }

  classOf(endpoint: Endpoint): EndpointClass {
    return endpoint.kind === 'pod' ? this.podClass(endpoint.pod) : this.#outsideClass(endpoint)
  }

  podClass(pod: Pod): PodClass {
    const known = this.#byPod.get(pod)
    if (known) return known
    const found = this.#find(pod)
    this.#byPod.set(pod, found)
    return found
  }

  /** The classes of many pods, each asked for once: they are not remembered by pod. */
  podClasses(pods: readonly Pod[]): readonly PodClass[] {
    return pods.map((pod) => this.#find(pod))
  }

  #find(pod: Pod): PodClass {
    const namespace = this.#namespace(pod.namespace)
    const portKey = this.#keys.ports(pod.ports)
    const key = hasIdentity(pod) ? this.#keys.pod(pod, namespace, portKey) : this.#keys.host(pod, portKey)
    const known = this.#byKey.get(key)
    if (known) return known as PodClass
    const made: PodClass = { kind: 'pod', id: this.#byKey.size, pod, namespace, portKey }
    this.#byKey.set(key, made)
    return made
  }

  #namespace(name: string): Namespace {
    const known = this.#named.get(name)
    if (known) return known
    const found = namespaceOf(this.#namespaces, name)
    this.#named.set(name, found)
    return found
  }

  #outsideClass(endpoint: Extract<Endpoint, { kind: 'outside' }>): EndpointClass {
    const key = this.#keys.outside(endpoint.address)
    const found = this.#byKey.get(key) ?? { kind: 'outside', id: this.#byKey.size, endpoint }
    this.#byKey.set(key, found)
    return found
  }
}
