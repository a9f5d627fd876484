// Kubernetes objects as they stand in a file: plain JSON, nothing defaulted. Only what the random clusters write.

export interface RawSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null
  readonly matchExpressions?: readonly RawExpression[] | null
}

export interface RawExpression {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values?: readonly string[] | null
}

export interface RawPeer {
  readonly podSelector?: RawSelector
  readonly namespaceSelector?: RawSelector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] | null }
}

export interface RawPort {
  readonly protocol?: string
  readonly port?: number | string
  readonly endPort?: number
}

export interface RawRule {
  readonly from?: readonly RawPeer[] | null
  readonly to?: readonly RawPeer[] | null
  readonly ports?: readonly RawPort[] | null
}

export interface RawPolicy {
  readonly apiVersion: 'networking.k8s.io/v1'
  readonly kind: 'NetworkPolicy'
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: {
    readonly podSelector: RawSelector
    readonly policyTypes?: readonly string[] | null
    readonly ingress?: readonly RawRule[] | null
    readonly egress?: readonly RawRule[] | null
  }
}

/** `namespaces`, or `pods` by both selectors. In a peer also the rest, and fields of nobody. */
export interface RawClusterPeer {
  readonly namespaces?: RawSelector
  readonly pods?: { readonly namespaceSelector?: RawSelector; readonly podSelector: RawSelector }
  readonly networks?: readonly string[]
  readonly nodes?: RawSelector
  readonly domainNames?: readonly string[]
}

/** An item of `ports` in v1alpha1. */
export interface RawAdminPort {
  readonly portNumber?: { readonly protocol?: string; readonly port: number }
  readonly portRange?: { readonly protocol?: string; readonly start: number; readonly end: number }
  readonly namedPort?: string
}

interface RawDestinationPort {
  readonly destinationPort: {
    readonly number?: number
    readonly range?: { readonly start: number; readonly end: number }
  }
}

/** An item of `protocols` in v1alpha2. */
export interface RawClusterProtocol {
  readonly tcp?: RawDestinationPort
  readonly udp?: RawDestinationPort
  readonly sctp?: RawDestinationPort
  readonly destinationNamedPort?: string
}

export interface RawClusterRule {
  readonly name?: string
  readonly action: 'Allow' | 'Accept' | 'Deny' | 'Pass'
  readonly from?: readonly RawClusterPeer[]
  readonly to?: readonly RawClusterPeer[]
  readonly ports?: readonly RawAdminPort[] | null
  readonly protocols?: readonly RawClusterProtocol[] | null
}

export type RawClusterPolicyKind = 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy' | 'ClusterNetworkPolicy'

/** A policy of one of the three admin APIs. */
export interface RawClusterPolicy {
  readonly apiVersion: 'policy.networking.k8s.io/v1alpha1' | 'policy.networking.k8s.io/v1alpha2'
  readonly kind: RawClusterPolicyKind
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly tier?: 'Admin' | 'Baseline'
    readonly priority?: number
    readonly subject: Pick<RawClusterPeer, 'namespaces' | 'pods'>
    readonly ingress?: readonly RawClusterRule[] | null
    readonly egress?: readonly RawClusterRule[] | null
  }
}

export interface RawNode {
  readonly apiVersion: 'v1'
  readonly kind: 'Node'
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] }
}

export interface RawNamespace {
  readonly apiVersion: 'v1'
  readonly kind: 'Namespace'
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
}

export interface RawContainer {
  readonly name: string
  readonly image: string
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[]
}

export interface RawPod {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod'
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly containers: readonly RawContainer[]
    readonly hostNetwork?: boolean
    readonly nodeName?: string
  }
  readonly status?: {
    readonly phase?: string
    readonly podIP?: string
    readonly podIPs?: readonly { readonly ip: string }[]
  }
}

export type RawObject = RawNamespace | RawNode | RawPod | RawPolicy | RawClusterPolicy

export interface RawCluster {
  readonly objects: readonly RawObject[]
}

/** The objects of one kind. */
export function rawPods(cluster: RawCluster): RawPod[] {
  return cluster.objects.filter((object) => object.kind === 'Pod')
}

/** The objects of one kind. */
export function rawPolicies(cluster: RawCluster): RawPolicy[] {
  return cluster.objects.filter((object) => object.kind === 'NetworkPolicy')
}

const CLUSTER_KINDS: readonly string[] = ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy']

/** The policies of the admin APIs, of all three kinds. */
export function rawClusterPolicies(cluster: RawCluster): RawClusterPolicy[] {
  return cluster.objects.filter((object): object is RawClusterPolicy => CLUSTER_KINDS.includes(object.kind))
}

/** The objects of one kind. */
export function rawNodes(cluster: RawCluster): RawNode[] {
  return cluster.objects.filter((object) => object.kind === 'Node')
}

/** One text that holds all objects: JSON documents in a YAML stream. */
export function rawText(cluster: RawCluster): string {
  return cluster.objects.map((object) => `${JSON.stringify(object, undefined, 1)}\n`).join('---\n')
}
