// Which edits of policies a change is due to: one after the other is taken back, and what cannot be missed remains.
import { createEngine, type Engine } from '../../engine/engine.ts'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../../engine/endpoint.ts'
import type { Profile } from '../../engine/profile.ts'
import type { Direction } from '../../policy/network-policy.ts'
import type { Pod, Snapshot } from '../../policy/snapshot.ts'
import {
  connection,
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  isSubsetOf,
  NO_CONNECTIONS,
  PROTOCOLS,
  subtractConnections,
} from '../../sets/connection-set.ts'
import type { Family } from '../../sets/ip-address.ts'
import { firstAddress, type IpSet } from '../../sets/ip-set.ts'
import type { Cause, Verdict } from './answer.ts'
import { DirectionJudge, type Way } from './direction-judge.ts'
import type { PolicyEdit } from './edit.ts'
import type { Joint } from './joint.ts'
import { editsIn, type PolicyChanges } from './policies.ts'
import { atLeast, type Shift } from './shift.ts'

/** A part of a change with one explanation. */
export interface Blame {
  readonly connections: ConnectionSet
  readonly cause: Cause
  readonly edits: readonly PolicyEdit[]
}

/** Ends of a change, by one of their members, and the family it is looked at over. */
interface Pair {
  readonly source: Joint
  readonly destination: Joint
  readonly family: Family
}

type Side = 'before' | 'after'

interface Part {
  readonly connections: ConnectionSet
  readonly edits: readonly PolicyEdit[]
}

/** Pairs of which each is explained on its own; beyond, all edits that can matter are named. */
const MOST_PAIRS = 10_000
/** Explanations of one pair: ports that opened for different reasons. */
const MOST_PARTS = 16
/** Edits that are taken back together at first. */
const CHUNK = 4

function anyPort(set: ConnectionSet): ConnectionSet {
  const protocol = PROTOCOLS.find((one) => set[one].length > 0)
  return protocol ? connection(protocol, set[protocol][0] as number) : NO_CONNECTIONS
}

function ofFamily({ v4, v6 }: IpSet, family: Family): IpSet {
  return family === 4 ? { v4, v6: [] } : { v4: [], v6 }
}

function sortedEdits(edits: Iterable<PolicyEdit>, order: ReadonlyMap<PolicyEdit, number>): PolicyEdit[] {
  return [...new Set(edits)].sort((a, b) => (order.get(a) as number) - (order.get(b) as number))
}

/** What of the pool is left when everything that can be missed is taken out, halves at a time: few edits matter to one pair. */
function needed(
  pool: readonly PolicyEdit[],
  suffices: (made: ReadonlySet<PolicyEdit>) => boolean,
): ReadonlySet<PolicyEdit> {
  const made = new Set(pool)
  const takeOut = (some: readonly PolicyEdit[]): void => {
    for (const edit of some) made.delete(edit)
    if (suffices(made)) return
    for (const edit of some) made.add(edit)
    const half = some.length >> 1
    if (half > 0) for (const part of [some.slice(0, half), some.slice(half)]) takeOut(part)
  }
  for (let at = 0; at < pool.length; at += CHUNK) takeOut(pool.slice(at, at + CHUNK))
  return made
}

export class Responsible {
  readonly #snapshots: Readonly<Record<Side, Snapshot>>
  readonly #changes: PolicyChanges
  readonly #profile: Profile
  readonly #judge: DirectionJudge
  readonly #all: ReadonlySet<PolicyEdit>
  readonly #order: ReadonlyMap<PolicyEdit, number>
  readonly #mixed = new Map<Side, Engine>()
  readonly #edits = { ingress: new Map<Pod, readonly PolicyEdit[]>(), egress: new Map<Pod, readonly PolicyEdit[]>() }
  readonly #lists = new Map<string, readonly PolicyEdit[]>()
  readonly #unions = new Map<readonly PolicyEdit[], Map<readonly PolicyEdit[], readonly PolicyEdit[]>>()
  #left = MOST_PAIRS

  constructor(snapshots: Readonly<Record<Side, Snapshot>>, changes: PolicyChanges, profile: Profile) {
    this.#snapshots = snapshots
    this.#changes = changes
    this.#profile = profile
    this.#judge = new DirectionJudge(changes, profile)
    const edits = changes.changed.flatMap(({ draft }) => draft.edits)
    this.#all = new Set(edits)
    this.#order = new Map(edits.map((edit, number) => [edit, number]))
  }

