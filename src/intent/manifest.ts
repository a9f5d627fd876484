// NetworkPolicy manifests as plain Kubernetes objects, as `kubectl apply` takes them.

export interface LabelSelectorManifest {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values?: readonly string[]
  }[]
}

export type PeerManifest =
  | { readonly namespaceSelector?: LabelSelectorManifest; readonly podSelector?: LabelSelectorManifest }
  | { readonly ipBlock: { readonly cidr: string; readonly except?: readonly string[] } }

export interface PortManifest {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly port?: number | string
  readonly endPort?: number
}

export interface IngressRuleManifest {
  readonly from: readonly PeerManifest[]
  readonly ports?: readonly PortManifest[]
}

export interface EgressRuleManifest {
  readonly to: readonly PeerManifest[]
  readonly ports?: readonly PortManifest[]
}

export interface NetworkPolicyManifest {
  readonly apiVersion: 'networking.k8s.io/v1'
  readonly kind: 'NetworkPolicy'
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly podSelector: LabelSelectorManifest
    /** Both directions, always. */
    readonly policyTypes: readonly ['Ingress', 'Egress']
    /** Empty: nobody may open a connection to the subject. */
    readonly ingress: readonly IngressRuleManifest[]
    /** Empty: the subject may open no connection. */
    readonly egress: readonly EgressRuleManifest[]
  }
}
