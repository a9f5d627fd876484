// What the tiers say about two endpoints, both directions together, and what decides it.
import type { Direction, NetworkPolicy } from '../policy/network-policy.ts'
import { ALL_CONNECTIONS, NO_CONNECTIONS } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import type { EndpointClass } from './classes.ts'
import type { ClusterRuling } from './cluster-ruling.ts'
import type { ClusterPolicyTier } from './cluster-tier.ts'
import { type Endpoint, samePod } from './endpoint.ts'
import type { Admission, NetworkPolicyTier } from './network-policy-tier.ts'
import type { Reach } from './reach.ts'
import type { Cell } from './ruling-matrix.ts'
import { RulingTable } from './ruling-table.ts'
import { type Ruling, ruling } from './ruling.ts'

/** Why no policy can speak about an endpoint in one direction. */
export type Ungoverned =
  /** The end is outside the cluster. */
  | 'outside'
  /** S33: a pod on the host network counts as its node, and policies do not select nodes. */
  | 'host-network'
  /** S31: a pod may always reach itself. */
  | 'self'
  /** S32: a pod always hears its own node. */
  | 'own-node'

/** What decides one direction. */
export interface DirectionReasons {
  readonly direction: Direction
  /** Set when policies do not apply; the lists are then empty. */
  readonly ungoverned?: Ungoverned
  /** Rules of the admin tier that match, in their order; a Pass hands its connections on. */
  readonly admin: readonly ClusterRuling[]
  /** The NetworkPolicies that isolate the pod in this direction. Empty: the baseline tier is asked, then the default accepts. */
  readonly isolatedBy: readonly NetworkPolicy[]
  /** The rules that let something through, with what they let through. Empty while isolated: everything is denied. */
  readonly admittedBy: readonly Admission[]
  /** Rules of the baseline tier that match, in their order; empty while isolated. */
  readonly baseline: readonly ClusterRuling[]
}

export interface Why {
  readonly reach: Reach
  readonly egress: DirectionReasons
  readonly ingress: DirectionReasons
}

interface Path {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly family: Family
}

/** No packet of the family can go this way: a pod that has ended holds no address (S38), an address has one family. */
function impossible({ source, destination, family }: Path): boolean {
  return [source, destination].some((end) =>
    end.kind === 'pod' ? end.pod.phase === 'Succeeded' || end.pod.phase === 'Failed' : end.address.family !== family,
  )
}

/** The same pod: expanded twice it is another object with the same name and owner. */
function isSelf({ source, destination }: Path): boolean {
  return source.kind === 'pod' && destination.kind === 'pod' && samePod(source.pod, destination.pod)
}

/** S32: whether the source speaks with the address of the destination's own node. */
function fromOwnNode({ source, destination }: Path): 'yes' | 'no' | 'own-node' {
  if (source.kind !== 'pod' || destination.kind !== 'pod' || !source.pod.hostNetwork) return 'no'
  const [a, b] = [source.pod.nodeName, destination.pod.nodeName]
  if (a === undefined || b === undefined) return 'own-node'
  return a === b ? 'yes' : 'no'
}

/** S32: everything, if the source is on the destination's own node. */
const ALL_IF_OWN_NODE = ruling(NO_CONNECTIONS, [{ connections: ALL_CONNECTIONS, reason: 'own-node' }])

/** The tiers by name, and how to find the class of an endpoint and the ruling of a cell. */
export interface Judges {
  readonly admin: ClusterPolicyTier
  readonly policies: NetworkPolicyTier
  readonly baseline: ClusterPolicyTier
  readonly table: RulingTable
  readonly classOf: (endpoint: Endpoint) => EndpointClass
  readonly cell: (cell: Cell) => number
}

export interface Answers {
  readonly reach: (source: Endpoint, destination: Endpoint, family: Family) => Reach
  readonly why: (source: Endpoint, destination: Endpoint, family: Family) => Why
}

export function answersOf({ admin, policies, baseline, table, classOf, cell }: Judges): Answers {
  const oneWay = ({ source, destination, family }: Path, direction: Direction): number => {
    const [from, to] = [classOf(source), classOf(destination)]
    const [subject, peer] = direction === 'egress' ? [from, to] : [to, from]
    return cell({ direction, family, subject, peer })
  }

  const rulingOf = (path: Path): number => {
    if (impossible(path)) return RulingTable.NOTHING
    if (isSelf(path)) return RulingTable.EVERYTHING // S31
    const ownNode = fromOwnNode(path)
    const ingress = ownNode === 'yes' ? RulingTable.EVERYTHING : oneWay(path, 'ingress') // S32
    const heard = ownNode === 'own-node' ? table.either(ingress, table.number(ALL_IF_OWN_NODE)) : ingress
    return table.both(oneWay(path, 'egress'), heard)
  }

  const reasonsOf = (path: Path, direction: Direction): DirectionReasons => {
    const end = direction === 'egress' ? path.source : path.destination
    const ungoverned = ungovernedBy(path, end, direction)
    const [subject, peer] = [end, end === path.source ? path.destination : path.source].map((one) => classOf(one))
    if (ungoverned || subject?.kind !== 'pod' || !peer) {
      return {
        direction,
        admin: [],
        isolatedBy: [],
        admittedBy: [],
        baseline: [],
        ...(ungoverned && { ungoverned }),
      }
    }
    const pair = { direction, subject, peer, family: path.family }
    const isolatedBy = policies.isolating(subject, direction)
    return {
      direction,
      admin: admin.rulings(pair),
      isolatedBy,
      admittedBy: policies.admissions(pair),
      baseline: isolatedBy.length > 0 ? [] : baseline.rulings(pair),
    }
  }

  const reach: Answers['reach'] = (source, destination, family) =>
    toReach(table.ruling(rulingOf({ source, destination, family })))

  return {
    reach,
    why: (source, destination, family) => {
      const path = { source, destination, family }
      return {
        reach: reach(source, destination, family),
        egress: reasonsOf(path, 'egress'),
        ingress: reasonsOf(path, 'ingress'),
      }
    },
  }
}

function toReach({ must, maybe }: Ruling): Reach {
  return { allowed: must, depends: maybe }
}

function ungovernedBy(path: Path, end: Endpoint, direction: Direction): Ungoverned | undefined {
  if (end.kind === 'outside') return 'outside'
  if (isSelf(path)) return 'self'
  if (end.pod.hostNetwork) return 'host-network'
  return direction === 'ingress' && fromOwnNode(path) === 'yes' ? 'own-node' : undefined
}
