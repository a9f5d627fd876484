// What the engine answers about two endpoints.
import type { ConnectionSet } from '../sets/connection-set.ts'

/** Why Kubernetes alone does not settle a connection. */
export type DependsReason =
  /** S22: only an ipBlock that holds a pod's address would admit it. */
  | 'ip-block-over-pods'
  /** S22: only an ipBlock would admit it, and the pod's address is not known. */
  | 'pod-address-unknown'
  /** S32: only an ipBlock that holds the address of a node would admit it. */
  | 'ip-block-over-nodes'
  /** S40: a namespaceSelector asks for labels of a namespace whose object is not in the input. */
  | 'namespace-labels-unknown'
  /** S32, S33: the source is on a node's network, and it is not known whether that is the destination's own node. */
  | 'own-node'
  /** S31: a pod that reaches itself through its own Service. */
  | 'own-service'
  /** Policies of one tier with one priority say different things: their order is undefined. */
  | 'priority-tie'
  /** A rule speaks of nodes by labels, and the address may be that of a node which the input does not show. */
  | 'node-unknown'
  /** A rule speaks of domain names, and which addresses they have is not known. */
  | 'domain-name'

/** One sentence for each reason, lower case, no final period. */
export const REASON_TEXT: Readonly<Record<DependsReason, string>> = {
  'ip-block-over-pods': 'whether an ipBlock matches the address of a pod is left to the network plugin',
  'ip-block-over-nodes': 'whether an ipBlock matches the address of a node is a setting of the network plugin',
  'pod-address-unknown': "a block of addresses could hold the pod's address, which is not known",
  'namespace-labels-unknown': 'the labels of the namespace are not known: its object is not in the input',
  'own-node': "traffic from the pod's own node is always allowed, and the node is not known",
  'own-service': 'whether a pod may reach itself through its own Service is left to the network plugin',
  'priority-tie': 'policies of one tier and priority say different things, and which of them comes first is undefined',
  'node-unknown': 'a rule speaks of nodes, and which nodes have which addresses is not known from the input',
  'domain-name': 'a rule speaks of domain names, and which addresses they have is not known from files',
}

/** Connections that are allowed under one reading and denied under another. */
export interface Conditional {
  readonly connections: ConnectionSet
  readonly reason: DependsReason
}

/** What is neither allowed nor in `depends` is denied. */
export interface Reach {
  readonly allowed: ConnectionSet
  /** Disjoint from `allowed`, never empty sets; at most one entry for each reason; entries may overlap. */
  readonly depends: readonly Conditional[]
}
