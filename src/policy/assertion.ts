// Assertions: what somebody expects of the policies, written down apart from them. Checked on the input, on all pods that could
// exist, or by probes.
import type { Span } from '../diag/source.ts'
import type { Cidr } from '../sets/ip-address.ts'
import type { PortMatch } from './network-policy.ts'
import type { Selector } from './selector.ts'
import type { WorkloadKind } from './snapshot.ts'

/**
 * `Allowed`, `Denied`: every connection that is meant passes, or none does. `Only`: the connections that are meant pass from nobody
 * but the sources named; whether those get through is another assertion.
 */
export type Expectation = 'Allowed' | 'Denied' | 'Only'

export const EXPECTATIONS: readonly Expectation[] = ['Allowed', 'Denied', 'Only']

/** Who stands at one end. */
export type AssertionPlace =
  /** A pod, or the pods of a workload, by name. */
  | {
      readonly kind: 'named'
      readonly namespace: string
      readonly name: string
      /** `undefined`: a pod or a workload of any kind. */
      readonly of: 'Pod' | WorkloadKind | undefined
      readonly span?: Span
    }
  /** Pods by labels; both must hold. */
  | { readonly kind: 'pods'; readonly namespaces: Selector; readonly pods: Selector; readonly span?: Span }
  /** Addresses outside the cluster. */
  | { readonly kind: 'cidr'; readonly cidr: Cidr; readonly span?: Span }
  /** A host by a name that is no address: which addresses it has is not known from files. */
  | { readonly kind: 'host'; readonly name: string; readonly span?: Span }

export interface Assertion {
  readonly name: string
  readonly from: AssertionPlace
  readonly to: AssertionPlace
  /** `'any'`: every port of every protocol. Ports are those of pods, behind any Service (S20). */
  readonly ports: 'any' | PortMatch
  readonly expect: Expectation
  readonly span?: Span
}
