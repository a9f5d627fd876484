// Claims that something works: those whom the Moat names get in, and the model gets out to where it may go.
import { createEngine, type Engine } from '../engine/engine.ts'
import { podEndpoint } from '../engine/endpoint.ts'
import { matchNamespace, namespaceOf } from '../engine/match.ts'
import { podsOf } from '../policy/endpoints.ts'
import type { PodPeer } from '../policy/moat-spec.ts'
import { matches } from '../policy/selector.ts'
import { type Moat, type Pod, qualifiedName } from '../policy/snapshot.ts'
import {
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  PROTOCOLS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { type Answer, type Claim, denier, type Part } from './claim.ts'
import { forEach } from './claims.ts'
import { type Entrant, entryTo, type Outlet, outletWords, portOn, portWords, wayOut } from './declared.ts'
import type { Named, World } from './world.ts'
import { resolve } from './rule-match.ts'
import { NOBODY, openReason } from './judge.ts'
import type { Witness } from './proof.ts'
import type { Subject } from './subjects.ts'
import { peerBox } from './universe.ts'
import { podEnd } from './witness.ts'

/** Two pods that the Moat says may speak, and about what. */
interface Pair {
  readonly source: Subject
  readonly destination: Subject
  readonly connections: ConnectionSet
  /** One of the connections is enough: the Moat names no port, so it promises none in particular. */
  readonly any: boolean
}

/** Families that both pods have; both where nothing is known. */
function families({ source, destination }: Pair): Family[] {
  const has = ({ pod }: Subject, family: Family) =>
    pod.addresses.length === 0 || pod.addresses.some((address) => address.family === family)
  return ([4, 6] as const).filter((family) => has(source, family) && has(destination, family))
}

function firstOf(set: ConnectionSet): { protocol: Witness['protocol']; port: number } {
  const protocol = PROTOCOLS.find((candidate) => set[candidate].length > 0) ?? 'TCP'
  return { protocol, port: set[protocol][0] ?? 0 }
}

/** Whether a pair can speak over one family, with the policies of both ends. */
function familyAnswer(world: World, engine: Engine, at: { pair: Pair; family: Family }): Answer {
  const { pair, family } = at
  const [source, destination] = [podEndpoint(pair.source.pod), podEndpoint(pair.destination.pod)]
  const { allowed, depends } = engine.reach(source, destination, family)
  const maybe = depends.reduce((all, { connections }) => unionConnections(all, connections), allowed)
  const missing = (from: ConnectionSet): ConnectionSet =>
    pair.any && !isEmpty(intersectConnections(pair.connections, from))
      ? NO_CONNECTIONS
      : subtractConnections(pair.connections, from)
  if (isEmpty(missing(allowed))) return { verdict: 'PROVEN' }
  const denied = missing(maybe)
  if (isEmpty(denied)) {
    return { verdict: 'OUT_OF_SCOPE', reason: openReason(depends.map(({ reason }) => reason)) }
  }
  const witness: Witness = {
    source: podEnd(world.snapshot, pair.source.pod, pair.source.present),
    destination: podEnd(world.snapshot, pair.destination.pod, pair.destination.present),
    ...firstOf(denied),
    family,
    allowed: false,
  }
  return { verdict: 'REFUTED', witness, ...denier(engine, { source, destination }, witness) }
}

const BEST_FIRST = ['PROVEN', 'OUT_OF_SCOPE', 'REFUTED'] as const

/** Whether a pair can speak: over every family that both have, or over one where one of the connections is enough. */
function pairAnswer(world: World, engine: Engine, pair: Pair): Answer {
  const answers = families(pair).map((family) => familyAnswer(world, engine, { pair, family }))
  const order = pair.any ? BEST_FIRST : BEST_FIRST.toReversed()
  for (const verdict of order) {
    const found = answers.find((answer) => answer.verdict === verdict)
    if (found) return found
  }
  return { verdict: 'PROVEN' }
}

/** Pods of the input that a peer surely means, others than the given one. */
function meant(world: World, at: { peer: PodPeer; own: string; besides: Pod }): Pod[] {
  const { peer, own, besides } = at
  return podsOf(world.snapshot).filter((pod) => {
    if (pod.namespace === besides.namespace && pod.name === besides.name) return false
    if (!matches(peer.pods, pod.labels)) return false
    if (peer.namespaces === 'own') return pod.namespace === own
    return matchNamespace(peer.namespaces, namespaceOf(world.snapshot.namespaces, pod.namespace)) === 'yes'
  })
}

/** Every pair of the input must be able to speak. */
function pairsPart(world: World, pairs: readonly Pair[]): Part {
  return {
    kind: 'answer',
    answer: () => {
      const engine = createEngine(world.snapshot, world.profile)
      let worst: Answer = { verdict: 'PROVEN' }
      for (const pair of pairs) {
        const next = pairAnswer(world, engine, pair)
        if (next.verdict === 'REFUTED') return next
        if (next.verdict !== 'PROVEN') worst = next
      }
      return worst
    },
  }
}

function outOfScope(reason: string): Part {
  return { kind: 'answer', answer: () => ({ verdict: 'OUT_OF_SCOPE', reason }) }
}

/**
 * Pods of the input must be able to speak, where there are any; else some pod that could exist. What is on the host
 * network has no labels for policies to match (S33).
 */
function bothEnds(world: World, pairs: readonly Pair[], otherwise: Part): Part[] {
  if (pairs.length === 0) return [otherwise]
  const [host] = pairs
    .flatMap(({ source, destination }) => [source.pod, destination.pod])
    .filter((pod) => pod.hostNetwork)
  const part = pairsPart(
    world,
    pairs.filter(({ source, destination }) => !source.pod.hostNetwork && !destination.pod.hostNetwork),
  )
  if (!host) return [part]
  return [part, outOfScope(`${qualifiedName(host)} is on the host network, where its labels do not count (S33)`)]
}

function union(named: readonly Named[], on: Pod): ConnectionSet {
  return named.reduce((all, { cell, names }) => {
    const resolved = names.reduce((set, name) => intersectConnections(set, resolve(on, name)), cell.connections)
    return unionConnections(all, resolved)
  }, NO_CONNECTIONS)
}

const BOTH = ['ingress', 'egress'] as const

function entrantParts(world: World, moat: Moat, at: { entrant: Entrant; subject: Subject }): Part[] {
  const { entrant, subject } = at
  const within = entryTo(subject.pod, entrant)
  const own = moat.namespace
  if (!peerBox(entrant.peer, own)) return [outOfScope(NOBODY)]
  const missing = entrant.ports === 'all' ? [] : entrant.ports.filter((port) => isEmpty(portOn(subject.pod, port)))
  if (missing.length > 0) {
    return [outOfScope(`${own}/${subject.pod.name} declares no port ${missing.map(portWords).join(', ')}`)]
  }
  const ends = { source: { kind: 'pods' }, destination: { kind: 'pod', ...subject } } as const
  const present = meant(world, { peer: entrant.peer, own, besides: subject.pod })
  const pairs = present.map((pod): Pair => {
    const source = { pod, present: true }
    return { source, destination: subject, connections: union(within, subject.pod), any: entrant.ports === 'all' }
  })
  return [
    { kind: 'promise', ends, within, directions: ['ingress'] },
    ...bothEnds(world, pairs, { kind: 'some', ends, within, directions: BOTH }),
  ]
}

/** Those whom the Moat names get in. */
export function entrantClaims(
  world: World,
  moat: Moat,
  at: { entrants: readonly Entrant[]; subjects: readonly Subject[] },
): Claim[] {
  return at.entrants
    .filter(({ role }) => role !== 'peers')
    .map((entrant) => {
      const ports = entrant.ports === 'all' ? 'every port' : entrant.ports.map(portWords).join(', ')
      return {
        id: `${entrant.role}/${entrant.name}`,
        claim: `${entrant.role} ${entrant.name} can open ${ports}`,
        parts: forEach(at.subjects, (subject) => entrantParts(world, moat, { entrant, subject })),
        ...(entrant.span && { span: entrant.span }),
      }
    })
}

function outletParts(world: World, moat: Moat, at: { outlet: Outlet; subject: Subject }): Part[] {
  const { outlet, subject } = at
  const own = moat.namespace
  const within = wayOut(outlet, own)
  const source = { kind: 'pod', ...subject } as const
  if (within.length === 0) return [outOfScope(NOBODY)]
  if (outlet.to.kind === 'cidr') {
    return [
      {
        kind: 'promise',
        ends: { source, destination: { kind: 'outside' } },
        within: fixed(within),
        directions: ['egress'],
      },
    ]
  }
  const ends = { source, destination: { kind: 'pods' } } as const
  const pairs = meant(world, { peer: outlet.to, own, besides: subject.pod }).map((pod): Pair => {
    const destination = { pod, present: true }
    return { source: subject, destination, connections: union(within, pod), any: outlet.ports.length === 0 }
  })
  return [
    { kind: 'promise', ends, within, directions: ['egress'] },
    ...bothEnds(world, pairs, { kind: 'some', ends, within, directions: BOTH }),
  ]
}

/** S18: outside the cluster a port's name means nothing. */
function fixed(within: readonly Named[]): Named[] {
  return within.filter(({ names }) => names.length === 0)
}

/** The model gets out to where the Moat lets it. */
export function outletClaims(
  world: World,
  moat: Moat,
  at: { outlets: readonly Outlet[]; subjects: readonly Subject[] },
): Claim[] {
  return at.outlets.map((outlet) => ({
    id: outlet.role === 'egress' ? `egress/${outlet.name}` : `${outlet.role}-works`,
    claim: `the model can open ${outletWords(outlet, moat.namespace)}`,
    parts: forEach(at.subjects, (subject) => outletParts(world, moat, { outlet, subject })),
    ...(outlet.span && { span: outlet.span }),
  }))
}
