// A policy seen from the pods that it selects: what they may open, and who may open them, under all policies together.
import { type Endpoint, outsideEndpoint, podEndpoint } from '../engine/endpoint.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import { addressesOf } from '../engine/match.ts'
import { CILIUM } from '../engine/profile.ts'
import type { Direction, NetworkPolicy } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import type { ContainerPort, Pod, Snapshot } from '../policy/snapshot.ts'
import { type ConnectionSet, NO_CONNECTIONS, unionConnections } from '../sets/connection-set.ts'
import { ALL_ADDRESSES, firstAddress, type IpSet, ipSetOf, subtractAddresses } from '../sets/ip-set.ts'
import { witnessOf } from '../sets/label-set.ts'
import { DOCUMENTATION, NOT_ADDRESSES } from './ranges.ts'
import { everyPod } from './subjects.ts'
import { splitLabels, subjectBox } from './universe.ts'

/** More pods of one policy than these are not looked at: they are alike in almost everything. */
const MOST_PODS = 10

/** Addresses where somebody may be: not those for examples, nor those that nothing across a network has. */
export const USABLE: IpSet = DOCUMENTATION.reduce(
  (rest, { addresses }) => subtractAddresses(rest, addresses),
  subtractAddresses(ALL_ADDRESSES, NOT_ADDRESSES),
)

export interface PolicySubject {
  readonly policy: NetworkPolicy
  /** Of the input; where it has none, the plainest pod that the policy would select. Empty: no pod could be selected. */
  readonly pods: readonly Pod[]
  /** NetworkPolicies that isolate every one of these pods in a direction, this one among them. */
  readonly isolating: Readonly<Record<Direction, readonly NetworkPolicy[]>>
  /** What one of the pods may open there, or be opened at, under some reading. */
  readonly reach: (end: Endpoint, direction: Direction) => ConnectionSet
  /** The same for pods that the input has not, and for all addresses of a set. */
  readonly reachAddresses: (addresses: IpSet, direction: Direction) => ConnectionSet
}

function plainPod(policy: NetworkPolicy): Pod[] {
  const box = subjectBox(policy)
  if (!box) return []
  return [madeUpPod(policy.namespace, splitLabels(witnessOf(box)).pod)]
}

/** A pod that the input has not. */
export function madeUpPod(
  namespace: string,
  labels: ReadonlyMap<string, string>,
  ports: readonly ContainerPort[] = [],
): Pod {
  return { namespace, name: 'pod', labels, annotations: new Map(), ports, hostNetwork: false, addresses: [] }
}

/** Blocks that the policies speak of, and those of the admin tiers. */
function blocksOf(policies: readonly NetworkPolicy[], { clusterPolicies }: Snapshot): IpSet[] {
  const networks = clusterPolicies
    .flatMap(({ egress }) => egress.flatMap(({ peers }) => peers))
    .flatMap((peer) => (peer.kind === 'networks' ? peer.cidrs.map(ipSetOf) : []))
  const own = policies
    .flatMap(({ ingress, egress }) => [...(ingress ?? []), ...(egress ?? [])])
    .flatMap(({ peers }) => (peers === 'any' ? [] : peers))
    .flatMap((peer) => (peer.kind === 'ipBlock' ? [addressesOf(peer), ...peer.except.map(ipSetOf)] : []))
  return [...networks, ...own]
}

/** One address of each part into which the blocks cut the set: inside each, and outside all. */
function samples(set: IpSet, blocks: readonly IpSet[]): Endpoint[] {
  const borders4 = [...new Set([...set.v4, ...blocks.flatMap(({ v4 }) => v4)])]
  const borders6 = [...new Set([...set.v6, ...blocks.flatMap(({ v6 }) => v6)])]
  const from: IpSet[] = [
    ...borders4.map((border): IpSet => ({ v4: [border, 2 ** 32], v6: [] })),
    ...borders6.map((border): IpSet => ({ v4: [], v6: [border, 1n << 128n] })),
  ]
  return from.flatMap((part) => {
    const outside = subtractAddresses(part, subtractAddresses(ALL_ADDRESSES, set))
    const address = firstAddress(outside)
    return address ? [outsideEndpoint(address)] : []
  })
}

/** The subjects of the snapshot's policies, with one engine for all. */
export function policySubjects(snapshot: Snapshot): PolicySubject[] {
  const present = everyPod(snapshot)
  const byNamespace = Map.groupBy(snapshot.networkPolicies, ({ namespace }) => namespace)
  const podsByNamespace = Map.groupBy(present, ({ namespace }) => namespace)
  // A pod's address is as little known as the plugin's reading of a block over it: blocks are asked about as addresses.
  const engine = createEngine(snapshot, CILIUM)
  return snapshot.networkPolicies.map((policy) => {
    const neighbours = byNamespace.get(policy.namespace) ?? []
    const selected = (podsByNamespace.get(policy.namespace) ?? []).filter(
      (pod) => !pod.hostNetwork && matches(policy.subject, pod.labels),
    )
    const pods = selected.length > 0 ? selected.slice(0, MOST_PODS) : plainPod(policy)
    // Where answers about addresses can change: at the blocks of policies that select one of the pods.
    const blocks = blocksOf(
      neighbours.filter(({ subject }) => pods.some(({ labels }) => matches(subject, labels))),
      snapshot,
    )
    const isolating = (direction: Direction): NetworkPolicy[] =>
      neighbours.filter(
        (one) =>
          one[direction] !== undefined && pods.length > 0 && pods.every((pod) => matches(one.subject, pod.labels)),
      )
    const reach = (end: Endpoint, direction: Direction): ConnectionSet =>
      pods.map((pod) => reachOf(engine, { pod, end, direction })).reduce(unionConnections, NO_CONNECTIONS)
    return {
      policy,
      pods,
      isolating: { ingress: isolating('ingress'), egress: isolating('egress') },
      reach,
      reachAddresses: (addresses, direction) =>
        samples(addresses, blocks)
          .map((end) => reach(end, direction))
          .reduce(unionConnections, NO_CONNECTIONS),
    }
  })
}

/** Over either family, allowed or left open. */
function reachOf(
  engine: Engine,
  { pod, end, direction }: { readonly pod: Pod; readonly end: Endpoint; readonly direction: Direction },
): ConnectionSet {
  const own = podEndpoint(pod)
  const [source, destination] = direction === 'egress' ? [own, end] : [end, own]
  return ([4, 6] as const)
    .map((family) => engine.reach(source, destination, family))
    .flatMap(({ allowed, depends }) => [allowed, ...depends.map(({ connections }) => connections)])
    .reduce(unionConnections, NO_CONNECTIONS)
}
