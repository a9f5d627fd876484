// What `moat assert` answers: each assertion with the verdict of the input's own pods, and a connection that shows a failure.
import type { Endpoint } from '../../engine/endpoint.ts'
import type { DependsReason } from '../../engine/reach.ts'
import type { Assertion, Expectation } from '../../policy/assertion.ts'
import type { Protocol } from '../../sets/connection-set.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { DirectionAnswer } from '../explanation.ts'

/**
 * What is expected where it is so; else what comes of the connections that break it. `Nothing`: the input has none that the
 * assertion means, so it was not tested.
 */
export type AssertedVerdict = Expectation | 'Depends' | 'Nothing'

/** A connection that breaks an assertion, and who decides it. */
export interface AssertionWitness {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly protocol: Protocol
  readonly port: number
  readonly family: Family
  readonly egress: DirectionAnswer
  readonly ingress: DirectionAnswer
}

/** Why an assertion fails that no connection breaks. */
export type Untested =
  /** Nobody of the input stands at this end. */
  | { readonly kind: 'nobody'; readonly end: 'from' | 'to' }
  /** No destination has a port of this name. */
  | { readonly kind: 'no-port-name'; readonly name: string }
  /** Both ends are one pod, or have no IP family in common. */
  | { readonly kind: 'no-pair' }
  /** The addresses of a host name are not known. */
  | { readonly kind: 'host-name'; readonly end: 'from' | 'to'; readonly name: string }

export interface AssertionResult {
  readonly assertion: Assertion
  readonly verdict: AssertedVerdict
  readonly pass: boolean
  readonly witness?: AssertionWitness
  /** Why the witness depends; empty otherwise. */
  readonly depends: readonly DependsReason[]
  readonly untested?: Untested
}
