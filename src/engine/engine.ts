// The exact engine: which connections between two endpoints the policies allow, leave open, or deny.
import { podsOf } from '../policy/endpoints.ts'
import type { ClusterTier } from '../policy/cluster-network-policy.ts'
import type { Pod, Snapshot } from '../policy/snapshot.ts'
import { type Answers, answersOf } from './answers.ts'
import { blocksOf } from './blocks.ts'
import { ClassIndex } from './classes.ts'
import { type ClusterPolicyTier, clusterPolicyTier } from './cluster-tier.ts'
import { networkPolicyTier } from './network-policy-tier.ts'
import { type Profile, SPEC } from './profile.ts'
import type { Reachability } from './reachability.ts'
import { RulingMatrix } from './ruling-matrix.ts'
import { RulingTable } from './ruling-table.ts'
import { defaultTier, type Tier } from './tier.ts'
import { piecesOf, vocabularyOf } from './vocabulary.ts'

export type { DirectionReasons, Ungoverned, Why } from './answers.ts'

/** Pods of the snapshot that no policy can tell apart. */
export interface PodGroup {
  readonly pods: readonly Pod[]
}

export interface Engine {
  readonly profile: Profile
  /**
   * All connections that `source` may open to `destination` over one IP family. Ports are those of the destination
   * pod, after any Service has been resolved (S20). Replies are part of a connection (S30).
   */
  readonly reach: Answers['reach']
  /** The same with the policies and rules that decide, each with its span. */
  readonly why: Answers['why']
  /** The snapshot's pods (workloads expanded) by class; one member answers for all, but for itself and its node. */
  readonly classes: () => readonly PodGroup[]
  /** Everything at once, for all pods of the snapshot and all addresses outside. */
  readonly reachability: () => Reachability
}

/** An engine for one snapshot. What it answers depends on the snapshot and the profile only. */
export function createEngine(snapshot: Snapshot, profile: Profile = SPEC): Engine {
  const vocabulary = vocabularyOf(snapshot)
  const index = new ClassIndex(vocabulary, snapshot.namespaces)
  const table = new RulingTable()
  const policyTier = networkPolicyTier(snapshot.networkPolicies, { profile, table })
  const clusterTier = (tier: ClusterTier): ClusterPolicyTier =>
    clusterPolicyTier({ tier, policies: snapshot.clusterPolicies, nodes: snapshot.nodes, table })
  const [adminTier, baselineTier] = [clusterTier('admin'), clusterTier('baseline')]
  const tiers: readonly Tier[] = [adminTier, policyTier, baselineTier, defaultTier()]
  const pods = podsOf(snapshot)
  const podClasses = index.podClasses(pods)
  const matrix = new RulingMatrix(tiers, [...new Set(podClasses)])

  const { reach, why } = answersOf({
    admin: adminTier,
    policies: policyTier,
    baseline: baselineTier,
    table,
    classOf: (endpoint) => index.classOf(endpoint),
    cell: (cell) => matrix.ruling(cell),
  })

  const classes: Engine['classes'] = () => {
    let at = 0
    const groups = Map.groupBy(pods, () => podClasses[at++])
    return [...groups.values()].map((pods) => ({ pods }))
  }

  return {
    profile,
    reach,
    why,
    classes,
    reachability: () => blocksOf({ tiers, table, index, pods, podClasses, pieces: piecesOf(vocabulary.borders) }),
  }
}
