// One direction of a question, from the side of the pod that policies select.
import type { DirectionAnswer } from '../analysis/explanation.ts'
import type { Edit } from '../diag/edit.ts'
import type { Endpoint } from '../engine/endpoint.ts'
import type { Direction, NetworkPolicy } from '../policy/network-policy.ts'
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import type { ConnectionSet } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import type { IpSet } from '../sets/ip-set.ts'

export interface PolicySide {
  readonly snapshot: Snapshot
  readonly direction: Direction
  /** Of the pod that policies select. */
  readonly namespace: string
  /** The block that was asked about, where the other end is outside and one block is all of it. */
  readonly block?: string
  /** The addresses that were asked about, where the other end is outside. */
  readonly addresses?: IpSet
}

export interface Side extends PolicySide {
  readonly subject: Endpoint
  readonly other: Endpoint
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly family: Family
  readonly connections: ConnectionSet
  readonly answer: DirectionAnswer
  /** The Moat that a policy is rendered from: its text is not that of a policy. */
  readonly moatOf: (policy: NetworkPolicy) => Moat | undefined
}

/** A change that may do; whether it does is found out by reading and asking again. */
export interface Candidate {
  readonly title: string
  readonly edits: readonly Edit[]
  /** It makes something else of what is there, so it is only for want of others. */
  readonly isLast?: boolean
}

/** The candidate, unless one of its edits cannot be made. */
export function candidate(title: string, edits: readonly (Edit | undefined)[]): Candidate[] {
  return edits.length > 0 && edits.every((edit) => edit !== undefined) ? [{ title, edits }] : []
}
