// From one answer about a connection to another: which ports went from which verdict to which.
import type { DependsReason, Reach } from '../../engine/reach.ts'
import {
  ALL_CONNECTIONS,
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../../sets/connection-set.ts'
import type { ChangeKind, Verdict } from './answer.ts'

export interface Shift {
  readonly kind: ChangeKind
  readonly before: Verdict
  readonly after: Verdict
  /** Never empty. */
  readonly connections: ConnectionSet
  readonly reasons: readonly DependsReason[]
}

export const NOTHING: Reach = { allowed: NO_CONNECTIONS, depends: [] }

export const VERDICTS: readonly Verdict[] = ['Denied', 'Depends', 'Allowed']

/** The connections of each verdict: disjoint, and together all. */
export function byVerdict({ allowed, depends }: Reach): Readonly<Record<Verdict, ConnectionSet>> {
  const open = depends.reduce((all, { connections }) => unionConnections(all, connections), NO_CONNECTIONS)
  const may = unionConnections(allowed, open)
  return {
    Allowed: allowed,
    Depends: subtractConnections(open, allowed),
    Denied: subtractConnections(ALL_CONNECTIONS, may),
  }
}

/** The connections that have at least this verdict. */
export function atLeast(reach: Reach, verdict: Verdict): ConnectionSet {
  const { Allowed, Depends } = byVerdict(reach)
  if (verdict === 'Denied') return ALL_CONNECTIONS
  return verdict === 'Allowed' ? Allowed : unionConnections(Allowed, Depends)
}

function reasonsOf({ depends }: Reach, connections: ConnectionSet): DependsReason[] {
  return depends.flatMap((one) => (isEmpty(intersectConnections(one.connections, connections)) ? [] : [one.reason]))
}

/** Every change of verdict; what only depends for another reason than before is none. */
export function shiftsOf(before: Reach, after: Reach): Shift[] {
  const [old, now] = [byVerdict(before), byVerdict(after)]
  return VERDICTS.flatMap((was, low) =>
    VERDICTS.flatMap((is, high): Shift[] => {
      if (low === high) return []
      const connections = intersectConnections(old[was], now[is])
      if (isEmpty(connections)) return []
      const reasons = [
        ...(was === 'Depends' ? reasonsOf(before, connections) : []),
        ...(is === 'Depends' ? reasonsOf(after, connections) : []),
      ]
      return [{ kind: high > low ? 'opened' : 'closed', before: was, after: is, connections, reasons }]
    }),
  )
}
