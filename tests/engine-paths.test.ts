// The engine against itself: by rows of classes, one pair at a time, and put together again from its reasons.
import { describe, expect, it } from 'vitest'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../src/engine/endpoint.ts'
import type { ClusterRuling } from '../src/engine/cluster-ruling.ts'
import { createEngine, type DirectionReasons, type Engine } from '../src/engine/engine.ts'
import { CONFORMANCE, type Profile, SPEC } from '../src/engine/profile.ts'
import type { Action } from '../src/policy/cluster-network-policy.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  type ConnectionSet,
  intersectConnections,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../src/sets/connection-set.ts'
import { type Address, type Family, parseAddress } from '../src/sets/ip-address.ts'
import { snapshotOf } from './support/oracles.ts'
import { OUTSIDE_ADDRESSES } from './support/probes.ts'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'

const SEEDS = Array.from(
  { length: Math.min(24, Number(process.env['MOAT_DIFF_RUNS'] ?? 24)) },
  (_, index) => 1_000 + index,
)

interface Pair {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly family: Family
}

/** All pairs of pods in both families, and each pod with some outside addresses in both directions. */
function pairsOf({ pods }: Snapshot, seed: number): Pair[] {
  const inside = pods.map(podEndpoint)
  const some = OUTSIDE_ADDRESSES.filter((_, index) => index % 7 === seed % 7)
  const outside = some.map((text) => parseAddress(text) as Address)
  return [
    ...inside.flatMap((source) =>
      inside.flatMap((destination) => ([4, 6] as const).map((family) => ({ source, destination, family }))),
    ),
    ...inside.flatMap((pod) =>
      outside.flatMap((address) => [
        { source: pod, destination: outsideEndpoint(address), family: address.family },
        { source: outsideEndpoint(address), destination: pod, family: address.family },
      ]),
    ),
  ]
}

function answers(engine: Engine, pairs: readonly Pair[]): unknown[] {
  return pairs.map(({ source, destination, family }) => engine.reach(source, destination, family))
}

function union(sets: readonly ConnectionSet[]): ConnectionSet {
  return sets.reduce(unionConnections, NO_CONNECTIONS)
}

/** What a rule does, which is not what it says where it holds something that is not known (A15). */
function deedOf({ rule }: ClusterRuling): Action {
  const known = rule.peers.every(({ kind }) => kind !== 'unknown')
  const all = known && (rule.ports === 'any' || rule.ports.every(({ kind }) => kind !== 'unknown'))
  return all || rule.action === 'Accept' ? rule.action : 'Deny'
}

/** What a tier and those behind it surely let through: all but what some rule may deny, or may leave to a rest that does. */
function settled(rulings: readonly ClusterRuling[], rest: ConnectionSet): ConnectionSet {
  const of = (some: readonly ClusterRuling[]): ConnectionSet => union(some.map(({ connections }) => connections))
  const decided = of(rulings.filter((one) => one.reason === undefined && deedOf(one) !== 'Pass'))
  const left = unionConnections(
    subtractConnections(ALL_CONNECTIONS, decided),
    of(rulings.filter((one) => deedOf(one) === 'Pass')),
  )
  const denied = of(rulings.filter((one) => deedOf(one) === 'Deny'))
  return subtractConnections(subtractConnections(ALL_CONNECTIONS, denied), subtractConnections(left, rest))
}

/** What one direction surely lets through, from its reasons alone. */
function admitted({ ungoverned, admin, isolatedBy, admittedBy, baseline }: DirectionReasons): ConnectionSet {
  if (ungoverned !== undefined) return ALL_CONNECTIONS
  const sure = admittedBy.filter(({ reason }) => reason === undefined)
  const rest =
    isolatedBy.length > 0 ? union(sure.map(({ connections }) => connections)) : settled(baseline, ALL_CONNECTIONS)
  return settled(admin, rest)
}

function ended(end: Endpoint): boolean {
  return end.kind === 'pod' && (end.pod.phase === 'Succeeded' || end.pod.phase === 'Failed')
}

describe.each<[string, Profile]>([
  ['spec', SPEC],
  ['conformance', CONFORMANCE],
])('the engine under the profile %s', (_name, profile) => {
  it('answers alike for pods of the snapshot and for pods it meets later', () => {
    for (const seed of SEEDS) {
      const snapshot = snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))
      const pairs = pairsOf(snapshot, seed)
      const later = createEngine({ ...snapshot, pods: [] }, profile)
      expect(answers(later, pairs)).toEqual(answers(createEngine(snapshot, profile), pairs))
    }
  })

  it('answers alike in whatever order pods, policies and questions come', () => {
    for (const seed of SEEDS) {
      const snapshot = snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))
      const turned = {
        ...snapshot,
        pods: snapshot.pods.toReversed(),
        networkPolicies: snapshot.networkPolicies.toReversed(),
        clusterPolicies: snapshot.clusterPolicies.toReversed(),
        nodes: snapshot.nodes.toReversed(),
      }
      const pairs = pairsOf(snapshot, seed)
      const backwards = answers(createEngine(turned, profile), pairs.toReversed()).toReversed()
      expect(backwards).toEqual(answers(createEngine(snapshot, profile), pairs))
    }
  })

  it('allows exactly what the rules that it names let through', () => {
    const seen = { isolated: 0, admin: 0, baseline: 0 }
    for (const seed of SEEDS) {
      const snapshot = snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))
      const engine = createEngine(snapshot, profile)
      for (const { source, destination, family } of pairsOf(snapshot, seed)) {
        if (ended(source) || ended(destination)) continue
        const { reach, egress, ingress } = engine.why(source, destination, family)
        for (const { isolatedBy, admin, baseline } of [egress, ingress]) {
          seen.isolated += isolatedBy.length
          seen.admin += admin.length
          seen.baseline += baseline.length
        }
        expect(intersectConnections(admitted(egress), admitted(ingress))).toEqual(reach.allowed)
      }
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0)
  })
})
