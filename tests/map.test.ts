// The map against the engine it was made from: every pair that it folds, named one by one again.
import { describe, expect, it } from 'vitest'
import { foldLinks } from '../src/analysis/map/fold.ts'
import { linkMap, type MapEndpoint, type ReachMap } from '../src/analysis/map/map.ts'
import { termsOf, placesOf } from '../src/analysis/map/terms.ts'
import { type Endpoint, outsideEndpoint, podEndpoint, samePod } from '../src/engine/endpoint.ts'
import { createEngine } from '../src/engine/engine.ts'
import { CONFORMANCE, SPEC } from '../src/engine/profile.ts'
import type { DependsReason, Reach } from '../src/engine/reach.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import { type ConnectionSet, isEmpty, NO_CONNECTIONS, unionConnections } from '../src/sets/connection-set.ts'
import type { Address, Family } from '../src/sets/ip-address.ts'
import { snapshotOf } from './support/oracles.ts'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'

const SEEDS = Array.from({ length: 40 }, (_, index) => 4_000 + index)

/** First and last addresses of everything outside, or the pods. */
function membersOf(endpoint: MapEndpoint): Endpoint[] {
  if (endpoint.kind === 'pods') return endpoint.pods.map(podEndpoint)
  const { v4, v6 } = endpoint.addresses
  const addresses = [
    ...v4.map((value, index): Address => ({ family: 4, value: index % 2 === 0 ? value : value - 1 })),
    ...v6.map((value, index): Address => ({ family: 6, value: index % 2 === 0 ? value : value - 1n })),
  ]
  return addresses.map(outsideEndpoint)
}

interface Answer {
  allowed: ConnectionSet
  depends: Map<DependsReason, ConnectionSet>
}

/** What the rows of a map say of each pair of endpoints over one family. */
function toldBy(map: ReachMap, family: Family): Map<string, Answer> {
  const told = new Map<string, Answer>()
  for (const { sources, destinations, families, connections, reason } of foldLinks(map)) {
    if (!families.includes(family)) continue
    for (const source of sources) {
      for (const destination of destinations) {
        const key = `${source} ${destination}`
        const answer = told.get(key) ?? { allowed: NO_CONNECTIONS, depends: new Map<DependsReason, ConnectionSet>() }
        told.set(key, answer)
        if (reason === undefined) {
          if (!isEmpty(answer.allowed)) throw new Error(`${key} is told twice`)
          answer.allowed = connections
        } else {
          answer.depends.set(reason, unionConnections(answer.depends.get(reason) ?? NO_CONNECTIONS, connections))
        }
      }
    }
  }
  return told
}

function plain({ allowed, depends }: Reach): unknown {
  return { allowed, depends: Object.fromEntries(depends.map(({ reason, connections }) => [reason, connections])) }
}

describe('the map of a random cluster', () => {
  it.each(SEEDS)('%i: tells of every pair of members what the engine says', (seed) => {
    const snapshot = snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))
    const engine = createEngine(snapshot, seed % 2 === 0 ? SPEC : CONFORMANCE)
    const map = linkMap(engine)
    const members = map.endpoints.map(membersOf)
    let asked = 0
    for (const family of [4, 6] as const) {
      const told = toldBy(map, family)
      for (const [i, sources] of members.entries()) {
        for (const [j, destinations] of members.entries()) {
          if (map.endpoints[i]?.kind === 'outside' && map.endpoints[j]?.kind === 'outside') continue
          const answer = told.get(`${i} ${j}`)
          const expected = {
            allowed: answer?.allowed ?? NO_CONNECTIONS,
            depends: Object.fromEntries(answer?.depends ?? []),
          }
          for (const source of sources) {
            for (const destination of destinations) {
              if (source.kind === 'pod' && destination.kind === 'pod' && samePod(source.pod, destination.pod)) continue
              if ([source, destination].some((end) => end.kind === 'outside' && end.address.family !== family)) continue
              expect(plain(engine.reach(source, destination, family))).toEqual(expected)
              asked++
            }
          }
        }
      }
    }
    expect(asked).toBeGreaterThan(0)
  })

  it.each(SEEDS)('%i: has every pod once, and every address outside once', (seed) => {
    const snapshot = snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))
    const map = linkMap(createEngine(snapshot))
    const pods = map.endpoints.flatMap((one) => (one.kind === 'pods' ? one.pods : []))
    expect(pods.map(({ namespace, name }) => `${namespace}/${name}`).sort()).toEqual(
      podsOf(snapshot)
        .map(({ namespace, name }) => `${namespace}/${name}`)
        .sort(),
    )
    const v4 = map.endpoints.flatMap((one) => (one.kind === 'outside' ? [one.addresses.v4] : []))
    const width = v4.flat().reduce((sum, value, index) => sum + (index % 2 === 0 ? -value : value), 0)
    expect(width).toBe(2 ** 32)
    expect(new Set(map.endpoints.map(({ label }) => label)).size).toBe(map.endpoints.length)
  })

  it.each(SEEDS)('%i: is put in terms that mean exactly the sets they stand for', (seed) => {
    const map = linkMap(createEngine(snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))))
    const places = placesOf(map)
    for (const { sources, destinations } of foldLinks(map)) {
      for (const set of [sources, destinations]) {
        const meant = termsOf(set, places).flatMap((term) => {
          switch (term.kind) {
            case 'every-pod':
              return places.pods.filter((id) => !term.except.includes(id))
            case 'namespace':
              return (places.byNamespace.get(term.namespace) ?? []).filter((id) => !term.except.includes(id))
            case 'everywhere-outside':
              return places.outside
            case 'endpoint':
              return [term.id]
          }
        })
        expect(meant.sort((a, b) => a - b)).toEqual(set)
      }
    }
  })
})
