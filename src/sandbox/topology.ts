// Where everything of a snapshot lives in the sandbox: addresses, names and links, decided before anything is made.
import { podsOf } from '../policy/endpoints.ts'
import { matches } from '../policy/selector.ts'
import { type Pod, qualifiedName, type Service, type Snapshot } from '../policy/snapshot.ts'
import { type Address, formatAddress } from '../sets/ip-address.ts'
import { DNS_ADDRESSES, MAX_INDEX, NODE_ADDRESSES, podAddresses, serviceAddresses } from './address-plan.ts'
import { isDnsPod, isDnsService, withClusterDns } from './cluster-dns.ts'
import { type OutsideHost, planOutside } from './outside-hosts.ts'

/** The node's ends of the pods' links, and only they, begin with it. */
export const LINK_PREFIX = 'pod'

/** A pod with a network namespace of its own, or (hostNetwork) one that lives in the node's. */
export interface PlacedPod {
  /** As in the topology's snapshot: `addresses` holds the IPv4, then the IPv6 address. */
  readonly pod: Pod
  /** The name of its network namespace; `undefined` for hostNetwork. */
  readonly netns: string | undefined
  /** The node's end of its link, the `iifname` and `oifname` of its packets; `undefined` for hostNetwork. */
  readonly link: string | undefined
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
  /** The pods that serve DNS (`pod` is the first), and the cluster addresses in every pod's resolv.conf. */
  readonly dns: { readonly pod: Pod; readonly pods: readonly Pod[]; readonly addresses: readonly Address[] }
  /** One sentence for each thing that a limit left out. */
  readonly omitted: readonly string[]
}

export interface TopologyOptions {
  /** Replicas of one workload that become pods; 2 when absent. */
  readonly maxReplicas?: number
  /** Outside hosts of each family; 12 when absent. */
  readonly maxOutside?: number
  /** What ran before: pods, Services and outside hosts that are still there keep their places. */
  readonly previous?: Topology
}

/** Numbers for names: those of `before` stay, new names get the lowest free one, from 1. */
function numberAll(names: readonly string[], before: ReadonlyMap<string, number>): Map<string, number> {
  const out = new Map<string, number>()
  for (const name of names) {
    const index = before.get(name)
    if (index !== undefined) out.set(name, index)
  }
  const used = new Set(out.values())
  let next = 1
  for (const name of names) {
    if (out.has(name)) continue
    while (used.has(next)) next++
    out.set(name, next++)
  }
  return out
}

function offset(address: Address | undefined, base: Address | undefined): number {
  return address?.family === 4 && base?.family === 4 ? address.value - base.value : 0
}

function placePods(pods: readonly Pod[], previous: Topology | undefined): PlacedPod[] {
  const before = new Map(
    (previous?.pods ?? [])
      .filter(({ netns }) => netns !== undefined)
      .map(({ pod }) => [qualifiedName(pod), offset(pod.addresses[0], podAddresses(0)[0])]),
  )
  const numbers = numberAll(pods.filter((pod) => !pod.hostNetwork).map(qualifiedName), before)
  return pods.map((pod) => {
    const number = numbers.get(qualifiedName(pod))
    if (pod.hostNetwork || number === undefined) {
      return { pod: { ...pod, addresses: NODE_ADDRESSES }, netns: undefined, link: undefined }
    }
    return { pod: { ...pod, addresses: podAddresses(number) }, netns: `p${number}`, link: `${LINK_PREFIX}${number}` }
  })
}

function placeServices(services: readonly Service[], previous: Topology | undefined): Service[] {
  const addressed = services.filter((service) => !service.headless && !isDnsService(service))
  const before = new Map(
    (previous?.services ?? [])
      .filter(({ service }) => !service.headless && !isDnsService(service))
      .map(({ service }) => [qualifiedName(service), offset(service.clusterIPs[0], serviceAddresses(0)[0])]),
  )
  const numbers = numberAll(addressed.map(qualifiedName), before)
  return services.map((service) => {
    if (service.headless) return { ...service, clusterIPs: [] }
    if (isDnsService(service)) return { ...service, clusterIPs: DNS_ADDRESSES }
    return { ...service, clusterIPs: serviceAddresses(numbers.get(qualifiedName(service)) ?? 0) }
  })
}

/** Outside hosts of before that the new plan lacks stay while there is room: a stream to them must not end by itself. */
function placeOutside(snapshot: Snapshot, options: TopologyOptions): { hosts: OutsideHost[]; omitted: string[] } {
  const { hosts, omitted } = planOutside(snapshot, options.maxOutside ?? 12)
  const known = new Set(hosts.map(({ address }) => formatAddress(address)))
  const kept = (options.previous?.outside ?? []).filter(({ address }) => !known.has(formatAddress(address)))
  return { hosts: [...hosts, ...kept.slice(0, 32)], omitted: [...omitted] }
}

/**
 * Gives every pod, Service and outside host of the snapshot its place. Addresses that the input had are replaced.
 * A DNS pod is added where the input has none. Pods beyond the address range are left out and named in `omitted`.
 */
export function planTopology(snapshot: Snapshot, options: TopologyOptions = {}): Topology {
  const maxReplicas = options.maxReplicas ?? 2
  const { snapshot: completed, replaced } = withClusterDns({
    ...snapshot,
    pods: podsOf(snapshot, maxReplicas),
    workloads: [],
  })
  const placed = placePods(completed.pods.slice(0, MAX_INDEX), options.previous)
  const pods = placed.map(({ pod }) => pod)
  const services = placeServices(completed.services, options.previous)
  const outside = placeOutside(snapshot, options)
  const fewer = snapshot.workloads
    .filter(({ replicas }) => replicas > maxReplicas)
    .map((each) => `${each.kind} ${qualifiedName(each)} runs ${maxReplicas} of its ${each.replicas} replicas`)
  const tooMany = completed.pods.length - placed.length
  const dnsPods = pods.filter(isDnsPod)
  const [dnsPod] = dnsPods
  if (!dnsPod) throw new Error('no DNS pod in the topology')
  return {
    snapshot: { ...completed, pods, services },
    pods: placed,
    services: services.map((service) => ({
      service,
      pods: pods.filter(
        (pod) =>
          pod.namespace === service.namespace &&
          service.selector !== undefined &&
          matches(service.selector, pod.labels),
      ),
    })),
    outside: outside.hosts,
    node: NODE_ADDRESSES,
    dns: { pod: dnsPod, pods: dnsPods, addresses: DNS_ADDRESSES },
    omitted: [...fewer, ...replaced, ...(tooMany > 0 ? [`${tooMany} pods are left out`] : []), ...outside.omitted],
  }
}

/** The pods' links in the form that the ruleset's protection against forged addresses takes. */
export function podInterfaces(topology: Topology): {
  readonly prefix: string
  readonly of: ReadonlyMap<string, string>
} {
  const links = topology.pods.flatMap(({ pod, link }) =>
    link === undefined ? [] : [[qualifiedName(pod), link] as const],
  )
  return { prefix: LINK_PREFIX, of: new Map(links) }
}
