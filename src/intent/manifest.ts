// NetworkPolicy manifests as plain Kubernetes objects, as `kubectl apply` takes them.
import type { NetworkPolicy, Peer, PortMatch, Rule } from '../policy/network-policy.ts'
import type { Selector } from '../policy/selector.ts'
import { formatCidr } from '../sets/ip-address.ts'

export interface LabelSelectorManifest {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values?: readonly string[]
  }[]
}

export type PeerManifest =
  | { readonly namespaceSelector?: LabelSelectorManifest; readonly podSelector: LabelSelectorManifest }
  | { readonly ipBlock: { readonly cidr: string; readonly except?: readonly string[] } }

export interface PortManifest {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly port?: number | string
  readonly endPort?: number
}

/** `ports` absent: every port of every protocol (S06). A side that is absent: everybody (S05). */
export interface RuleManifest<Side extends 'from' | 'to'> {
  readonly from?: Side extends 'from' ? readonly PeerManifest[] : never
  readonly to?: Side extends 'to' ? readonly PeerManifest[] : never
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
    /** What the policy isolates, always written out, so that nobody has to know what is implied (S01). */
    readonly policyTypes: readonly ('Ingress' | 'Egress')[]
    /** Empty: nobody may open a connection to the subject. Absent: not isolated for ingress. */
    readonly ingress?: readonly RuleManifest<'from'>[]
    /** Empty: the subject may open no connection. Absent: not isolated for egress. */
    readonly egress?: readonly RuleManifest<'to'>[]
  }
}

/** The label that tells whose policy it is. */
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'modelmoat' } as const

function selectorManifest(selector: Selector): LabelSelectorManifest {
  const labels = new Map<string, string>()
  const expressions: NonNullable<LabelSelectorManifest['matchExpressions']>[number][] = []
  for (const { key, operator, values } of selector.requirements) {
    const [only] = values
    if (operator === 'In' && values.length === 1 && only !== undefined && !labels.has(key)) {
      labels.set(key, only)
    } else {
      expressions.push({ key, operator, ...(values.length > 0 && { values }) })
    }
  }
  return {
    ...(labels.size > 0 && { matchLabels: Object.fromEntries(labels) }),
    ...(expressions.length > 0 && { matchExpressions: expressions }),
  }
}

function peerManifest(peer: Peer): PeerManifest {
  if (peer.kind === 'pods') {
    return {
      ...(peer.namespaces !== 'own' && { namespaceSelector: selectorManifest(peer.namespaces) }),
      podSelector: selectorManifest(peer.pods),
    }
  }
  const except = peer.except.map(formatCidr)
  return { ipBlock: { cidr: formatCidr(peer.cidr), ...(except.length > 0 && { except }) } }
}

function portManifest(match: PortMatch): PortManifest {
  const { protocol } = match
  switch (match.kind) {
    case 'all':
      return { protocol }
    case 'named':
      return { protocol, port: match.name }
    case 'range':
      return { protocol, port: match.first, ...(match.last > match.first && { endPort: match.last }) }
  }
}

function ruleManifest<Side extends 'from' | 'to'>(side: Side, rule: Rule): RuleManifest<Side> {
  return {
    ...(rule.peers !== 'any' && { [side]: rule.peers.map(peerManifest) }),
    ...(rule.ports !== 'any' && { ports: rule.ports.map(portManifest) }),
  }
}

/** The manifest of a policy: read again, it is the same policy. */
export function manifestOf(policy: NetworkPolicy): NetworkPolicyManifest {
  const { ingress, egress } = policy
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: policy.name, namespace: policy.namespace, labels: MANAGED_BY },
    spec: {
      podSelector: selectorManifest(policy.subject),
      policyTypes: [...(ingress ? (['Ingress'] as const) : []), ...(egress ? (['Egress'] as const) : [])],
      ...(ingress && { ingress: ingress.map((rule) => ruleManifest('from', rule)) }),
      ...(egress && { egress: egress.map((rule) => ruleManifest('to', rule)) }),
    },
  }
}
