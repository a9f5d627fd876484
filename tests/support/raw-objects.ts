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

export type RawObject = RawNamespace | RawPod | RawPolicy

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

/** One text that holds all objects: JSON documents in a YAML stream. */
export function rawText(cluster: RawCluster): string {
  return cluster.objects.map((object) => `${JSON.stringify(object, undefined, 1)}\n`).join('---\n')
}
