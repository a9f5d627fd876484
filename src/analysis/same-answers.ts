// Whether two versions of the policies of one cluster decide every connection alike.
import { type Endpoint, outsideEndpoint, podEndpoint } from '../engine/endpoint.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import { addressesOf } from '../engine/match.ts'
import { podsOf } from '../policy/endpoints.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import { type Pod, qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import type { Address } from '../sets/ip-address.ts'

/** A policy without its places in the text. */
function meaningOf(policy: NetworkPolicy): string {
  return JSON.stringify(policy, (key, value: unknown) => {
    if (key === 'span') return undefined
    return typeof value === 'bigint' ? `${value}` : value
  })
}

/** The policies that only one of the two has in this form. */
function changedPolicies(before: Snapshot, after: Snapshot): NetworkPolicy[] {
  const [a, b] = [before, after].map(
    ({ networkPolicies }) => new Map(networkPolicies.map((one) => [meaningOf(one), one])),
  )
  return [...(a ?? [])]
    .flatMap(([key, policy]) => (b?.has(key) === true ? [] : [policy]))
    .concat([...(b ?? [])].flatMap(([key, policy]) => (a?.has(key) === true ? [] : [policy])))
}

/** One address of each piece between the borders of all blocks. */
function addresses(snapshots: readonly Snapshot[]): Address[] {
  const v4 = new Set<number>([0])
  const v6 = new Set<bigint>([0n])
  for (const { networkPolicies } of snapshots) {
    for (const { ingress = [], egress = [] } of networkPolicies) {
      for (const { peers } of [...ingress, ...egress]) {
        for (const peer of peers === 'any' ? [] : peers) {
          if (peer.kind !== 'ipBlock') continue
          const block = addressesOf(peer)
          for (const border of block.v4) if (border < 2 ** 32) v4.add(border)
          for (const border of block.v6) if (border < 1n << 128n) v6.add(border)
        }
      }
    }
  }
  return [
    ...[...v4].map((value): Address => ({ family: 4, value })),
    ...[...v6].map((value): Address => ({ family: 6, value })),
  ]
}

/** Two pods of each group that neither engine can tell apart: two, since a pod's answer about itself is another. */
function representatives(engines: readonly Engine[], pods: readonly Pod[]): Pod[] {
  const classes = engines.map((engine) => {
    const byName = new Map<string, number>()
    for (const [index, group] of engine.classes().entries())
      for (const pod of group.pods) byName.set(qualifiedName(pod), index)
    return byName
  })
  const groups = Map.groupBy(pods, (pod) => classes.map((byName) => byName.get(qualifiedName(pod))).join())
  return [...groups.values()].flatMap((group) => group.slice(0, 2))
}

/**
 * True when every connection of the input's pods, among themselves and with every address outside, is decided alike.
 * The two must differ in NetworkPolicies only; pairs that no changed policy governs are not asked about again.
 */
export function sameAnswers(before: Snapshot, after: Snapshot): boolean {
  const changed = changedPolicies(before, after)
  if (changed.length === 0) return true
  const engines = [createEngine(before), createEngine(after)] as const
  const pods = representatives(engines, podsOf(before))
  const governed = pods.filter((pod) =>
    changed.some(({ namespace, subject }) => namespace === pod.namespace && matches(subject, pod.labels)),
  )
  const others: Endpoint[] = [...pods.map(podEndpoint), ...addresses([before, after]).map(outsideEndpoint)]
  const alike = (source: Endpoint, destination: Endpoint): boolean =>
    ([4, 6] as const).every((family) => {
      const [a, b] = engines.map((engine) => JSON.stringify(engine.reach(source, destination, family)))
      return a === b
    })
  return governed.every((pod) =>
    others.every((other) => alike(podEndpoint(pod), other) && alike(other, podEndpoint(pod))),
  )
}
