// A snapshot whose pods have addresses, compiled to one nftables table that enforces its policies and Services.
import type { Snapshot } from '../policy/snapshot.ts'
import { castOf } from './cast.ts'
import { compileHooks, type PodInterfaces } from './compile-hooks.ts'
import { compilePolicies } from './compile-policies.ts'
import { compileServices } from './compile-services.ts'
import { newDraft } from './draft.ts'
import type { Ruleset } from './ruleset.ts'

export interface CompileOptions {
  /** The table's name; `moat` when absent. */
  readonly table?: string
  /** At least 1; 1 when absent. See `Ruleset.generation`. */
  readonly generation?: number
  /** What a denied packet meets: silence as in a cluster (`drop`, when absent), or an answer at once. */
  readonly denial?: 'drop' | 'reject'
  /** Also log accepted new connections, by policy and rule, to the group `ACCEPTED_GROUP`. */
  readonly logAccepts?: boolean
  /** For teaching: a connection once established is never looked at again. */
  readonly establishedSurvive?: boolean
  /** Absent: pods may send under any address. */
  readonly interfaces?: PodInterfaces
}

/**
 * Pods without addresses, on the host's network or finished take no part; a pod that no policy isolates is accepted.
 * ipBlocks match pod addresses too, as in Kubernetes' own tests (S22).
 */
export function compileRuleset(snapshot: Snapshot, options: CompileOptions = {}): Ruleset {
  const draft = newDraft(castOf(snapshot))
  const generation = options.generation ?? 1
  const logAccepts = options.logAccepts ?? false
  const { networkPolicies, clusterPolicies, nodes } = snapshot
  compilePolicies(draft, networkPolicies, { policies: clusterPolicies, nodes, logAccepts })
  compileServices(draft, snapshot.services)
  compileHooks(draft, {
    generation,
    logAccepts,
    denial: options.denial ?? 'drop',
    establishedSurvive: options.establishedSurvive ?? false,
    interfaces: options.interfaces,
  })
  const { sets, maps, chains, logPrefixes } = draft
  return { table: { name: options.table ?? 'moat', sets, maps, chains }, generation, logPrefixes }
}
