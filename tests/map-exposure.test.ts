// Exposure against the engine: pods that the input does not have, asked about one by one. And filters against the whole map.
import { describe, expect, it } from 'vitest'
import { type ExposedTo, exposedTo, worldOfMap } from '../src/analysis/map/exposure.ts'
import { filterMap, isMeant, type Who } from '../src/analysis/map/filter.ts'
import { linkMap, type ReachMap } from '../src/analysis/map/map.ts'
import { boxLabels } from '../src/analysis/universe.ts'
import { podEndpoint } from '../src/engine/endpoint.ts'
import { createEngine } from '../src/engine/engine.ts'
import { namespaceOf } from '../src/engine/match.ts'
import { CILIUM } from '../src/engine/profile.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import type { Pod } from '../src/policy/snapshot.ts'
import {
  connection,
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  isSubsetOf,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../src/sets/connection-set.ts'
import { inBox } from '../src/sets/label-set.ts'
import { snapshotOf } from './support/oracles.ts'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'

const SEEDS = Array.from({ length: 40 }, (_, index) => 9_000 + index)

/** The ports that a pod declares under all the names, minus those under one of the others. */
function narrowed(
  set: ConnectionSet,
  pod: Pod,
  by: { names: readonly { name: string; protocol: string }[]; without: readonly { name: string; protocol: string }[] },
): ConnectionSet {
  const declared = ({ name, protocol }: { name: string; protocol: string }): ConnectionSet =>
    pod.ports
      .filter((port) => port.name === name && port.protocol === protocol)
      .reduce((all, port) => unionConnections(all, connection(port.protocol, port.port)), NO_CONNECTIONS)
  const within = by.names.reduce((all, name) => intersectConnections(all, declared(name)), set)
  return by.without.reduce((all, name) => subtractConnections(all, declared(name)), within)
}

/** Surely open; not where it takes an address too, for that of a stranger is not known. */
function isPromise({ reasons, heldBack, addresses }: ExposedTo): boolean {
  return reasons.length === 0 && heldBack === 'none' && addresses === undefined
}

describe('exposure', () => {
  let met = 0
  it.each(SEEDS)(
    'of random cluster %i has all that pods which are not there could open, and what it promises of them',
    (seed) => {
      const snapshot = snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))
      const engine = createEngine(snapshot, CILIUM)
      const world = worldOfMap(snapshot, CILIUM)
      const present = podsOf(snapshot).filter(({ hostNetwork }) => !hostNetwork)
      const namespaces = [...snapshot.namespaces.values()].filter(({ declared }) => declared).map(({ name }) => name)
      const strangers = namespaces.flatMap((namespace) =>
        present.slice(0, 6).map((pod): Pod => ({ ...pod, namespace, name: `${pod.name}-stranger`, addresses: [] })),
      )
      for (const pod of present.slice(0, 4)) {
        for (const direction of ['ingress', 'egress'] as const) {
          const to = exposedTo(world, pod, direction)
          for (const stranger of strangers) {
            const labels = boxLabels(stranger.labels, namespaceOf(snapshot.namespaces, stranger.namespace).labels)
            const [source, destination] = direction === 'ingress' ? [stranger, pod] : [pod, stranger]
            const { allowed, depends } = engine.reach(podEndpoint(source), podEndpoint(destination), 4)
            const mine = to.filter(({ box }) => inBox(box, labels))
            const told = (some: typeof mine): ConnectionSet =>
              some.reduce(
                (all, one) => unionConnections(all, narrowed(one.connections, destination, one)),
                NO_CONNECTIONS,
              )
            const maybe = depends.reduce((all, one) => unionConnections(all, one.connections), allowed)
            expect(isSubsetOf(allowed, told(mine))).toBe(true)
            expect(isSubsetOf(maybe, told(mine))).toBe(true)
            const promised = told(mine.filter(isPromise))
            expect(isSubsetOf(promised, allowed)).toBe(true)
            const denied = mine.filter(({ heldBack }) => heldBack === 'all')
            expect(denied.length < mine.length || isEmpty(allowed)).toBe(true)
            met++
          }
        }
      }
    },
  )

  it('was asked about many pods', () => {
    expect(met).toBeGreaterThan(2_000)
  })
})

function pairsOf({ links }: ReachMap): string[] {
  return links
    .flatMap(({ sources, destinations, families, reach }) =>
      sources.flatMap((source) =>
        destinations.map((to) => `${source} ${to} ${families.join()} ${JSON.stringify(reach)}`),
      ),
    )
    .sort()
}

describe('a filter', () => {
  it.each(SEEDS)('of random cluster %i keeps the pairs that it names, each once', (seed) => {
    const map = linkMap(createEngine(snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))))
    const named = map.endpoints.find((one) => one.kind === 'pods')
    if (named?.kind !== 'pods') throw new Error('a cluster without pods')
    const who: Who = { kind: 'namespace', namespace: named.namespace }
    const has = map.endpoints.map((one) => isMeant(who, one))
    const all = pairsOf(map)
    const keep = (wanted: (source: boolean, destination: boolean) => boolean): string[] =>
      all.filter((pair) => {
        const [source, destination] = pair.split(' ').map(Number)
        return wanted(has[source as number] === true, has[destination as number] === true)
      })
    const empty = { about: [], from: [], to: [] }
    expect(pairsOf(filterMap(map, { ...empty, about: [who] }))).toEqual(
      keep((source, destination) => source || destination),
    )
    expect(pairsOf(filterMap(map, { ...empty, about: [who], direction: 'ingress' }))).toEqual(
      keep((_, destination) => destination),
    )
    expect(pairsOf(filterMap(map, { ...empty, about: [who], direction: 'egress' }))).toEqual(keep((source) => source))
    expect(pairsOf(filterMap(map, { ...empty, from: [who] }))).toEqual(keep((source) => source))
    expect(pairsOf(filterMap(map, { ...empty, to: [who] }))).toEqual(keep((_, destination) => destination))
  })
})
