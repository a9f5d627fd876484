// Pods that could exist, one for each way in which the policies around a pod can tell them apart.
import type { ClusterNetworkPolicy } from '../../policy/cluster-network-policy.ts'
import type { PodPeer } from '../../policy/moat-spec.ts'
import type { Direction, NetworkPolicy } from '../../policy/network-policy.ts'
import { matches } from '../../policy/selector.ts'
import { type Namespace, NAMESPACE_NAME_LABEL, type Pod, type Snapshot } from '../../policy/snapshot.ts'
import { type Box, difference, EVERY_BOX, intersectBoxes, witnessOf } from '../../sets/label-set.ts'
import { asksNamespaceLabels, peerBox, placesOf, splitLabels, type Universe, universeOf } from '../universe.ts'

/** A pod that the input does not have, and its namespace where that is new. */
export interface PossiblePod {
  readonly pod: Pod
  readonly namespace: Namespace
  /** The namespace is not in the input either. */
  readonly isNew: boolean
}

type Peers = readonly { readonly peer: PodPeer; readonly own: string }[]

/** Kinds of pods that are told apart at most; beyond, some stay together. */
const MOST_KINDS = 96

function peersOf(policy: NetworkPolicy | ClusterNetworkPolicy, direction: Direction): Peers {
  const own = 'kind' in policy ? '' : policy.namespace
  const rules: readonly { readonly peers: 'any' | readonly { readonly kind: string }[] }[] = policy[direction] ?? []
  return rules.flatMap(({ peers }) =>
    peers === 'any'
      ? []
      : peers.flatMap((peer) => (peer.kind === 'pods' ? [{ peer: peer as unknown as PodPeer, own }] : [])),
  )
}

/** The peers of all policies that may speak about the pod in the direction. */
export function peersAround(snapshots: readonly Snapshot[], pod: Pod, direction: Direction): Peers {
  const own = snapshots.flatMap(({ networkPolicies }) =>
    networkPolicies.filter((policy) => policy.namespace === pod.namespace && matches(policy.subject, pod.labels)),
  )
  const cluster = snapshots.flatMap(({ clusterPolicies }) => clusterPolicies)
  return [...own, ...cluster].flatMap((policy) => peersOf(policy, direction))
}

/** All label maps, cut along every box: pods of one kind are in the same boxes. */
function kindsOf(boxes: readonly Box[]): Box[] {
  let kinds: Box[] = [EVERY_BOX]
  for (const box of boxes) {
    if (kinds.length > MOST_KINDS) break
    kinds = kinds.flatMap((kind) => {
      const inside = intersectBoxes(kind, box)
      return [...(inside ? [inside] : []), ...difference(kind, [box])]
    })
  }
  return kinds
}

/** Makes pods that could exist, with names that nobody has. */
export class PossiblePods {
  readonly #snapshots: readonly Snapshot[]
  readonly #names = new Map<string, string>()
  readonly #taken: Set<string>

  constructor(snapshots: readonly Snapshot[]) {
    this.#snapshots = snapshots
    this.#taken = new Set(snapshots.flatMap(({ namespaces }) => [...namespaces.keys()]))
  }

  /** One for each kind that the peers tell apart: in a new namespace where that can be, else in one of the input. */
  forPeers(peers: Peers): PossiblePod[] {
    const boxes = peers.flatMap(({ peer, own }) => peerBox(peer, own) ?? [])
    const selectors = peers.flatMap(({ peer }) => (peer.namespaces === 'own' ? [] : [peer.namespaces]))
    const universe = universeOf(this.#both(), selectors)
    return kindsOf(boxes).flatMap((kind) => this.#inBox(universe, kind))
  }

  /** One that the selector matches, in a namespace of the input. */
  selected(peer: PodPeer, own: string): PossiblePod | undefined {
    const box = peerBox(peer, own)
    const selectors = peer.namespaces === 'own' ? [] : [peer.namespaces]
    return box && this.#inBox(universeOf(this.#both(), selectors), box)[0]
  }

  /** The later snapshot, with the namespaces of both. */
  #both(): Snapshot {
    const [before, after] = this.#snapshots as [Snapshot, Snapshot]
    return { ...after, namespaces: new Map([...before.namespaces, ...after.namespaces]) }
  }

  #inBox(universe: Universe, box: Box): PossiblePod[] {
    const places = placesOf(universe, box).filter(
      ({ part, box }) => part.kind !== 'by-name' || !asksNamespaceLabels(box),
    )
    const place = places.find(({ part }) => part.kind === 'new') ?? places[0]
    if (!place) return []
    const labels = splitLabels(witnessOf(place.box))
    const known = place.part.namespace
    const namespace = known ?? this.#newNamespace(labels.namespace)
    const pod: Pod = {
      namespace: namespace.name,
      name: 'any-pod',
      labels: labels.pod,
      annotations: new Map(),
      ports: [],
      hostNetwork: false,
      addresses: [],
    }
    return [{ pod, namespace, isNew: known === undefined }]
  }

  /** New namespaces with the same labels are the same one; its name is free. */
  #newNamespace(labels: ReadonlyMap<string, string>): Namespace {
    const others = [...labels].filter(([key]) => key !== NAMESPACE_NAME_LABEL)
    const key = JSON.stringify(others.sort(([a], [b]) => (a < b ? -1 : 1)))
    let name = this.#names.get(key)
    for (let i = 1; name === undefined; i++) {
      const candidate = i === 1 ? 'other' : `other-${i}`
      if (!this.#taken.has(candidate)) name = candidate
    }
    this.#names.set(key, name)
    this.#taken.add(name)
    return { name, labels: new Map([...others, [NAMESPACE_NAME_LABEL, name]]), declared: true }
  }
}
