// The diff of random pairs of clusters against the engine, pair by pair and port by port.
import { describe, expect, it } from 'vitest'
import type { Change, Diff, Party, Verdict } from '../src/analysis/diff/answer.ts'
import { diff } from '../src/analysis/diff/diff.ts'
import { meaning } from '../src/analysis/diff/edit.ts'
import { type Endpoint, formatEndpoint, outsideEndpoint, podEndpoint } from '../src/engine/endpoint.ts'
import { createEngine, type Engine } from '../src/engine/engine.ts'
import { CONFORMANCE, SPEC } from '../src/engine/profile.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import { type Pod, qualifiedName, type Snapshot } from '../src/policy/snapshot.ts'
import { hasConnection, type Protocol, PROTOCOLS } from '../src/sets/connection-set.ts'
import { type Address, type Family } from '../src/sets/ip-address.ts'
import { hasAddress } from '../src/sets/ip-set.ts'
import { ADMIN_SHAPE, FULL_SHAPE } from './support/random-cluster.ts'
import { type Random, randomFrom } from './support/random.ts'
import { randomlyEdited, randomSnapshot } from './support/random-snapshots.ts'

const SEEDS = Array.from({ length: 120 }, (_, index) => 7_000 + index)
const PORTS = [1, 2, 52, 53, 54, 80, 81, 82, 8080, 9090, 9091, 65_535]
const FAMILIES: readonly Family[] = [4, 6]

/** A pair of snapshots a few edits apart, every third time two that have nothing to do with each other. */
function pairOf(seed: number): readonly [Snapshot, Snapshot] {
  const shape = seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE
  const before = randomSnapshot(seed, shape)
  const after = seed % 3 === 0 ? randomSnapshot(seed + 50_000, shape) : randomlyEdited(before, seed)
  return [before, after]
}

function borders(snapshots: readonly Snapshot[]): Address[] {
  const all = snapshots.flatMap((snapshot) =>
    createEngine(snapshot)
      .reachability()
      .groups.flatMap((group) => (group.kind === 'outside' ? [group.addresses] : [])),
  )
  return all.flatMap(({ v4, v6 }): Address[] => [
    ...v4.filter((_, i) => i % 2 === 0).map((value): Address => ({ family: 4, value })),
    ...v6.filter((_, i) => i % 2 === 0).map((value): Address => ({ family: 6, value })),
  ])
}

function verdict(
  engine: Engine,
  ends: readonly [Endpoint, Endpoint],
  at: { family: Family; protocol: Protocol; port: number },
): Verdict {
  const { allowed, depends } = engine.reach(...ends, at.family)
  if (hasConnection(allowed, at.protocol, at.port)) return 'Allowed'
  return depends.some(({ connections }) => hasConnection(connections, at.protocol, at.port)) ? 'Depends' : 'Denied'
}

function holds(party: Party, end: Endpoint): boolean {
  if (party.kind === 'outside') return end.kind === 'outside' && hasAddress(party.addresses, end.address)
  if (end.kind !== 'pod' || party.namespace !== end.pod.namespace) return false
  return party.pods ? party.pods.includes(end.pod.name) : party.name === end.pod.name
}

/** What the diff says of one connection: at most one change may. */
function told(
  { changes }: Diff,
  ends: readonly [Endpoint, Endpoint],
  at: { family: Family; protocol: Protocol; port: number },
): Change | undefined {
  const found = changes.filter(
    (change) =>
      change.families.includes(at.family) &&
      hasConnection(change.connections, at.protocol, at.port) &&
      change.sources.some((party) => holds(party, ends[0])) &&
      change.destinations.some((party) => holds(party, ends[1])),
  )
  if (found.length > 1) throw new Error(`${ends.map(formatEndpoint).join(' to ')} is told ${found.length} times`)
  return found[0]
}

/** Pods of both sides by name; a pod that is on one side only has nothing open on the other. */
function endsOf([before, after]: readonly [Snapshot, Snapshot]): (readonly [
  Endpoint | undefined,
  Endpoint | undefined,
])[] {
  const [old, now] = [before, after].map(
    (snapshot) => new Map(podsOf(snapshot).map((pod) => [qualifiedName(pod), pod])),
  ) as [Map<string, Pod>, Map<string, Pod>]
  const pods = [...new Set([...old.keys(), ...now.keys()])].map((name) => {
    const [a, b] = [old.get(name), now.get(name)]
    return [a && podEndpoint(a), b && podEndpoint(b)] as const
  })
  return [
    ...pods,
    ...borders([before, after]).map((address) => [outsideEndpoint(address), outsideEndpoint(address)] as const),
  ]
}