  /** The change of one pair, cut into parts that have one explanation each. */
  blame(pair: Pair, shift: Shift): Blame[] {
    const { connections, kind } = shift
    if (this.#all.size === 0) return [{ connections, cause: 'workloads', edits: [] }]
    const changed = [pair.source, pair.destination].some(
      (joint) => joint.kind === 'pods' && joint.units.some((unit) => unit.changed),
    )
    // A closing is an opening with the sides exchanged.
    const [from, to]: readonly [Side, Side] = kind === 'opened' ? ['before', 'after'] : ['after', 'before']
    const verdict = kind === 'opened' ? shift.after : shift.before
    if (!changed) return this.#byPolicies(pair, { connections, verdict, world: to, cause: 'policies', kind })
    // The old workloads under the new policies, and the new workloads under the old ones.
    const alone = intersectConnections(connections, this.#mixedReach(from, pair, verdict))
    const moved = intersectConnections(subtractConnections(connections, alone), this.#mixedReach(to, pair, verdict))
    const both = subtractConnections(subtractConnections(connections, alone), moved)
    return [
      ...(isEmpty(alone)
        ? []
        : this.#byPolicies(pair, { connections: alone, verdict, world: from, cause: 'policies', kind })),
      ...(isEmpty(moved) ? [] : [{ connections: moved, cause: 'workloads', edits: [] } as const]),
      ...(isEmpty(both) ? [] : this.#byPolicies(pair, { connections: both, verdict, world: to, cause: 'both', kind })),
    ]
  }

  #byPolicies(
    pair: Pair,
    at: { connections: ConnectionSet; verdict: Verdict; world: Side; cause: Cause; kind: Shift['kind'] },
  ): Blame[] {
    const every = this.#together(this.#editLists(pair, at.world))
    if (every.length <= 1 || this.#left <= 0) return [{ connections: at.connections, cause: at.cause, edits: every }]
    const ends = this.#ends(pair, at.world)
    if (!ends) return [{ connections: at.connections, cause: at.cause, edits: [] }]
    const [source, destination] = ends
    const ways: Way[] = [
      ...(source.kind === 'pod'
        ? [{ direction: 'egress', subject: source.pod, peer: destination, family: pair.family } as const]
        : []),
      ...(destination.kind === 'pod'
        ? [{ direction: 'ingress', subject: destination.pod, peer: source, family: pair.family } as const]
        : []),
    ]
    const edits = ways.map(({ subject, direction }) => this.#editsOf(subject, direction))
    this.#left--
    let parts: Part[] = [{ connections: at.connections, edits: [] }]
    for (const [index, way] of ways.entries()) {
      parts = parts.flatMap((part) =>
        this.#needed(way, edits[index] ?? [], { ...at, connections: part.connections }).map((next) => ({
          connections: next.connections,
          edits: [...part.edits, ...next.edits],
        })),
      )
    }
    return parts.map((part) => ({
      connections: part.connections,
      cause: at.cause,
      edits: sortedEdits(part.edits, this.#order),
    }))
  }

  /** The edits that can matter to each end that is a pod; none where an end is not there. */
  #editLists({ source, destination }: Pair, side: Side): (readonly PolicyEdit[])[] {
    const [from, to] = [source, destination].map((joint) => joint.kind === 'pods' && joint.units[0]?.[side])
    if (from === undefined || to === undefined) return []
    return [...(from ? [this.#editsOf(from, 'egress')] : []), ...(to ? [this.#editsOf(to, 'ingress')] : [])]
  }

  /** The edits that can matter to a pod in a direction. */
  #editsOf(pod: Pod, direction: Direction): readonly PolicyEdit[] {
    const known = this.#edits[direction].get(pod)
    if (known) return known
    const found = this.#changes.about(pod, direction).flatMap((one) => editsIn(one, direction))
    const key = found.map((edit) => this.#order.get(edit)).join()
    const shared = this.#lists.get(key) ?? found
    this.#lists.set(key, shared)
    this.#edits[direction].set(pod, shared)
    return shared
  }

  /** Those of both directions, each once: a list that is shared by all with the same two. */
  #together(lists: readonly (readonly PolicyEdit[])[]): readonly PolicyEdit[] {
    const [one = [], other = []] = lists
    if (other.length === 0) return one
    if (one.length === 0) return other
    const known = this.#unions.get(one)?.get(other)
    if (known) return known
    const all = sortedEdits([...one, ...other], this.#order)
    this.#unions.set(
      one,
      (this.#unions.get(one) ?? new Map<readonly PolicyEdit[], readonly PolicyEdit[]>()).set(other, all),
    )
    return all
  }

  /** What of the edits one direction needs to reach the verdict, port by port where they differ. */
  #needed(
    way: Way,
    edits: readonly PolicyEdit[],
    at: { connections: ConnectionSet; verdict: Verdict; world: Side; kind: Shift['kind'] },
  ): Part[] {
    const snapshot = this.#snapshots[at.world]
    const asked = new Map<string, ConnectionSet>()
    const reached = (made: ReadonlySet<PolicyEdit>): ConnectionSet => {
      const key = edits.map((edit) => (made.has(edit) ? '1' : '0')).join('')
      const known = asked.get(key)
      if (known) return known
      // Of a closing the edits are taken back: what is made is what has not been.
      const kept = at.kind === 'opened' ? made : new Set(edits.filter((edit) => !made.has(edit)))
      const found = atLeast(this.#judge.reach({ snapshot, name: at.world }, way, kept), at.verdict)
      asked.set(key, found)
      return found
    }
    if (edits.length === 0) return [{ connections: at.connections, edits }]
    if (edits.length === 1) {
      const anyway = intersectConnections(at.connections, reached(new Set()))
      const due = subtractConnections(at.connections, anyway)
      return [
        ...(isEmpty(anyway) ? [] : [{ connections: anyway, edits: [] }]),
        ...(isEmpty(due) ? [] : [{ connections: due, edits }]),
      ]
    }
    const parts: Part[] = []
    let rest = at.connections
    while (!isEmpty(rest) && parts.length < MOST_PARTS) {
      const port = anyPort(rest)
      const found = this.#smallest(edits, (made) => isSubsetOf(port, reached(made)))
      // Ports that others of the edits would open as well are another part.
      const alike = intersectConnections(rest, reached(new Set(found.first)))
      const explained = found.others ? subtractConnections(alike, reached(found.others)) : alike
      const connections = isEmpty(explained) ? port : explained
      parts.push({ connections, edits: found.every })
      rest = subtractConnections(rest, connections)
    }
    if (!isEmpty(rest)) parts.push({ connections: rest, edits })
    return parts
  }

  /** A smallest set that suffices, then those that would without it: all of them must be taken back to undo the change. */
  #smallest(
    edits: readonly PolicyEdit[],
    suffices: (made: ReadonlySet<PolicyEdit>) => boolean,
  ): { first: readonly PolicyEdit[]; every: readonly PolicyEdit[]; others: ReadonlySet<PolicyEdit> | undefined } {
    const every: PolicyEdit[] = []
    let first: readonly PolicyEdit[] | undefined
    let pool = new Set(edits)
    while (suffices(pool)) {
      const made = needed([...pool], suffices)
      first ??= [...made]
      every.push(...made)
      if (made.size === 0) return { first: [], every, others: undefined }
      pool = new Set([...pool].filter((edit) => !made.has(edit)))
    }
    return { first: first ?? [], every, others: pool }
  }

  /** What is reached with the pods of one side and the policies of the other. */
  #mixedReach(side: Side, pair: Pair, verdict: Verdict): ConnectionSet {
    const ends = this.#ends(pair, side)
    if (!ends) return NO_CONNECTIONS
    const engine = this.#mixed.get(side) ?? this.#mix(side)
    this.#mixed.set(side, engine)
    return atLeast(engine.reach(ends[0], ends[1], pair.family), verdict)
  }

  #mix(side: Side): Engine {
    const { networkPolicies, clusterPolicies } = this.#snapshots[side === 'before' ? 'after' : 'before']
    return createEngine({ ...this.#snapshots[side], networkPolicies, clusterPolicies }, this.#profile)
  }

  /** Members of both ends on one side; `undefined` where one is not there. */
  #ends({ source, destination, family }: Pair, side: Side): readonly [Endpoint, Endpoint] | undefined {
    const memberOf = (joint: Joint, at: number): Endpoint | undefined => {
      if (joint.kind === 'outside') {
        const address = firstAddress(ofFamily(joint.addresses, family))
        return address && outsideEndpoint(address)
      }
      const pod = joint.units.at(at)?.[side]
      return pod && podEndpoint(pod)
    }
    const from = memberOf(source, 0)
    const to = memberOf(destination, source === destination ? -1 : 0)
    if (!from || !to) return undefined
    // Two members of one workload of which a side has only one: as if it had another.
    const twin =
      from.kind === 'pod' &&
      to.kind === 'pod' &&
      from.pod.namespace === to.pod.namespace &&
      from.pod.name === to.pod.name
    return twin ? [from, podEndpoint({ ...to.pod, name: `${to.pod.name}-other` })] : [from, to]
  }
}
