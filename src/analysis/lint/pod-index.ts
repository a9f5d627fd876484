// The pods of the input by namespace and label, so that selectors find theirs without looking at all of them.
import { matchNamespace } from '../../engine/match.ts'
import { matches, type Selector } from '../../policy/selector.ts'
import { type Namespace, NAMESPACE_NAME_LABEL, type Pod, qualifiedName } from '../../policy/snapshot.ts'

/** Which namespaces: one by name, or those that a selector matches. */
export type Scope = string | Selector

/** What a selector finds in the input. */
export interface Found {
  /** On a pod network (S33), in namespaces that surely match. */
  readonly pods: readonly Pod[]
  /** On a host network: no selector matches them (S33), though their labels would. */
  readonly hosts: readonly Pod[]
  /** The namespaces that surely match and have pods in the input. */
  readonly namespaces: readonly string[]
  /** There may be more: some namespace's labels are not known (S40), or the selector does not name its namespaces. */
  readonly open: boolean
}

function selectorKey({ requirements }: Selector): string {
  return JSON.stringify(requirements.map(({ key, operator, values }) => [key, operator, values]))
}

export class PodIndex {
  readonly #byNamespace: ReadonlyMap<string, readonly Pod[]>
  readonly #byLabel = new Map<string, Set<Pod>>()
  readonly #namespaces: ReadonlyMap<string, Namespace>
  readonly #found = new Map<string, Found>()
  readonly #scopes = new Map<string, { readonly names: readonly string[]; readonly open: boolean }>()

  constructor(pods: readonly Pod[], namespaces: ReadonlyMap<string, Namespace>) {
    this.#namespaces = namespaces
    this.#byNamespace = Map.groupBy(pods, ({ namespace }) => namespace)
    for (const pod of pods) {
      for (const [key, value] of pod.labels) {
        const label = `${key}=${value}`
        const known = this.#byLabel.get(label)
        if (known) known.add(pod)
        else this.#byLabel.set(label, new Set([pod]))
      }
    }
  }

  /** The pods of one namespace, those on a host network too. */
  in(namespace: string): readonly Pod[] {
    return this.#byNamespace.get(namespace) ?? []
  }

  /** Whether a pod of the input has this label with this value. */
  hasLabel(key: string, value: string): boolean {
    return this.#byLabel.has(`${key}=${value}`)
  }

  find(scope: Scope, selector: Selector): Found {
    const key = `${typeof scope === 'string' ? scope : selectorKey(scope)} ${selectorKey(selector)}`
    const known = this.#found.get(key) ?? this.#search(scope, selector)
    this.#found.set(key, known)
    return known
  }

  #search(scope: Scope, selector: Selector): Found {
    const { names, open } = this.#namesOf(scope)
    const near = this.#candidates(names, selector)
    const all = near.filter(({ labels }) => matches(selector, labels))
    return {
      pods: all.filter(({ hostNetwork }) => !hostNetwork),
      hosts: all.filter(({ hostNetwork }) => hostNetwork),
      namespaces: names,
      open,
    }
  }

  #namesOf(scope: Scope): { readonly names: readonly string[]; readonly open: boolean } {
    if (typeof scope === 'string') return { names: this.#byNamespace.has(scope) ? [scope] : [], open: false }
    const key = selectorKey(scope)
    const known = this.#scopes.get(key)
    if (known) return known
    const answers = [...this.#namespaces.values()].map((one) => ({ name: one.name, match: matchNamespace(scope, one) }))
    const names = answers.flatMap(({ name, match }) => (match === 'yes' && this.#byNamespace.has(name) ? [name] : []))
    const unknown = answers.some(({ match }) => match !== 'yes' && match !== 'no')
    const found = { names, open: unknown || !this.#namesKnown(scope) }
    this.#scopes.set(key, found)
    return found
  }

  /** Asks for namespaces by name, and the input has pods of them all. */
  #namesKnown({ requirements }: Selector): boolean {
    return requirements.some(
      ({ key, operator, values }) =>
        key === NAMESPACE_NAME_LABEL && operator === 'In' && values.every((name) => this.#byNamespace.has(name)),
    )
  }

  /** Pods of the namespaces that could match: by the rarest label that the selector pins, where it pins one. */
  #candidates(names: readonly string[], selector: Selector): Pod[] {
    const within = names.flatMap((name) => this.in(name))
    let fewest: readonly Pod[] = within
    for (const { key, operator, values } of selector.requirements) {
      if (operator !== 'In') continue
      const sets = [...new Set(values)].map((value) => this.#byLabel.get(`${key}=${value}`))
      const size = sets.reduce((sum, set) => sum + (set?.size ?? 0), 0)
      if (size < fewest.length) fewest = sets.flatMap((set) => [...(set ?? [])])
    }
    if (fewest === within) return within
    const inside = new Set(names)
    return fewest.filter(({ namespace }) => inside.has(namespace))
  }
}

/** `shop/web`, with how many more; the workload's name where the pod has one. */
export function podNames(pods: readonly Pod[], most = 3): string {
  const names = [...new Set(pods.map((pod) => (pod.owner ? `${pod.namespace}/${pod.owner.name}` : qualifiedName(pod))))]
  const shown = names.slice(0, most).map((name) => `\`${name}\``)
  const rest = names.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}
