// The exact engine: which connections between two endpoints the policies allow, leave open, or deny.
import { podsOf } from '../policy/endpoints.ts'
import type { Direction, NetworkPolicy } from '../policy/network-policy.ts'
import type { Pod, Snapshot } from '../policy/snapshot.ts'
import { ALL_CONNECTIONS, NO_CONNECTIONS } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { ClassIndex, type EndpointClass } from './classes.ts'
import type { Endpoint } from './endpoint.ts'
import { type Admission, networkPolicyTier } from './network-policy-tier.ts'
import { type Profile, SPEC } from './profile.ts'
import type { Reach } from './reach.ts'
import { both, either, type Ruling, ruling } from './ruling.ts'
import { DEFAULT_TIER, evaluate, type Question, type Tier } from './tier.ts'
import { vocabularyOf } from './vocabulary.ts'

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
  /** The policies that isolate the pod in this direction. Empty: the default accepts. */
  readonly isolatedBy: readonly NetworkPolicy[]
  /** The rules that let something through, with what they let through. Empty while isolated: everything is denied. */
  readonly admittedBy: readonly Admission[]
}

export interface Why {
  readonly reach: Reach
  readonly egress: DirectionReasons
  readonly ingress: DirectionReasons
}

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
  readonly reach: (source: Endpoint, destination: Endpoint, family: Family) => Reach
  /** The same with the policies and rules that decide, each with its span. */
  readonly why: (source: Endpoint, destination: Endpoint, family: Family) => Why
  /** The snapshot's pods (workloads expanded) by class; one member answers for all, but for itself and its node. */
  readonly classes: () => readonly PodGroup[]
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

/** The same pod: expanded twice it is another object with the same name. */
function isSelf({ source, destination }: Path): boolean {
  if (source.kind !== 'pod' || destination.kind !== 'pod') return false
  if (source.pod === destination.pod) return true
  return source.pod.namespace === destination.pod.namespace && source.pod.name === destination.pod.name
}

/** S32: whether the source speaks with the address of the destination's own node. */
function fromOwnNode({ source, destination }: Path): 'yes' | 'no' | 'own-node' {
  if (source.kind !== 'pod' || destination.kind !== 'pod' || !source.pod.hostNetwork) return 'no'
  const [a, b] = [source.pod.nodeName, destination.pod.nodeName]
  if (a === undefined || b === undefined) return 'own-node'
  return a === b ? 'yes' : 'no'
}

const EVERYTHING: Ruling = { must: ALL_CONNECTIONS, maybe: [] }
const NOTHING: Ruling = { must: NO_CONNECTIONS, maybe: [] }

/** An engine for one snapshot. What it answers depends on the snapshot and the profile only. */
export function createEngine(snapshot: Snapshot, profile: Profile = SPEC): Engine {
  const index = new ClassIndex(vocabularyOf(snapshot.networkPolicies), snapshot.namespaces)
  const policyTier = networkPolicyTier(snapshot.networkPolicies, profile)
  const tiers: readonly Tier[] = [policyTier, DEFAULT_TIER]
  const pairs = new Map<string, Ruling>()

  const question = (path: Path, direction: Direction): Question | undefined => {
    const [subject, peer] = (
      direction === 'egress' ? [path.source, path.destination] : [path.destination, path.source]
    ).map((endpoint) => index.classOf(endpoint)) as [EndpointClass, EndpointClass]
    return subject.kind === 'pod' ? { direction, subject, peer, family: path.family } : undefined
  }

  const oneWay = (path: Path, direction: Direction): Ruling => {
    const asked = question(path, direction)
    return asked ? evaluate(tiers, asked) : EVERYTHING
  }

  /** Both directions by class, without what is special to one pair of pods. */
  const between = (path: Path): Ruling => {
    const key = `${index.classOf(path.source).id} ${index.classOf(path.destination).id} ${path.family}`
    const found = pairs.get(key) ?? both(oneWay(path, 'egress'), oneWay(path, 'ingress'))
    pairs.set(key, found)
    return found
  }

  const rulingOf = (path: Path): Ruling => {
    if (impossible(path)) return NOTHING
    if (isSelf(path)) return EVERYTHING // S31
    const ownNode = fromOwnNode(path)
    if (ownNode === 'no') return between(path)
    const fromNode =
      ownNode === 'yes' ? EVERYTHING : ruling(NO_CONNECTIONS, [{ connections: ALL_CONNECTIONS, reason: ownNode }])
    return both(oneWay(path, 'egress'), either(oneWay(path, 'ingress'), fromNode)) // S32
  }

  const reasonsOf = (path: Path, direction: Direction): DirectionReasons => {
    const end = direction === 'egress' ? path.source : path.destination
    const asked = question(path, direction)
    const ungoverned = ungovernedBy(path, end, direction)
    if (ungoverned || !asked) return { direction, isolatedBy: [], admittedBy: [], ...(ungoverned && { ungoverned }) }
    return {
      direction,
      isolatedBy: policyTier.isolating(asked.subject, direction),
      admittedBy: policyTier.admissions(asked),
    }
  }

  const reach: Engine['reach'] = (source, destination, family) => toReach(rulingOf({ source, destination, family }))

  return {
    profile,
    reach,
    why: (source, destination, family) => {
      const path = { source, destination, family }
      return {
        reach: reach(source, destination, family),
        egress: reasonsOf(path, 'egress'),
        ingress: reasonsOf(path, 'ingress'),
      }
    },
    classes: () => {
      const groups = Map.groupBy(podsOf(snapshot), (pod) => index.podClass(pod))
      return [...groups.values()].map((pods) => ({ pods }))
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
