// The algebra of three-valued answers: what is surely accepted, and what may be, with the reason.
import {
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts'
import type { Conditional, DependsReason } from './reach.ts'

/** What one direction says about all connections between two endpoints; the rest is denied. */
export interface Ruling {
  /** Accepted under every reading. */
  readonly must: ConnectionSet
  /** Accepted under some reading. INVARIANT: disjoint from `must`, not empty, one entry for each reason, sorted (`ruling`). */
  readonly maybe: readonly Conditional[]
}

/** The ruling with these sure and open connections; keeps the invariant. */
export function ruling(must: ConnectionSet, open: readonly Conditional[]): Ruling {
  if (open.length === 0) return { must, maybe: [] }
  const byReason = new Map<DependsReason, ConnectionSet>()
  for (const { connections, reason } of open) {
    const rest = subtractConnections(connections, must)
    if (!isEmpty(rest)) byReason.set(reason, unionConnections(byReason.get(reason) ?? NO_CONNECTIONS, rest))
  }
  const reasons = [...byReason.keys()].sort()
  return { must, maybe: reasons.map((reason) => ({ connections: byReason.get(reason) as ConnectionSet, reason })) }
}

/** Accepted by one or the other. */
export function either(a: Ruling, b: Ruling): Ruling {
  return ruling(unionConnections(a.must, b.must), [...a.maybe, ...b.maybe])
}

/** Accepted by both (S28): the reasons of both remain where the other may accept. */
export function both(a: Ruling, b: Ruling): Ruling {
  if (a.maybe.length === 0 && b.maybe.length === 0) return { must: intersectConnections(a.must, b.must), maybe: [] }
  const open = [...within(a.maybe, mayOf(b)), ...within(b.maybe, mayOf(a))]
  return ruling(intersectConnections(a.must, b.must), open)
}

/** Everything that is accepted under some reading. */
export function mayOf(one: Ruling): ConnectionSet {
  return one.maybe.reduce((all, { connections }) => unionConnections(all, connections), one.must)
}

function within(open: readonly Conditional[], limit: ConnectionSet): Conditional[] {
  return open.map(({ connections, reason }) => ({ connections: intersectConnections(connections, limit), reason }))
}
