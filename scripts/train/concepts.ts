// What the model knows about its world: each thing with a short definition and details, told shortly or at length.
import { CLUSTER_CONCEPTS } from './cluster-concepts.ts'
import { MOAT_CONCEPTS } from './moat-concepts.ts'

export interface Concept {
  /** How a question names it, with its article: `a pod`, `DNS`. */
  readonly one: string
  /** How a question names it in general: `pods`, `DNS`. */
  readonly many: string
  readonly short: string
  readonly details: readonly [string, string, string, ...string[]]
}

export const CONCEPTS: readonly Concept[] = [...CLUSTER_CONCEPTS, ...MOAT_CONCEPTS]
