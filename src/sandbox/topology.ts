// Where everything of a snapshot lives in the sandbox: addresses, names and links, decided before anything is made.
import type { Pod, Service, Snapshot } from '../policy/snapshot.ts'
import type { Address } from '../sets/ip-address.ts'

/** A pod with a network namespace of its own, or (hostNetwork) one that lives in the node's. */
export interface PlacedPod {
  /** As in the topology's snapshot: `addresses` holds the IPv4, then the IPv6 address. */
  readonly pod: Pod
  /** The name of its network namespace; `undefined` for hostNetwork. */
  readonly netns: string | undefined
  /** The node's end of its link, the `iifname` and `oifname` of its packets; `undefined` for hostNetwork. */
  readonly link: string | undefined
}

/** An address outside the cluster, and why it is there. */
export interface OutsideHost {
  readonly address: Address
  /** `inside 203.0.113.0/24`, `just above 203.0.113.0/24`, `metadata`, `public`. */
  readonly reason: string
}

export interface PlacedService {
  /** As in the topology's snapshot: with cluster addresses unless headless. */
  readonly service: Service
  /** The pods that its selector matches, in order. */
  readonly pods: readonly Pod[]
}

export interface Topology {
  /** What the engine and nft read: workloads expanded into pods, every pod and Service with its addresses. */
  readonly snapshot: Snapshot
  readonly pods: readonly PlacedPod[]
  readonly services: readonly PlacedService[]
  readonly outside: readonly OutsideHost[]
  /** The node's own addresses. */
  readonly node: readonly Address[]
  /** The pod that serves DNS, and the cluster addresses in every pod's resolv.conf. */
  readonly dns: { readonly pod: Pod; readonly addresses: readonly Address[] }
  /** One sentence for each thing that a limit left out. */
  readonly omitted: readonly string[]
}

export interface TopologyOptions {
  /** Replicas of one workload that become pods; 2 when absent. */
  readonly maxReplicas?: number
  /** Outside hosts of each family; 12 when absent. */
  readonly maxOutside?: number
}

/** Gives every pod, Service and outside host of the snapshot its place. Addresses that the input had are replaced. */
export function planTopology(_snapshot: Snapshot, _options: TopologyOptions = {}): Topology {
  throw new Error('not built yet')
}
