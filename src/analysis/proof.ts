// The answer of `moat prove`: universal claims about one Moat, each with its verdict and, where refuted, a witness.
import type { Span } from '../diag/source.ts'
import type { Labels } from '../policy/selector.ts'
import type { ContainerPort } from '../policy/snapshot.ts'
import type { Protocol } from '../sets/connection-set.ts'
import type { Address, Family } from '../sets/ip-address.ts'

export type ProofVerdict = 'PROVEN' | 'REFUTED' | 'OUT_OF_SCOPE'

/** One end of a witness. */
export type WitnessEnd =
  | {
      readonly kind: 'pod'
      readonly namespace: string
      readonly name: string
      readonly labels: Labels
      /** All labels of its namespace, the name label included. */
      readonly namespaceLabels: Labels
      /** Container ports it declares; only those that the witness needs when it is hypothetical. */
      readonly ports: readonly ContainerPort[]
      /** The known ones of a pod of the input; else one only where the answer hangs on it. */
      readonly addresses: readonly Address[]
      /** True when the input has it; false when it could exist. */
      readonly present: boolean
    }
  | { readonly kind: 'outside'; readonly address: Address }

/** A connection that shows a claim wrong: it is let through where the claim denies it, or denied where it promises it. */
export interface Witness {
  readonly source: WitnessEnd
  readonly destination: WitnessEnd
  readonly protocol: Protocol
  readonly port: number
  readonly family: Family
  /** What the policies do with this connection. */
  readonly allowed: boolean
}

export interface ProofClaim {
  /** Which built-in claim, or `assertion/NAME`: stable, for filters and tests. */
  readonly id: string
  /** The claim as a sentence. */
  readonly claim: string
  readonly verdict: ProofVerdict
  /** With REFUTED only. */
  readonly witness?: Witness
  /** Why: which rule lets the witness in, which policy denies it, or what cannot be known. */
  readonly reason?: string
  /** The rule, policy or Moat field that the reason speaks of. */
  readonly location?: Span
}

/** The proof of assertions that stand apart from a Moat. */
export interface AssertionProof {
  readonly profile: string
  /** One for each assertion, in order. */
  readonly claims: readonly ProofClaim[]
  readonly residuals: readonly string[]
}

export interface Proof {
  readonly namespace: string
  readonly moat: string
  /** `namespace/name` of the pods or workloads that the claims are about; empty when the input has none. */
  readonly subjects: readonly string[]
  /** The policies that select the model: `namespace/name`, with the kind before the name where it is one of an admin API. */
  readonly policies: readonly string[]
  readonly profile: string
  readonly claims: readonly ProofClaim[]
  /** What no NetworkPolicy can promise, as sentences. */
  readonly residuals: readonly string[]
}
