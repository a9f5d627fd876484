// One way in which a cluster is not what a Moat says.
import type { Span } from '../../diag/source.ts'
import type { Witness } from '../proof.ts'

export type DriftKind =
  /** A policy that the Moat renders is not in the cluster. */
  | 'policy-missing'
  /** It is there and says something else. */
  | 'policy-changed'
  /** A claim of the Moat does not hold in the cluster. */
  | 'claim-refuted'
  /** Whether a claim holds cannot be told. */
  | 'claim-undecided'
  /** No pod of the cluster is selected as the model. */
  | 'model-absent'
  /** No pod of the cluster is selected as this caller. */
  | 'caller-absent'

export interface DriftFinding {
  readonly kind: DriftKind
  /** `error`: the moat does not hold; `warning`: it may not do what its author wants. */
  readonly severity: 'error' | 'warning'
  /** `namespace/name` of the Moat. */
  readonly moat: string
  /** What it is about: a policy, a claim's id, a caller's name; with kind and Moat it tells findings apart. */
  readonly about: string
  readonly text: string
  readonly witness?: Witness
  /** The rule or policy of the cluster that decides. */
  readonly location?: Span
}
