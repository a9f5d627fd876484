// The whole answer of the engine against its answers pair by pair: groups, blocks, and nothing twice.
import { describe, expect, it } from 'vitest'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../src/engine/endpoint.ts'
import { createEngine, type Engine } from '../src/engine/engine.ts'
import { CALICO, CILIUM, CONFORMANCE, type Profile, SPEC } from '../src/engine/profile.ts'
import type { Reach } from '../src/engine/reach.ts'
import type { Group, Reachability } from '../src/engine/reachability.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import type { Pod, Snapshot } from '../src/policy/snapshot.ts'
import { NO_CONNECTIONS } from '../src/sets/connection-set.ts'
import type { Family } from '../src/sets/ip-address.ts'
import {
  ALL_ADDRESSES,
  equalAddresses,
  intersectAddresses,
  NO_ADDRESSES,
  noAddresses,
  unionAddresses,
} from '../src/sets/ip-set.ts'
import { snapshotOf } from './support/oracles.ts'
import { ADMIN_SHAPE, type ClusterShape, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'

const RUNS = Math.min(60, Number(process.env['MOAT_DIFF_RUNS'] ?? 60))
const FAMILIES: readonly Family[] = [4, 6]
const DENIED: Reach = { allowed: NO_CONNECTIONS, depends: [] }

/** The last has peers that match so many pods that rows are cut along them. */
const SHAPES: readonly ClusterShape[] = [
  FULL_SHAPE,
  { ...FULL_SHAPE, pods: 14, policies: 10 },
  ADMIN_SHAPE,
  { ...ADMIN_SHAPE, pods: 12, clusterPolicies: 7 },
  { ...ADMIN_SHAPE, namespaces: 2, pods: 70, policies: 10 },
]

/** Some endpoints of a group: every pod, or the first and the last address of every interval. */
function membersOf(group: Group): Endpoint[] {
  if (group.kind === 'pods') return group.pods.map(podEndpoint)
  const { v4, v6 } = group.addresses
  return [
    ...v4.map((bound, i) => outsideEndpoint({ family: 4, value: i % 2 === 0 ? bound : bound - 1 })),
    ...v6.map((bound, i) => outsideEndpoint({ family: 6, value: i % 2 === 0 ? bound : bound - 1n })),
  ]
}

/** What the blocks say of each pair of groups; throws where two speak of one pair. */
function answersOf({ blocks }: Reachability): Map<string, Reach> {
  const answers = new Map<string, Reach>()
  for (const { sources, destinations, families, reach } of blocks) {
    for (const source of sources) {
      for (const destination of destinations) {
        for (const family of families) {
          const key = `${source} ${destination} ${family}`
          if (answers.has(key)) throw new Error(`two blocks speak of ${key}`)
          answers.set(key, reach)
        }
      }
    }
  }
  return answers
}

/** Another pod that is like this one but for its name. */
function twin(pod: Pod): Endpoint {
  return podEndpoint({ ...pod, name: `${pod.name}-twin` })
}

/** How many pairs were compared, and those that differ. */
function compare(engine: Engine, whole: Reachability): { compared: number; differences: unknown[] } {
  const answers = answersOf(whole)
  const differences: unknown[] = []
  let compared = 0
  for (const source of whole.groups) {
    for (const destination of whole.groups) {
      if (source.kind === 'outside' && destination.kind === 'outside') continue
      for (const family of FAMILIES) {
        const said = answers.get(`${source.id} ${destination.id} ${family}`) ?? DENIED
        for (const from of membersOf(source)) {
          for (const to of membersOf(destination)) {
            const isSame = from.kind === 'pod' && to.kind === 'pod' && from.pod === to.pod
            const other = isSame ? twin(from.pod) : to
            const direct = engine.reach(from, other, family)
            if (JSON.stringify(direct) !== JSON.stringify(said)) differences.push({ from, other, family, said, direct })
            compared++
          }
        }
      }
    }
  }
  return { compared, differences }
}

function isPartition(snapshot: Snapshot, { groups }: Reachability): void {
  const pods = groups.flatMap((group) => (group.kind === 'pods' ? group.pods : []))
  const names = (some: readonly Pod[]): string[] => some.map(({ namespace, name }) => `${namespace}/${name}`).sort()
  expect(names(pods)).toEqual(names(podsOf(snapshot)))
  expect(groups.map(({ id }) => id)).toEqual(groups.map((_, index) => index))
  let all = NO_ADDRESSES
  for (const group of groups) {
    if (group.kind === 'pods') continue
    expect(noAddresses(intersectAddresses(all, group.addresses))).toBe(true)
    all = unionAddresses(all, group.addresses)
  }
  expect(equalAddresses(all, ALL_ADDRESSES)).toBe(true)
}

function isWellMade({ blocks }: Reachability): void {
  const ascending = (ids: readonly number[]): boolean => ids.every((id, i) => i === 0 || id > (ids[i - 1] as number))
  for (const { sources, destinations, families, reach } of blocks) {
    expect([sources.length, destinations.length, families.length]).not.toContain(0)
    expect([sources, destinations, families].every(ascending)).toBe(true)
    expect(reach).not.toEqual(DENIED)
  }
}

describe.each<[string, Profile]>([
  ['spec', SPEC],
  ['conformance', CONFORMANCE],
  ['calico', CALICO],
  ['cilium', CILIUM],
])('the whole answer under the profile %s', (_name, profile) => {
  it('says of every pair of endpoints, once, what the engine says of the pair', { timeout: 120_000 }, () => {
    let compared = 0
    for (let run = 0; run < RUNS; run++) {
      const snapshot = snapshotOf(randomCluster(5_000 + run, SHAPES[run % SHAPES.length]))
      const engine = createEngine(snapshot, profile)
      const whole = engine.reachability()
      isPartition(snapshot, whole)
      isWellMade(whole)
      const result = compare(engine, whole)
      expect(result.differences).toEqual([])
      compared += result.compared
    }
    expect(compared).toBeGreaterThan(RUNS * 500)
  })

  it('depends on what there is, not on the order of the input', () => {
    const text = ({ groups, blocks }: Reachability): string[] => {
      const name = (id: number): string => {
        const group = groups[id] as Group
        if (group.kind === 'pods')
          return group.pods
            .map((pod) => `${pod.namespace}/${pod.name}`)
            .sort()
            .join()
        return `${group.addresses.v4.join()};${group.addresses.v6.join()}`
      }
      return blocks
        .flatMap(({ sources, destinations, families, reach }) =>
          sources.flatMap((source) =>
            destinations.map(
              (destination) => `${name(source)} ${name(destination)} ${families.join()} ${JSON.stringify(reach)}`,
            ),
          ),
        )
        .sort()
    }
    for (let run = 0; run < RUNS / 2; run++) {
      const snapshot = snapshotOf(randomCluster(9_000 + run, SHAPES[run % SHAPES.length]))
      const turned = {
        ...snapshot,
        pods: snapshot.pods.toReversed(),
        networkPolicies: snapshot.networkPolicies.toReversed(),
        clusterPolicies: snapshot.clusterPolicies.toReversed(),
        nodes: snapshot.nodes.toReversed(),
      }
      const [whole, again] = [snapshot, turned].map((one) => text(createEngine(one, profile).reachability()))
      expect(again).toEqual(whole)
    }
  })
})
