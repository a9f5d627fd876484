// An engine that takes changes one after the other: it keeps what a change cannot touch, and tells what the change did.
import { clusterPolicyName, type ClusterNetworkPolicy } from '../policy/cluster-network-policy.ts'
import { podsOf } from '../policy/endpoints.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import { type Namespace, type Pod, qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import type { Answers } from './answers.ts'
import { PeerCompiler } from './compiled-peer.ts'
import type { CompiledPolicy } from './compiled-policy.ts'
import { createEngine } from './engine.ts'
import { type Profile, SPEC } from './profile.ts'
import type { Reachability } from './reachability.ts'
import { RulingTable } from './ruling-table.ts'
import { changesBetween, type RowChange } from './session-changes.ts'
import { type Objects, SessionWorld } from './session-world.ts'

/**
 * `put` adds an object or takes the place of the one with its name; `delete` of one that is not there does nothing. A
 * namespace that is deleted leaves its pods and policies, each with its own end; its labels are then unknown (S40).
 */
export type SessionChange =
  | { readonly put: 'pod'; readonly object: Pod }
  | { readonly put: 'namespace'; readonly object: Namespace }
  | { readonly put: 'network-policy'; readonly object: NetworkPolicy }
  | { readonly put: 'cluster-policy'; readonly object: ClusterNetworkPolicy }
  | { readonly delete: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly delete: 'network-policy'; readonly namespace: string; readonly name: string }
  | { readonly delete: 'namespace'; readonly name: string }
  | { readonly delete: 'cluster-policy'; readonly object: Pick<ClusterNetworkPolicy, 'kind' | 'name'> }

export interface SessionUpdate {
  readonly added: readonly Pod[]
  readonly removed: readonly Pod[]
  /** Of pods that were there before and after. */
  readonly rows: readonly RowChange[]
}

export interface Session {
  /** As `Engine.reach`, of the present state. */
  readonly reach: Answers['reach']
  /** As `Engine.why`, of the present state. */
  readonly why: Answers['why']
  /** Takes changes together, in their order, and tells what became different. */
  readonly apply: (changes: readonly SessionChange[]) => SessionUpdate
  /** The present state, in an order of its own; workloads stand in it as their pods. */
  readonly snapshot: () => Snapshot
  /** Everything at once, worked out anew when something changed since it was last asked for. */
  readonly reachability: () => Reachability
}

function byKey<T>(objects: Iterable<T>, keyOf: (object: T) => string): Map<string, T> {
  const map = new Map<string, T>()
  for (const object of objects) map.set(keyOf(object), object)
  return map
}

/** The same name, kind and all, as `clusterPolicyName`. */
function clusterKey({ kind, name }: Pick<ClusterNetworkPolicy, 'kind' | 'name'>): string {
  return clusterPolicyName({ kind, name } as ClusterNetworkPolicy)
}

type Writable = {
  -readonly [K in keyof Objects]: Objects[K] extends ReadonlyMap<string, infer T> ? Map<string, T> : never
}

/** Copies only the maps that a change writes to. */
function changed(objects: Objects, changes: readonly SessionChange[]): Objects {
  const copies: Partial<Writable> = {}
  const pods = (): Map<string, Pod> => (copies.pods ??= new Map(objects.pods))
  const namespaces = (): Map<string, Namespace> => (copies.namespaces ??= new Map(objects.namespaces))
  const policies = (): Map<string, NetworkPolicy> => (copies.networkPolicies ??= new Map(objects.networkPolicies))
  const clusterPolicies = (): Map<string, ClusterNetworkPolicy> =>
    (copies.clusterPolicies ??= new Map(objects.clusterPolicies))
  for (const change of changes) {
    if ('put' in change) {
      if (change.put === 'pod') pods().set(qualifiedName(change.object), change.object)
      else if (change.put === 'namespace') namespaces().set(change.object.name, change.object)
      else if (change.put === 'network-policy') policies().set(qualifiedName(change.object), change.object)
      else clusterPolicies().set(clusterKey(change.object), change.object)
    } else if (change.delete === 'cluster-policy') clusterPolicies().delete(clusterKey(change.object))
    else if (change.delete === 'pod') pods().delete(qualifiedName(change))
    else if (change.delete === 'network-policy') policies().delete(qualifiedName(change))
    else namespaces().delete(change.name)
  }
  return { ...objects, ...copies }
}

/** A session that starts with a snapshot; workloads are expanded then, and are pods like others from there on. */
export function createSession(start: Snapshot, profile: Profile = SPEC): Session {
  const lasting = {
    compiler: new PeerCompiler(profile),
    rest: start,
    table: new RulingTable(),
    compiled: new WeakMap<NetworkPolicy, CompiledPolicy>(),
    count: 0,
  }
  const declared = [...start.namespaces.values()].filter((one) => one.declared)
  let world = new SessionWorld(
    {
      namespaces: byKey(declared, ({ name }) => name),
      pods: byKey(podsOf(start), qualifiedName),
      networkPolicies: byKey(start.networkPolicies, qualifiedName),
      clusterPolicies: byKey(start.clusterPolicies, clusterKey),
    },
    lasting,
  )
  let whole: Reachability | undefined
  return {
    reach: (...path) => world.answers.reach(...path),
    why: (...path) => world.answers.why(...path),
    snapshot: () => world.snapshot(),
    apply: (changes) => {
      const before = world
      world = new SessionWorld(changed(before.objects, changes), lasting, before)
      whole = undefined
      return changesBetween(before, world)
    },
    reachability: () => (whole ??= createEngine(world.snapshot(), profile).reachability()),
  }
}