interface Counted {
  cells: number
  changed: number
  opened: number
  depends: number
}

function compare(
  pair: readonly [Snapshot, Snapshot],
  { answer, reverse }: { readonly answer: Diff; readonly reverse: Diff },
  counted: Counted,
): void {
  const profile = answer.profile === 'spec' ? SPEC : CONFORMANCE
  const engines = pair.map((snapshot) => createEngine(snapshot, profile)) as [Engine, Engine]
  const all = endsOf(pair)
  for (const source of all) {
    for (const destination of all) {
      const [from, to] = [source[1] ?? source[0], destination[1] ?? destination[0]]
      if (!from || !to || source === destination || (from.kind === 'outside' && to.kind === 'outside')) continue
      for (const family of FAMILIES) {
        // An address has one family, and says itself which.
        if ([from, to].some((end) => end.kind === 'outside' && end.address.family !== family)) continue
        for (const protocol of PROTOCOLS) {
          for (const port of PORTS) {
            const at = { family, protocol, port }
            const [was, is] = [0, 1].map((side): Verdict => {
              const ends = [source[side], destination[side]]
              return ends[0] && ends[1] ? verdict(engines[side] as Engine, [ends[0], ends[1]], at) : 'Denied'
            })
            const change = told(answer, [from, to], at)
            const expected = was === is ? undefined : `${was} ${is}`
            const found = change && `${change.before} ${change.after}`
            const back = told(reverse, [from, to], at)
            if (
              expected !== found ||
              (back && `${back.after} ${back.before}`) !== expected ||
              (change?.kind === back?.kind && change)
            ) {
              throw new Error(
                `${formatEndpoint(from)} -> ${formatEndpoint(to)} ${protocol}/${port} v${family}: the engine says ${expected}, the diff ${found}`,
              )
            }
            counted.cells++
            if (change) counted.changed++
            if (change?.kind === 'opened') counted.opened++
            if (change && (was === 'Depends' || is === 'Depends')) counted.depends++
          }
        }
      }
    }
  }
}

/** Changes without what is only for readers, as texts: which connections, of whom, and why. */
function plain(changes: readonly Change[]): string[] {
  return changes
    .map(({ edits, ...change }) => {
      const causes = edits.map(({ kind, policy, direction, rule }) => `${kind} ${policy.name} ${direction} ${rule}`)
      return meaning([change, causes.sort()])
    })
    .sort()
}

function shuffle<T>(random: Random, list: readonly T[]): T[] {
  const keyed = list.map((one) => ({ one, key: random.below(1_000_000) }))
  return keyed.sort((a, b) => a.key - b.key).map(({ one }) => one)
}

describe('the diff of random clusters', () => {
  it('says of every connection what the engine says of both sides, and the reverse the other way', () => {
    const counted: Counted = { cells: 0, changed: 0, opened: 0, depends: 0 }
    for (const seed of SEEDS) {
      const pair = pairOf(seed)
      try {
        const profile = seed % 4 < 2 ? SPEC : CONFORMANCE
        const [answer, reverse] = [diff(...pair, profile), diff(pair[1], pair[0], profile)]
        compare(pair, { answer, reverse }, counted)
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
      }
    }
    expect(counted.cells).toBeGreaterThan(500_000)
    expect(counted.changed).toBeGreaterThan(10_000)
    expect(counted.opened).toBeGreaterThan(3_000)
    expect(counted.depends).toBeGreaterThan(300)
  })

  it('is empty between a cluster and itself', () => {
    for (const seed of SEEDS) {
      const [before] = pairOf(seed)
      const { changes, workloads, edits, possible } = diff(before, structuredClone(before))
      expect([changes, workloads, edits, possible]).toEqual([[], [], [], []])
    }
  })

  it('does not depend on the order of objects', () => {
    for (const seed of SEEDS.slice(0, 40)) {
      const [before, after] = pairOf(seed)
      const random = randomFrom(seed)
      const shuffled = (snapshot: Snapshot): Snapshot => ({
        ...snapshot,
        pods: shuffle(random, snapshot.pods),
        networkPolicies: shuffle(random, snapshot.networkPolicies),
        clusterPolicies: shuffle(random, snapshot.clusterPolicies),
        namespaces: new Map(shuffle(random, [...snapshot.namespaces])),
      })
      expect(plain(diff(shuffled(before), shuffled(after)).changes), `seed ${seed}`).toEqual(
        plain(diff(before, after).changes),
      )
    }
  })
})
