// The index of what peers match against each class asked by itself.
import { describe, expect, it } from 'vitest'
import { snapshotOf } from '../../tests/support/oracles.ts'
import { OUTSIDE_ADDRESSES } from '../../tests/support/probes.ts'
import { ADMIN_SHAPE, randomCluster } from '../../tests/support/random-cluster.ts'
import { type Address, parseAddress } from '../sets/ip-address.ts'
import { Atoms } from './atoms.ts'
import { type EndpointClass } from './classes.ts'
import { compileClusterPeer } from './compiled-cluster-peer.ts'
import { type CompiledPeer, PeerCompiler } from './compiled-peer.ts'
import { namespaceOf } from './match.ts'
import { PeerIndex } from './peer-index.ts'
import { PROFILES } from './profile.ts'

const SEEDS = Array.from({ length: 40 }, (_, index) => 300 + index)

/** Every pod and some addresses as classes of their own, and the peers of all policies. */
function universe(seed: number): { classes: EndpointClass[]; peers: CompiledPeer[] } {
  const snapshot = snapshotOf(randomCluster(seed, { ...ADMIN_SHAPE, pods: 60, policies: 20 }))
  const pods = snapshot.pods.map((pod, id): EndpointClass => {
    return { kind: 'pod', id, pod, namespace: namespaceOf(snapshot.namespaces, pod.namespace), portKey: '' }
  })
  const outside = OUTSIDE_ADDRESSES.map((text, index): EndpointClass => {
    const address = parseAddress(text) as Address
    return { kind: 'outside', id: pods.length + index, endpoint: { kind: 'outside', address } }
  })
  const profile = Object.values(PROFILES)[seed % 4] ?? PROFILES.spec
  const compiler = new PeerCompiler(profile)
  const own = snapshot.networkPolicies.flatMap(({ namespace, ingress, egress }) =>
    [...(ingress ?? []), ...(egress ?? [])].flatMap(({ peers }) =>
      peers === 'any' ? [] : peers.map((peer) => compiler.compile(peer, namespace)),
    ),
  )
  const admin = snapshot.clusterPolicies.flatMap(({ ingress, egress }) =>
    [...ingress, ...egress].flatMap(({ peers }) =>
      peers.flatMap((peer) => (peer.kind === 'unknown' ? [] : [compileClusterPeer(peer, snapshot.nodes)])),
    ),
  )
  return { classes: [...pods, ...outside], peers: [...own, ...admin] }
}

describe('the index of what peers match', () => {
  it('finds exactly the classes that the peer matches, each in the way that it does, over both families', () => {
    const seen = new Map<string, number>()
    for (const seed of SEEDS) {
      const { classes, peers } = universe(seed)
      const index = new PeerIndex(classes)
      for (const peer of peers) {
        const found = new Map<number, string>()
        for (const hit of index.hits(peer)) {
          for (const position of hit.positions) {
            expect(found.has(position)).toBe(false)
            found.set(position, `${hit[4]} ${hit[6]}`)
          }
        }
        const asked = classes.map((one) => `${peer.match(one, 4)} ${peer.match(one, 6)}`)
        expect(classes.map((_, position) => found.get(position) ?? 'no no')).toEqual(asked)
        for (const way of asked) seen.set(way, (seen.get(way) ?? 0) + 1)
      }
    }
    expect(seen.size).toBeGreaterThan(5)
  })

  it('cuts atoms so that a peer matches all of an atom alike but for its exceptions', () => {
    let wide = 0
    for (const seed of SEEDS) {
      const { classes, peers } = universe(seed)
      const atoms = new Atoms(classes, new PeerIndex(classes), peers)
      expect(atoms.members.flat().toSorted((a, b) => a - b)).toEqual(classes.map((_, position) => position))
      for (const peer of peers) {
        const apart = new Set(atoms.exceptions([peer]))
        wide += atoms.hits(peer).filter((one) => one.atoms !== undefined).length
        for (const members of atoms.members) {
          const ways = members
            .filter((position) => !apart.has(position))
            .map((position) => {
              const one = classes[position] as EndpointClass
              return `${peer.match(one, 4)} ${peer.match(one, 6)}`
            })
          expect(new Set(ways).size).toBeLessThan(2)
        }
      }
    }
    expect(wide).toBeGreaterThan(0)
  })
})
