// Which policies may select a pod: found by its namespace and labels, so that not each policy is compared with each pod.
import { matches } from '../policy/selector.ts'
import { hasIdentity, type PodClass } from './classes.ts'
import type { CompiledPolicy } from './compiled-policy.ts'

/** The policies of a namespace: by a label that their subjects must have, and those that ask for none. */
interface OfNamespace {
  readonly byLabel: Map<string, Map<string, CompiledPolicy[]>>
  readonly others: CompiledPolicy[]
}

const NONE: readonly CompiledPolicy[] = []

export class SubjectIndex {
  readonly #namespaces = new Map<string, OfNamespace>()

  /** Ids are ascending. */
  constructor(policies: readonly CompiledPolicy[]) {
    for (const one of policies) {
      const { namespace, subject } = one.policy
      let known = this.#namespaces.get(namespace)
      if (!known) this.#namespaces.set(namespace, (known = { byLabel: new Map(), others: [] }))
      const asked = subject.requirements.find(({ operator }) => operator === 'In')
      if (!asked) known.others.push(one)
      else {
        let values = known.byLabel.get(asked.key)
        if (!values) known.byLabel.set(asked.key, (values = new Map()))
        for (const value of new Set(asked.values)) {
          const list = values.get(value)
          if (list) list.push(one)
          else values.set(value, [one])
        }
      }
    }
  }

  /** The policies that select the pod, by id; pods on the host network are never selected (S33). */
  selecting({ namespace, pod }: PodClass): readonly CompiledPolicy[] {
    const known = this.#namespaces.get(namespace.name)
    if (!known || !hasIdentity(pod)) return NONE
    const { labels } = pod
    const found = known.others.filter(({ policy }) => matches(policy.subject, labels))
    for (const [key, values] of known.byLabel) {
      const value = labels.get(key)
      const list = value === undefined ? undefined : values.get(value)
      for (const one of list ?? NONE) {
        const { subject } = one.policy
        if (subject.requirements.length === 1 || matches(subject, labels)) found.push(one)
      }
    }
    return found.length < 2 ? found : found.sort((a, b) => a.id - b.id)
  }
}
