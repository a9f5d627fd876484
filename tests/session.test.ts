// Sessions against fresh engines on random clusters of all policy APIs: the state decides, not the way to it.
import { describe, expect, it } from 'vitest'
import { podEndpoint } from '../src/engine/endpoint.ts'
import { createEngine } from '../src/engine/engine.ts'
import { createSession, type Session, type SessionChange } from '../src/engine/session.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import { EMPTY_SNAPSHOT, qualifiedName, type Snapshot } from '../src/policy/snapshot.ts'
import { snapshotOf } from './support/oracles.ts'
import { ADMIN_SHAPE, randomCluster } from './support/random-cluster.ts'
import { randomFrom } from './support/random.ts'

const SEEDS = Array.from({ length: 30 }, (_, index) => 3_000 + index)

/** Everything between pods, by names. */
function answers(snapshot: Snapshot, reach: Session['reach']): Map<string, unknown> {
  const pods = podsOf(snapshot).toSorted((a, b) => (qualifiedName(a) < qualifiedName(b) ? -1 : 1))
  const all = new Map<string, unknown>()
  for (const source of pods) {
    for (const destination of pods) {
      for (const family of [4, 6] as const) {
        const key = `${qualifiedName(source)} ${qualifiedName(destination)} ${family}`
        all.set(key, reach(podEndpoint(source), podEndpoint(destination), family))
      }
    }
  }
  return all
}

function puts(snapshot: Snapshot): SessionChange[] {
  return [
    ...[...snapshot.namespaces.values()]
      .filter(({ declared }) => declared)
      .map((object): SessionChange => ({ put: 'namespace', object })),
    ...podsOf(snapshot).map((object): SessionChange => ({ put: 'pod', object })),
    ...snapshot.networkPolicies.map((object): SessionChange => ({ put: 'network-policy', object })),
    ...snapshot.clusterPolicies.map((object): SessionChange => ({ put: 'cluster-policy', object })),
  ]
}

/** Some objects gone, some as they are in another cluster, some of the other's new. */
function edits(snapshot: Snapshot, other: Snapshot, seed: number): SessionChange[] {
  const random = randomFrom(seed)
  const gone = [
    ...podsOf(snapshot).map(({ namespace, name }): SessionChange => ({ delete: 'pod', namespace, name })),
    ...snapshot.networkPolicies.map(({ namespace, name }): SessionChange => ({
      delete: 'network-policy',
      namespace,
      name,
    })),
    ...snapshot.clusterPolicies.map((object): SessionChange => ({ delete: 'cluster-policy', object })),
    ...[...snapshot.namespaces.keys()].map((name): SessionChange => ({ delete: 'namespace', name })),
  ]
  return [...gone, ...puts(other)].filter(() => random.chance(1, 4))
}

const clusterOf = (seed: number): Snapshot => snapshotOf(randomCluster(seed, ADMIN_SHAPE))

describe('a session', () => {
  it('answers as a fresh engine of its state, after each of many changes', () => {
    let different = 0
    for (const seed of SEEDS) {
      const start = clusterOf(seed)
      const session = createSession(start)
      for (const change of edits(start, { ...clusterOf(seed + 500), nodes: start.nodes }, seed)) {
        const before = answers(session.snapshot(), session.reach)
        const update = session.apply([change])
        const state = session.snapshot()
        const now = answers(state, session.reach)
        expect(now).toEqual(answers(state, createEngine(state).reach))
        // What is different is told, at one end or the other.
        const told = new Set(
          update.rows.flatMap(({ direction, pod, peers }) =>
            peers.map((peer) =>
              direction === 'egress'
                ? `${qualifiedName(pod)} ${qualifiedName(peer)}`
                : `${qualifiedName(peer)} ${qualifiedName(pod)}`,
            ),
          ),
        )
        const moved = 'put' in change && change.put === 'pod' ? qualifiedName(change.object) : ''
        for (const [key, reach] of now) {
          const [source = '', destination = ''] = key.split(' ')
          if (!before.has(key) || source === destination || source === moved || destination === moved) continue
          if (JSON.stringify(reach) === JSON.stringify(before.get(key))) continue
          different++
          expect(told).toContain(`${source} ${destination}`)
        }
      }
    }
    expect(different).toBeGreaterThan(0)
  })

  it('answers alike whatever the order of changes to different objects, squashed, split or said twice', () => {
    for (const seed of SEEDS) {
      const target = clusterOf(seed)
      const changes = puts(target)
      const random = randomFrom(seed)
      const shuffled = changes
        .map((change) => ({ change, at: random.below(1_000_000) }))
        .sort((a, b) => a.at - b.at)
        .map(({ change }) => change)
      const start = { ...EMPTY_SNAPSHOT, nodes: target.nodes }
      const wanted = answers(target, createEngine(target).reach)
      const [squashed, split, twice] = [createSession(start), createSession(start), createSession(start)]
      squashed.apply(changes)
      for (const change of shuffled) split.apply([change])
      twice.apply(shuffled)
      expect(twice.apply(changes).rows).toEqual([])
      for (const session of [squashed, split, twice]) {
        expect(answers(session.snapshot(), session.reach)).toEqual(wanted)
        expect(session.snapshot()).toEqual(squashed.snapshot())
      }
    }
  })

  it('tells what came and what went', () => {
    const start = clusterOf(3_000)
    const session = createSession({ ...start, pods: [] })
    const [pod] = podsOf(start)
    if (!pod) throw new Error('no pod')
    expect(session.apply([{ put: 'pod', object: pod }]).added).toEqual([pod])
    expect(session.apply([{ delete: 'pod', namespace: pod.namespace, name: pod.name }]).removed).toEqual([pod])
    expect(session.snapshot().pods).toEqual([])
  })
})
