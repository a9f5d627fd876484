// The admin policy APIs in one form: ClusterNetworkPolicy v1alpha2, AdminNetworkPolicy and BaselineAdminNetworkPolicy v1alpha1.
import type { Span } from '../diag/source.ts'
import type { Cidr } from '../sets/ip-address.ts'
import type { PortMatch } from './network-policy.ts'
import type { Selector } from './selector.ts'

/** Before all NetworkPolicies, or behind them for pods that none of them isolates. */
export type ClusterTier = 'admin' | 'baseline'

/** What a rule says of the connections it matches. `Pass` leaves them to the tiers behind the rule's own. */
export type Action = 'Accept' | 'Deny' | 'Pass'

export type ClusterPolicyKind = 'ClusterNetworkPolicy' | 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy'

/** Pods by their namespace's labels and their own: both must hold. A subject or peer of `namespaces` has `pods` empty. */
export interface ClusterPods {
  readonly namespaces: Selector
  readonly pods: Selector
}

/** One element of a rule's `from` or `to`. */
export type ClusterPeer =
  | ({ readonly kind: 'pods'; readonly span?: Span } & ClusterPods)
  /** Addresses, those of pods and nodes too. Egress only. */
  | { readonly kind: 'networks'; readonly cidrs: readonly Cidr[]; readonly span?: Span }
  /** Nodes by their labels. Egress only. */
  | { readonly kind: 'nodes'; readonly nodes: Selector; readonly span?: Span }
  /** Names outside the cluster, lower case; `*.` in front stands for one label or more. Egress rules that accept only. */
  | { readonly kind: 'domainNames'; readonly names: readonly string[]; readonly span?: Span }
  /** Something of a newer API: an Accept rule that has one matches nothing at all, a Deny or Pass rule denies everything. */
  | { readonly kind: 'unknown'; readonly span?: Span }

/** The ports of a rule; `unknown` as for peers. */
export type ClusterPort = PortMatch | { readonly kind: 'unknown'; readonly span?: Span }

export interface ClusterRule {
  /** Empty when it has none. */
  readonly name: string
  readonly action: Action
  /** At least one. */
  readonly peers: readonly ClusterPeer[]
  /** `'any'`: every port of every protocol. An empty list never occurs. */
  readonly ports: 'any' | readonly ClusterPort[]
  readonly span?: Span
}

export interface ClusterNetworkPolicy {
  readonly kind: ClusterPolicyKind
  readonly name: string
  readonly tier: ClusterTier
  /** 0 to 1000, lower first within its tier; 0 for a BaselineAdminNetworkPolicy, of which there is one. */
  readonly priority: number
  readonly subject: ClusterPods
  /** In order; the first rule that matches decides. Empty: nothing to say in this direction. */
  readonly ingress: readonly ClusterRule[]
  readonly egress: readonly ClusterRule[]
  readonly span?: Span
}

/** `ClusterNetworkPolicy name`. */
export function clusterPolicyName({ kind, name }: ClusterNetworkPolicy): string {
  return `${kind} ${name}`
}
