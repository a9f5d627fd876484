// Answers in one call, for users of the library: the verdict on one connection, and the whole answer.
import type { Snapshot } from '../policy/snapshot.ts'
import { hasConnection, type Protocol } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import type { Endpoint } from './endpoint.ts'
import { createEngine, type Engine } from './engine.ts'
import { type Profile, SPEC } from './profile.ts'
import type { DependsReason } from './reach.ts'
import type { Reachability } from './reachability.ts'

/** One connection, to a port of the destination itself: a Service's port counts for nothing (S20). */
export interface Connection {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly protocol: Protocol
  readonly port: number
  readonly family: Family
}

export interface Verdict {
  readonly verdict: 'Allowed' | 'Denied' | 'Depends'
  /** What a Depends hangs on, sorted; else empty. */
  readonly reasons: readonly DependsReason[]
}

/** What the policies say of one connection. Make the engine once for many questions. */
export function verdict(engine: Engine, { source, destination, protocol, port, family }: Connection): Verdict {
  const { allowed, depends } = engine.reach(source, destination, family)
  if (hasConnection(allowed, protocol, port)) return { verdict: 'Allowed', reasons: [] }
  const reasons = depends.flatMap(({ connections, reason }) =>
    hasConnection(connections, protocol, port) ? [reason] : [],
  )
  return { verdict: reasons.length > 0 ? 'Depends' : 'Denied', reasons: reasons.toSorted() }
}

/** Who may open what to whom, of all pods of a snapshot and all addresses outside. */
export function reachability(snapshot: Snapshot, profile: Profile = SPEC): Reachability {
  return createEngine(snapshot, profile).reachability()
}
