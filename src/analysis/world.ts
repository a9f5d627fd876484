// What a proof is about: the input as sets, who stands at the ends of a question, and how much work it may take.
import type { Profile } from '../engine/profile.ts'
import { podsOf } from '../policy/endpoints.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import type { Pod, Snapshot } from '../policy/snapshot.ts'
import type { Protocol } from '../sets/connection-set.ts'
import type { Box, Budget } from '../sets/label-set.ts'
import type { Cell } from './region.ts'
import { type ClusterTiers, tiersOf } from './tiers.ts'
import { subjectBox, type Universe } from './universe.ts'

/** Who stands at one end of a question. The cell says more about `pods` (labels, addresses) and `outside` (addresses). */
export type End =
  /** Any pod that could exist, on a pod network (S33). */
  | { readonly kind: 'pods' }
  /** One pod; `present` when the input has it. */
  | { readonly kind: 'pod'; readonly pod: Pod; readonly present: boolean }
  | { readonly kind: 'outside' }

export interface Ends {
  readonly source: End
  readonly destination: End
}

/** A policy and the pods it selects. */
interface Selecting {
  readonly policy: NetworkPolicy
  readonly box: Box
}

/** What a question is asked about. */
export interface World {
  readonly snapshot: Snapshot
  readonly profile: Profile
  readonly universe: Universe
  /** By namespace; without those that no pod could match. */
  readonly policies: ReadonlyMap<string, readonly Selecting[]>
  /** Of the admin APIs. */
  readonly tiers: ClusterTiers
  /** Pods of the input on a pod network: what a witness should be, where it can. */
  readonly pods: readonly Pod[]
  /** For the part of a claim that is being judged. */
  readonly budget: Budget
}

/** A port name that the destination must declare for the connection's own port. */
export interface NamedPort {
  readonly name: string
  readonly protocol: Protocol
}

/** Connections that a question is about; with `names`, only where the destination declares them for their own port. */
export interface Named {
  readonly cell: Cell
  readonly names: readonly NamedPort[]
}

/** For one part of a claim. Enough for thousands of policies; spent within seconds. */
export const MOST_STEPS = 200_000

export function worldOf(snapshot: Snapshot, profile: Profile, universe: Universe): World {
  const policies = snapshot.networkPolicies.flatMap((policy) => {
    const box = subjectBox(policy)
    return box ? [{ policy, box }] : []
  })
  return {
    snapshot,
    profile,
    universe,
    policies: Map.groupBy(policies, ({ policy }) => policy.namespace),
    tiers: tiersOf(snapshot.clusterPolicies),
    pods: podsOf(snapshot).filter(({ hostNetwork }) => !hostNetwork), // S33
    budget: { steps: MOST_STEPS },
  }
}
