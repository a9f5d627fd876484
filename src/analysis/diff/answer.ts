// The answer of `moat diff`: which connections opened and which closed between two snapshots, why, and how grave that is.
import type { DependsReason } from '../../engine/reach.ts'
import type { Span } from '../../diag/source.ts'
import type { ConnectionSet } from '../../sets/connection-set.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { IpSet } from '../../sets/ip-set.ts'
import type { Witness } from '../proof.ts'
import type { PolicyEdit } from './edit.ts'

export type Verdict = 'Denied' | 'Depends' | 'Allowed'

/** Opened: allowed or perhaps allowed where it was less before. Closed: the reverse. */
export type ChangeKind = 'opened' | 'closed'

/**
 * What the change is due to: policies that came, went or changed; pods, their labels, ports and namespaces; or both
 * together, neither of which would have done it alone. Where either would have done it, the policies are named.
 */
export type Cause = 'policies' | 'workloads' | 'both'

export type Grade = 'high' | 'medium' | 'low'

/** Who stands at one end of a change. */
export type Party =
  | {
      readonly kind: 'workload'
      readonly namespace: string
      /** Of the workload; of the pod when it is bare. */
      readonly name: string
      /** `Deployment`, …; `Pod` for a bare pod. */
      readonly owner: string
      /** Names of pods, where it is about some pods of the workload only. */
      readonly pods?: readonly string[]
      readonly presence: Presence
      /** Why it counts as a model server; absent when it does not. */
      readonly model?: string
    }
  | { readonly kind: 'outside'; readonly addresses: IpSet }

/** In both snapshots, only in the later, or only in the earlier. */
export type Presence = 'both' | 'added' | 'removed'

/** Every source to every *other* destination: the connections went from one verdict to the other. */
export interface Change {
  readonly kind: ChangeKind
  readonly before: Verdict
  readonly after: Verdict
  /** Sorted by name, the outside last; never empty. */
  readonly sources: readonly Party[]
  readonly destinations: readonly Party[]
  readonly families: readonly Family[]
  readonly connections: ConnectionSet
  /** Why it depends, on the side where it does. */
  readonly reasons: readonly DependsReason[]
  readonly cause: Cause
  /** What in the policies did it: without these the connections would be as before. Empty when the cause is workloads. */
  readonly edits: readonly PolicyEdit[]
  readonly grade: Grade
  /** What the grade is for, a few words. */
  readonly gradeReason: string
}

/** A change for pods that could exist although the input has none like it, with one concrete connection. */
export interface PossibleChange {
  readonly kind: ChangeKind
  /** What the policies do with the witness is its verdict after the change. */
  readonly witness: Witness
  readonly before: Verdict
  readonly after: Verdict
  readonly edits: readonly PolicyEdit[]
  readonly grade: Grade
  readonly gradeReason: string
}

export type WorkloadChange =
  | { readonly kind: 'added' | 'removed'; readonly what: string; readonly span?: Span }
  | {
      readonly kind: 'changed'
      readonly what: string
      /** Each as a few words: `label app: a -> b`. */
      readonly details: readonly string[]
      readonly span?: Span
    }

export interface Diff {
  readonly profile: string
  /** Gravest first; of one grade the opened ones first. */
  readonly changes: readonly Change[]
  readonly possible: readonly PossibleChange[]
  /** Pods, workloads and namespaces that came, went or changed. */
  readonly workloads: readonly WorkloadChange[]
  /** All edits of policies, also those that change nothing for the pods of the input. */
  readonly edits: readonly PolicyEdit[]
}
