// What an explanation says: the verdict of each part of a question, and who decides it in each direction.
import type { Endpoint } from '../engine/endpoint.ts'
import type { Ungoverned } from '../engine/engine.ts'
import type { ProfileName } from '../engine/profile.ts'
import type { DependsReason } from '../engine/reach.ts'
import type { Action, ClusterNetworkPolicy, ClusterRule } from '../policy/cluster-network-policy.ts'
import type { Direction, NetworkPolicy, Rule } from '../policy/network-policy.ts'
import type { Pod, Service } from '../policy/snapshot.ts'
import type { ConnectionSet, Protocol } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import type { IpSet } from '../sets/ip-set.ts'
import type { Remark } from './explain-remarks.ts'
import type { NearMiss } from './near-miss.ts'

/** What a user may name as an end. `name` is as it is printed. */
export type Place =
  /** One pod, or all pods of a workload; never empty. */
  | { readonly kind: 'pods'; readonly name: string; readonly pods: readonly Pod[] }
  /** The pods behind a Service: destinations only. */
  | { readonly kind: 'service'; readonly name: string; readonly service: Service; readonly pods: readonly Pod[] }
  /** Addresses outside the cluster; never empty. */
  | { readonly kind: 'addresses'; readonly name: string; readonly addresses: IpSet }

/** One step of an evaluation, in the order of the tiers. */
export type Step =
  /** Policies do not speak of this end; `reason`: perhaps. */
  | { readonly kind: 'ungoverned'; readonly why: Ungoverned; readonly reason?: DependsReason }
  /** A rule of an admin API matches; `reason`: perhaps. */
  | {
      readonly kind: 'cluster-rule'
      readonly policy: ClusterNetworkPolicy
      readonly rule: ClusterRule
      readonly index: number
      readonly action: Action
      readonly reason?: DependsReason
    }
  /** A rule of a NetworkPolicy admits; `reason`: perhaps. */
  | {
      readonly kind: 'admission'
      readonly policy: NetworkPolicy
      readonly rule: Rule
      readonly index: number
      readonly reason?: DependsReason
    }
  /** These policies isolate the pod, and none of their rules admits; `perhaps`: none surely. */
  | { readonly kind: 'isolation'; readonly policies: readonly NetworkPolicy[]; readonly perhaps: boolean }
  /** No tier decides: accepted. `beside`: the input has policies of the admin APIs, none of which decides it. */
  | { readonly kind: 'default'; readonly beside: boolean }

export interface DirectionAnswer {
  readonly direction: Direction
  readonly decision: 'accepts' | 'denies' | 'depends'
  /** Never empty. */
  readonly steps: readonly Step[]
  /** Policies that isolate the pod in this direction; more than the steps name where a rule of another one admits (S27). */
  readonly isolatedBy: readonly NetworkPolicy[]
  /** The rules that come nearest to admitting what is denied, nearest first. */
  readonly nearMisses: readonly NearMiss[]
  /** What may surprise where it accepts. */
  readonly remarks: readonly Remark[]
}

export type ExplainedVerdict = 'Allowed' | 'Denied' | 'Depends'

/** One end of an answer: the pods or addresses it holds for. */
export interface AnswerEnd {
  /** What was asked for where the answer holds for all of it, else the pods or blocks it holds for. */
  readonly names: readonly string[]
  /** One that stands for all. */
  readonly example: Endpoint
}

/** How a Service leads to the pod port that an answer is about (S20). */
export interface Via {
  /** `namespace/name`. */
  readonly service: string
  readonly port: number
  readonly target: number
  /** Without an address of its own: callers get the pods' addresses, and its ports translate nothing. */
  readonly headless: boolean
}

export interface Answer {
  readonly source: AnswerEnd
  readonly destination: AnswerEnd
  readonly families: readonly Family[]
  /** Ports of the destination pod; never empty. */
  readonly connections: ConnectionSet
  readonly via?: Via
  readonly verdict: ExplainedVerdict
  /** Why it depends; empty otherwise. */
  readonly reasons: readonly DependsReason[]
  /** What each profile says where the verdict depends; a profile that leaves it open says `Depends`. */
  readonly profiles: readonly { readonly profile: ProfileName; readonly verdict: ExplainedVerdict }[]
  readonly egress: DirectionAnswer
  readonly ingress: DirectionAnswer
}

/** A port by its number or its name; `protocol` as given, TCP where it is not. */
export interface AskedPort {
  readonly port: number | string
  readonly protocol: Protocol
}

export interface Explanation {
  readonly source: Place
  readonly destination: Place
  /** `undefined`: all ports. */
  readonly asked: AskedPort | undefined
  readonly profile: ProfileName
  /** `Mixed`: the answers differ. `None`: there are none, since no packet can go this way or the port is nobody's. */
  readonly verdict: ExplainedVerdict | 'Mixed' | 'None'
  /** Pods of the input with an address among those that were asked about: what is said of addresses is not said of them. */
  readonly podsWithin: readonly Pod[]
  /** Disjoint; together they are the whole question. */
  readonly answers: readonly Answer[]
}
