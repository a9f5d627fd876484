// All inputs of an answer at one moment: namespaces, pods, workloads, Services and policies, normalised and immutable.
import type { Span } from '../diag/source.ts'
import type { Protocol } from '../sets/connection-set.ts'
import type { Address, Cidr } from '../sets/ip-address.ts'
import type { Assertion } from './assertion.ts'
import type { ClusterNetworkPolicy } from './cluster-network-policy.ts'
import type { MoatSpec } from './moat-spec.ts'
import type { Route } from './route.ts'
import type { NetworkPolicy } from './network-policy.ts'
import type { Labels, Selector } from './selector.ts'

/** The label every namespace carries by itself (S39). */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name'

export interface Namespace {
  readonly name: string
  /** Always has `kubernetes.io/metadata.name` (S39). */
  readonly labels: Labels
  /** False when the namespace is known by use only: its other labels are unknown (S40). */
  readonly declared: boolean
  readonly span?: Span
}

/** A declared container port; informational but for its name (S17, S21). */
export interface ContainerPort {
  readonly name?: string
  readonly port: number
  readonly protocol: Protocol
}

/** What a container runs. */
export interface Program {
  readonly image: string
  /** `command`, then `args`; empty: what the image says. */
  readonly words: readonly string[]
  /** Environment variables whose values stand in the manifest. */
  readonly env: ReadonlyMap<string, string>
  /** Names of the ConfigMaps that it takes variables or files from. */
  readonly configMaps: readonly string[]
}

/** What a pod and a workload's template have in common. */
export interface PodTemplate {
  readonly labels: Labels
  readonly annotations: ReadonlyMap<string, string>
  /** Of all containers and native sidecars, in order. */
  readonly ports: readonly ContainerPort[]
  readonly hostNetwork: boolean
  /** Of the containers, in order; absent where the pod was not read from a manifest. */
  readonly programs?: readonly Program[]
}

export interface Owner {
  readonly kind: string
  readonly name: string
}

export interface Pod extends PodTemplate {
  readonly namespace: string
  readonly name: string
  /** The workload it belongs to; absent for a bare pod. */
  readonly owner?: Owner
  /** Known addresses, at most one of each family; empty for a manifest that has not run. */
  readonly addresses: readonly Address[]
  /** `Succeeded` and `Failed` pods hold no address and match nothing (S38); absent when unknown. */
  readonly phase?: string
  readonly nodeName?: string
  readonly span?: Span
}

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'Job' | 'CronJob'

export interface Workload {
  readonly kind: WorkloadKind
  readonly namespace: string
  readonly name: string
  /** Desired pods; 1 where the kind does not say (DaemonSet, Job, CronJob). */
  readonly replicas: number
  /** The number of a StatefulSet's first pod (`spec.ordinals.start`); absent: 0. */
  readonly firstOrdinal?: number
  readonly template: PodTemplate
  readonly span?: Span
}

export interface ServicePort {
  readonly name?: string
  readonly port: number
  readonly protocol: Protocol
  /** A pod port, or the name of a container port; defaults to `port`. */
  readonly targetPort: number | string
}

/** How a Service is reached from outside the cluster. */
export interface OutsideAccess {
  /** `ClusterIP`: only by the addresses of `externalIPs`. */
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer'
  /** `Cluster`: the pod may see the address of a node in place of the client's (S26). */
  readonly trafficPolicy: 'Cluster' | 'Local'
  /** The only sources that the load balancer lets in; empty: every one. Node ports and external addresses ignore them. */
  readonly sourceRanges: readonly Cidr[]
  readonly externalIPs: readonly Address[]
}

export interface Service {
  readonly namespace: string
  readonly name: string
  /** `undefined`: no selector, so no pods of its own. */
  readonly selector: Selector | undefined
  readonly ports: readonly ServicePort[]
  readonly headless: boolean
  /** At most one of each family; empty when headless or not yet assigned. */
  readonly clusterIPs: readonly Address[]
  /** Absent: it has no way in from outside of its own. */
  readonly outside?: OutsideAccess
  readonly span?: Span
}

/** A node of the cluster, as far as policies can see it. */
export interface Node {
  readonly name: string
  readonly labels: Labels
  /** Its own addresses (`status.addresses`), not those of its pods; empty when not known. */
  readonly addresses: readonly Address[]
  readonly span?: Span
}

/** A `Moat` object as read, with its defaults applied. */
export interface Moat {
  readonly namespace: string
  readonly name: string
  readonly spec: MoatSpec
  readonly span?: Span
}

export interface Snapshot {
  /** By name; has an entry for every namespace that any object lives in. */
  readonly namespaces: ReadonlyMap<string, Namespace>
  readonly pods: readonly Pod[]
  readonly workloads: readonly Workload[]
  readonly services: readonly Service[]
  readonly networkPolicies: readonly NetworkPolicy[]
  /** Of both tiers, in the order of the input. */
  readonly clusterPolicies: readonly ClusterNetworkPolicy[]
  /** Empty: the input names no node, which does not mean that there is none. */
  readonly nodes: readonly Node[]
  /** Ways from outside the cluster to Services. */
  readonly routes: readonly Route[]
  readonly moats: readonly Moat[]
  /** Of all `Assertions` and netassert files, in the order of the input. */
  readonly assertions: readonly Assertion[]
}

export const EMPTY_SNAPSHOT: Snapshot = {
  namespaces: new Map(),
  pods: [],
  workloads: [],
  services: [],
  networkPolicies: [],
  clusterPolicies: [],
  nodes: [],
  routes: [],
  moats: [],
  assertions: [],
}

/** `namespace/name` of a pod, workload or Service. */
export function qualifiedName(object: { readonly namespace: string; readonly name: string }): string {
  return `${object.namespace}/${object.name}`
}
