// The algebra of ordered rules: for each connection, which decisions a tier may come to, and why it is not sure which.
import type { Action } from '../policy/cluster-network-policy.ts'
import {
  ALL_CONNECTIONS,
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts'
import type { Conditional, DependsReason } from './reach.ts'
import { mayOf, type Ruling, ruling } from './ruling.ts'

/** What becomes of a connection in a tier; `None`: no rule of it matches. */
export type Decision = Action | 'None'

export const DECISIONS: readonly Decision[] = ['Accept', 'Deny', 'Pass', 'None']

/**
 * For each decision the connections for which some reading comes to it. A reading settles each uncertain match by
 * itself. INVARIANT: every connection is in one set at least; `open` holds exactly those in more than one, one entry
 * for each reason, sorted (`choice`).
 */
export type Choice = Readonly<Record<Decision, ConnectionSet>> & { readonly open: readonly Conditional[] }

/** What one rule says where it matches. */
export interface Effect {
  readonly action: Action
  readonly connections: ConnectionSet
  /** Why it is not sure that the rule matches; absent when it is. */
  readonly reason?: DependsReason
}

/** No rule. */
export const UNDECIDED: Choice = {
  Accept: NO_CONNECTIONS,
  Deny: NO_CONNECTIONS,
  Pass: NO_CONNECTIONS,
  None: ALL_CONNECTIONS,
  open: [],
}

type Sets = Readonly<Record<Decision, ConnectionSet>>

function unionOf(sets: readonly ConnectionSet[]): ConnectionSet {
  return sets.reduce(unionConnections, NO_CONNECTIONS)
}

/** Connections in more than one of the sets. */
function contested(sets: Sets): ConnectionSet {
  let [seen, twice] = [NO_CONNECTIONS, NO_CONNECTIONS]
  for (const decision of DECISIONS) {
    twice = unionConnections(twice, intersectConnections(seen, sets[decision]))
    seen = unionConnections(seen, sets[decision])
  }
  return twice
}

function choice(sets: Sets, open: readonly Conditional[]): Choice {
  const { Accept, Deny, Pass, None } = sets
  const limit = contested(sets)
  const within = open.map(({ connections, reason }) => ({
    connections: intersectConnections(connections, limit),
    reason,
  }))
  return { Accept, Deny, Pass, None, open: ruling(NO_CONNECTIONS, within).maybe }
}

function mapSets(map: (decision: Decision) => ConnectionSet): Sets {
  return { Accept: map('Accept'), Deny: map('Deny'), Pass: map('Pass'), None: map('None') }
}

/** The rule before all that led to `later`: the first rule that matches decides. */
export function ruled({ action, connections, reason }: Effect, later: Choice): Choice {
  const sets = mapSets((decision) => {
    const rest = reason === undefined ? subtractConnections(later[decision], connections) : later[decision]
    return decision === action ? unionConnections(rest, connections) : rest
  })
  return choice(sets, reason === undefined ? later.open : [...later.open, { connections, reason }])
}

/** The choice of a policy of which it is not sure that it applies at all. */
export function perhaps(one: Choice, reason: DependsReason): Choice {
  const decided = unionOf([one.Accept, one.Deny, one.Pass])
  return choice({ ...one, None: ALL_CONNECTIONS }, [...one.open, { connections: decided, reason }])
}

/** Two policies of one priority: which comes first is undefined, and the second only counts where the first says nothing. */
export function tied(a: Choice, b: Choice): Choice {
  const sets = mapSets((decision) =>
    decision === 'None' ? intersectConnections(a.None, b.None) : unionConnections(a[decision], b[decision]),
  )
  const connections = disagreement(a, b)
  return choice(sets, [...a.open, ...b.open, { connections, reason: 'priority-tie' }])
}

/** Connections of which the two may decide differently. */
function disagreement(a: Choice, b: Choice): ConnectionSet {
  return unionOf(
    (['Accept', 'Deny', 'Pass'] as const).map((action) => intersectConnections(a[action], otherwise(b, action))),
  )
}

/** Connections that the choice may decide in another way than by this action. */
export function otherwise(one: Choice, action: Action): ConnectionSet {
  return unionOf((['Accept', 'Deny', 'Pass'] as const).filter((other) => other !== action).map((other) => one[other]))
}

/** Policies of a higher priority, then those after them. */
export function before(first: Choice, later: Choice): Choice {
  const sets = mapSets((decision) => {
    const rest = intersectConnections(first.None, later[decision])
    return decision === 'None' ? rest : unionConnections(first[decision], rest)
  })
  return choice(sets, [...first.open, ...later.open])
}

/** What a tier and the tiers behind it say together: they decide what it passes on and what it says nothing about. */
export function settle(one: Choice, rest: Ruling): Ruling {
  const onward = unionConnections(one.Pass, one.None)
  const may = unionConnections(one.Accept, intersectConnections(onward, mayOf(rest)))
  const mayNot = unionConnections(one.Deny, subtractConnections(onward, rest.must))
  const depends = intersectConnections(may, mayNot)
  if (isEmpty(depends)) return ruling(may, [])
  const within = (connections: ConnectionSet): ConnectionSet => intersectConnections(connections, depends)
  const open = [
    ...one.open,
    ...rest.maybe.map(({ connections, reason }) => ({
      connections: intersectConnections(connections, onward),
      reason,
    })),
  ].map(({ connections, reason }) => ({ connections: within(connections), reason }))
  return ruling(subtractConnections(may, mayNot), open)
}
