// What one direction says in the states between two snapshots: with some edits of policies made and others not.
import { createEngine, type Engine } from '../../engine/engine.ts'
import type { Endpoint } from '../../engine/endpoint.ts'
import type { Profile } from '../../engine/profile.ts'
import type { Reach } from '../../engine/reach.ts'
import type { Direction, NetworkPolicy } from '../../policy/network-policy.ts'
import { matches } from '../../policy/selector.ts'
import { EMPTY_SNAPSHOT, type Pod, type Snapshot } from '../../policy/snapshot.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { Kept } from './draft.ts'
import type { PolicyEdit } from './edit.ts'
import type { ChangedPolicy, PolicyChanges } from './policies.ts'

/** A pod that policies isolate or not, and the other end, in one direction. */
export interface Way {
  readonly direction: Direction
  readonly subject: Pod
  readonly peer: Endpoint
  readonly family: Family
}

/** The policies that may speak of a pod in one direction; equal lists are one object, and so are the engines made of them. */
interface Policies {
  readonly steady: readonly NetworkPolicy[]
  readonly changed: readonly ChangedPolicy[]
  /** By world and by the edits that are made. */
  readonly engines: Map<string, Engine>
}

export class DirectionJudge {
  readonly #changes: PolicyChanges
  readonly #profile: Profile
  readonly #numbers: ReadonlyMap<PolicyEdit, number>
  readonly #steady: ReadonlyMap<string, readonly NetworkPolicy[]>
  readonly #places: ReadonlyMap<object, number>
  readonly #ofPod: Readonly<Record<Direction, Map<Pod, Policies>>> = { ingress: new Map(), egress: new Map() }
  readonly #byKey = new Map<string, Policies>()

  constructor(changes: PolicyChanges, profile: Profile) {
    this.#changes = changes
    this.#profile = profile
    const { steady, changed } = changes
    const edits = changed.flatMap(({ draft }) => draft.edits)
    this.#numbers = new Map(edits.map((edit, number) => [edit, number]))
    this.#steady = Map.groupBy(steady.networkPolicies, ({ namespace }) => namespace)
    this.#places = new Map([...steady.networkPolicies, ...changed].map((one, place) => [one, place]))
  }

  /** The direction alone, with the pods and namespaces of `world` and the kept edits made. */
  reach(world: { readonly snapshot: Snapshot; readonly name: string }, way: Way, kept: Kept): Reach {
    const { direction, subject, peer, family } = way
    const policies = this.#policiesOf(subject, direction)
    const numbers = [...kept].map((edit) => this.#numbers.get(edit) as number).sort((a, b) => a - b)
    const key = `${world.name} ${numbers.join()}`
    const engine = policies.engines.get(key) ?? this.#make(world.snapshot, policies, { direction, kept })
    policies.engines.set(key, engine)
    const own: Endpoint = { kind: 'pod', pod: subject }
    return direction === 'egress' ? engine.reach(own, peer, family) : engine.reach(peer, own, family)
  }

  #policiesOf(pod: Pod, direction: Direction): Policies {
    const known = this.#ofPod[direction].get(pod)
    if (known) return known
    const steady = (this.#steady.get(pod.namespace) ?? []).filter(({ subject }) => matches(subject, pod.labels))
    const changed = this.#changes.about(pod, direction)
    const key = `${direction} ${[...steady, ...changed].map((one) => this.#places.get(one)).join()}`
    const found = this.#byKey.get(key) ?? { steady, changed, engines: new Map<string, Engine>() }
    this.#byKey.set(key, found)
    this.#ofPod[direction].set(pod, found)
    return found
  }

  #make(
    { namespaces, nodes, services }: Snapshot,
    { steady, changed }: Policies,
    { direction, kept }: { readonly direction: Direction; readonly kept: Kept },
  ): Engine {
    const own = changed.flatMap((one) => (one.kind === 'network' ? (one.draft.build(kept) ?? []) : []))
    const cluster = changed.flatMap((one) => (one.kind === 'cluster' ? (one.draft.build(kept) ?? []) : []))
    const other: Direction = direction === 'egress' ? 'ingress' : 'egress'
    const snapshot: Snapshot = {
      ...EMPTY_SNAPSHOT,
      namespaces,
      nodes,
      services,
      networkPolicies: [...steady, ...own].map((policy) => ({ ...policy, [other]: undefined })),
      clusterPolicies: [...this.#changes.steady.clusterPolicies, ...cluster].map((policy) => ({
        ...policy,
        [other]: [],
      })),
    }
    return createEngine(snapshot, this.#profile)
  }
}
