// What one direction says in the states between two snapshots: with some edits of policies made and others not.
import { createEngine, type Engine } from '../../engine/engine.ts'
import type { Endpoint } from '../../engine/endpoint.ts'
import type { Profile } from '../../engine/profile.ts'
import type { Reach } from '../../engine/reach.ts'
import type { Direction } from '../../policy/network-policy.ts'
import { EMPTY_SNAPSHOT, type Pod, type Snapshot } from '../../policy/snapshot.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { Kept } from './draft.ts'
import type { PolicyEdit } from './edit.ts'
import type { PolicyChanges } from './policies.ts'
import { podKey } from './units.ts'

/** A pod that policies isolate or not, and the other end, in one direction. */
export interface Way {
  readonly direction: Direction
  readonly subject: Pod
  readonly peer: Endpoint
  readonly family: Family
}

export class DirectionJudge {
  readonly #changes: PolicyChanges
  readonly #profile: Profile
  readonly #engines = new Map<string, Engine>()
  readonly #numbers: ReadonlyMap<PolicyEdit, number>

  constructor(changes: PolicyChanges, profile: Profile) {
    this.#changes = changes
    this.#profile = profile
    const edits = changes.changed.flatMap(({ draft }) => draft.edits)
    this.#numbers = new Map(edits.map((edit, number) => [edit, number]))
  }

  /** The direction alone, with the pods and namespaces of `world` and the kept edits made. */
  reach(world: { readonly snapshot: Snapshot; readonly name: string }, way: Way, kept: Kept): Reach {
    const { direction, subject, peer, family } = way
    const numbers = [...kept].map((edit) => this.#numbers.get(edit) as number).sort((a, b) => a - b)
    const key = `${world.name} ${direction} ${podKey(subject)} ${numbers.join()}`
    const engine = this.#engines.get(key) ?? this.#make(world.snapshot, way, kept)
    this.#engines.set(key, engine)
    const own: Endpoint = { kind: 'pod', pod: subject }
    return direction === 'egress' ? engine.reach(own, peer, family) : engine.reach(peer, own, family)
  }

  #make({ namespaces, nodes, services }: Snapshot, { direction, subject }: Way, kept: Kept): Engine {
    const { steady, changed } = this.#changes
    const own = changed.flatMap((one) =>
      one.kind === 'network' && (one.after ?? one.before)?.namespace === subject.namespace
        ? (one.draft.build(kept) ?? [])
        : [],
    )
    const cluster = changed.flatMap((one) => (one.kind === 'cluster' ? (one.draft.build(kept) ?? []) : []))
    const network = [...steady.networkPolicies.filter(({ namespace }) => namespace === subject.namespace), ...own]
    const other: Direction = direction === 'egress' ? 'ingress' : 'egress'
    const snapshot: Snapshot = {
      ...EMPTY_SNAPSHOT,
      namespaces,
      nodes,
      services,
      networkPolicies: network.map((policy) => ({ ...policy, [other]: undefined })),
      clusterPolicies: [...steady.clusterPolicies, ...cluster].map((policy) => ({ ...policy, [other]: [] })),
    }
    return createEngine(snapshot, this.#profile)
  }
}
