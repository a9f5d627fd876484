// `explain`: the verdict of a question about two places, part by part, with who decides it in both directions.
import type { Endpoint } from '../engine/endpoint.ts'
import { samePod } from '../engine/endpoint.ts'
import { createEngine, type Engine, type Why } from '../engine/engine.ts'
import { type Profile, type ProfileName, PROFILES, SPEC } from '../engine/profile.ts'
import type { DependsReason, Reach } from '../engine/reach.ts'
import { podsOf } from '../policy/endpoints.ts'
import type { Pod, Snapshot } from '../policy/snapshot.ts'
import {
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  PROTOCOLS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { hasAddress } from '../sets/ip-set.ts'
import { directionAnswer, setsOf } from './explain-direction.ts'
import { remarksOf } from './explain-remarks.ts'
import { endsOf, familiesOf, namesOf, type Piece, piecesOf } from './explain-pieces.ts'
import { servicesOf, type Target, targetsOf } from './explain-ports.ts'
import type { Answer, AskedPort, DirectionAnswer, ExplainedVerdict, Explanation, Place, Step } from './explanation.ts'
import { nearMissesOf } from './near-miss.ts'

export interface Question {
  readonly source: Place
  readonly destination: Place
  /** `undefined`: all ports. */
  readonly asked?: AskedPort
}

/** Rules that come near are listed up to this many for each direction. */
const MOST_NEAR_MISSES = 8

/** A part of the question that has one answer: one piece to one piece over one family. */
interface Part extends Target {
  readonly from: Piece
  readonly to: Piece
  readonly family: Family
}

interface Judged {
  readonly part: Part
  readonly connections: ConnectionSet
  readonly ends: { readonly source: Endpoint; readonly destination: Endpoint }
  readonly verdict: ExplainedVerdict
  readonly reasons: readonly DependsReason[]
  readonly egress: DirectionAnswer
  readonly ingress: DirectionAnswer
}

interface Judge {
  readonly snapshot: Snapshot
  readonly engine: Engine
  /** Engines of the other profiles, made when a verdict depends. */
  readonly other: (name: ProfileName) => Engine
}

function overlaps(a: ConnectionSet, b: ConnectionSet): boolean {
  return !isEmpty(intersectConnections(a, b))
}

/** `within`, cut so that each set holds all or nothing of each piece. */
function cellsOf(within: ConnectionSet, sets: readonly ConnectionSet[]): ConnectionSet[] {
  return sets.reduce<ConnectionSet[]>(
    (cells, set) =>
      cells.flatMap((cell) =>
        [intersectConnections(cell, set), subtractConnections(cell, set)].filter((one) => !isEmpty(one)),
      ),
    [within],
  )
}

function verdictOf({ allowed, depends }: Reach, cell: ConnectionSet): Pick<Judged, 'verdict' | 'reasons'> {
  if (overlaps(allowed, cell)) return { verdict: 'Allowed', reasons: [] }
  const reasons = depends.filter(({ connections }) => overlaps(connections, cell)).map(({ reason }) => reason)
  return { verdict: reasons.length > 0 ? 'Depends' : 'Denied', reasons }
}

/** S31: through its own Service a pod comes back to itself. */
function isOwnService({ via }: Part, { source, destination }: Judged['ends']): boolean {
  return (
    via !== undefined &&
    !via.headless &&
    source.kind === 'pod' &&
    destination.kind === 'pod' &&
    samePod(source.pod, destination.pod)
  )
}

function judge(engine: Engine, part: Part, snapshot: Snapshot): Judged[] {
  const ends = endsOf(part.from, part.to)
  const why: Why = engine.why(ends.source, ends.destination, part.family)
  const { reach, egress, ingress } = why
  const sets = [
    reach.allowed,
    ...reach.depends.map(({ connections }) => connections),
    ...setsOf(egress),
    ...setsOf(ingress),
  ]
  return cellsOf(part.within, sets).map((connections): Judged => {
    const own = isOwnService(part, ends) && engine.profile.ownService === 'depends'
    const verdict: Pick<Judged, 'verdict' | 'reasons'> = own
      ? { verdict: 'Depends', reasons: ['own-service'] }
      : verdictOf(reach, connections)
    const beside = snapshot.clusterPolicies.length > 0
    const services = ends.destination.kind === 'pod' ? servicesOf(snapshot, ends.destination.pod) : []
    const asked = { ...ends, family: part.family, connections, namespaces: snapshot.namespaces, services }
    const more = (answer: DirectionAnswer): DirectionAnswer => {
      const connection = { ...asked, direction: answer.direction }
      const isolation = answer.steps.find((step) => step.kind === 'isolation')
      const near = isolation ? nearMissesOf(isolation.policies, connection) : []
      return { ...answer, nearMisses: near.slice(0, MOST_NEAR_MISSES), remarks: remarksOf(answer, connection) }
    }
    return {
      part,
      connections,
      ends,
      ...verdict,
      egress: more(directionAnswer(egress, connections, { beside, ownNode: false })),
      ingress: more(directionAnswer(ingress, connections, { beside, ownNode: verdict.reasons.includes('own-node') })),
    }
  })
}

/** Numbers for objects, so that answers can be compared. */
function numbering(): (object: object) => number {
  const known = new Map<object, number>()
  return (object) => {
    const found = known.get(object) ?? known.size
    known.set(object, found)
    return found
  }
}

function stepKey(step: Step, id: (object: object) => number): unknown {
  switch (step.kind) {
    case 'ungoverned':
      return [step.why, step.reason]
    case 'cluster-rule':
    case 'admission':
      return [id(step.rule), step.reason]
    case 'isolation':
      return step.policies.map(id)
    case 'default':
      return ''
  }
}

/** Same verdict by the same rules. */
function decisionKey(one: Judged, id: (object: object) => number): string {
  const steps = [one.egress, one.ingress].map((answer) => answer.steps.map((step) => stepKey(step, id)))
  return JSON.stringify([one.verdict, one.reasons, steps, one.part.via])
}

function setKey(set: ConnectionSet): string {
  return PROTOCOLS.map((protocol) => set[protocol].join()).join(';')
}

/** Ports of one pair that are decided alike become one. */
function joinPorts(cells: readonly Judged[], id: (object: object) => number): Judged[] {
  return [...Map.groupBy(cells, (one) => decisionKey(one, id)).values()].map((same) => {
    const [first] = same as [Judged, ...Judged[]]
    return { ...first, connections: same.map((one) => one.connections).reduce(unionConnections) }
  })
}

/** An address has one family; that one answer holds for both kinds of addresses is no difference. */
function familyKey({ from, to, family }: Part): string {
  return from.kind === 'addresses' || to.kind === 'addresses' ? '' : `${family}`
}

interface Group {
  readonly judged: Judged
  readonly pairs: readonly Judged[]
}

/** Pairs and families that are decided alike become one answer, where together they are all of sources × destinations. */
function joinPairs(all: readonly Judged[], id: (object: object) => number): Group[] {
  const alike = Map.groupBy(all, (one) => `${decisionKey(one, id)} ${setKey(one.connections)}`)
  return [...alike.values()].flatMap((same) => {
    // Sources with the same destinations and families stand together.
    const bySource = Map.groupBy(same, ({ part }) => part.from)
    const groups = Map.groupBy(bySource.values(), (pairs) =>
      JSON.stringify(pairs.map(({ part }) => `${id(part.to)} ${familyKey(part)}`).toSorted()),
    )
    return [...groups.values()].flatMap((lists) => splitFamilies(lists.flat(), id))
  })
}

/** Destinations that hold for the same families stand together. */
function splitFamilies(pairs: readonly Judged[], id: (object: object) => number): Group[] {
  const byDestination = Map.groupBy(pairs, ({ part }) => part.to)
  const groups = Map.groupBy(byDestination.values(), (list) =>
    JSON.stringify(list.map(({ part }) => `${id(part.from)} ${familyKey(part)}`).toSorted()),
  )
  return [...groups.values()].map((lists) => ({ judged: lists[0]?.[0] as Judged, pairs: lists.flat() }))
}

function answerOf({ judged, pairs }: Group, question: Question, judges: Judge): Answer {
  const { source, destination } = question
  const { part, ends, verdict } = judged
  const families = ([4, 6] as const).filter((family) => pairs.some((one) => one.part.family === family))
  const [from, to] = [new Set(pairs.map((one) => one.part.from)), new Set(pairs.map((one) => one.part.to))]
  const profiles =
    verdict !== 'Depends'
      ? []
      : (Object.keys(PROFILES) as ProfileName[])
          .filter((name) => name !== judges.engine.profile.name)
          .map((profile) => ({ profile, verdict: underProfile(judged, judges.other(profile)) }))
  return {
    source: { names: namesOf([...from], source), example: ends.source },
    destination: { names: namesOf([...to], destination), example: ends.destination },
    families,
    connections: judged.connections,
    ...(part.via && { via: part.via }),
    verdict,
    reasons: judged.reasons,
    profiles,
    egress: judged.egress,
    ingress: judged.ingress,
  }
}

function underProfile({ part, ends, connections }: Judged, engine: Engine): ExplainedVerdict {
  if (isOwnService(part, ends)) return engine.profile.ownService === 'depends' ? 'Depends' : 'Allowed'
  return verdictOf(engine.reach(ends.source, ends.destination, part.family), connections).verdict
}

function partsOf({ source, destination, asked }: Question, snapshot: Snapshot): Part[] {
  const targets = piecesOf(destination, snapshot)
  return piecesOf(source, snapshot).flatMap((from) =>
    targets.flatMap((to) => {
      const families = familiesOf(from).filter((family) => familiesOf(to).includes(family))
      return targetsOf(destination, to, asked).flatMap((target) =>
        families.map((family): Part => ({ ...target, from, to, family })),
      )
    }),
  )
}

/** Pods of the input that have an address of a place outside. */
function podsWithin({ source, destination }: Question, snapshot: Snapshot): Pod[] {
  return [source, destination].flatMap((place) =>
    place.kind === 'addresses'
      ? podsOf(snapshot).filter(({ addresses }) => addresses.some((one) => hasAddress(place.addresses, one)))
      : [],
  )
}

const ORDER: readonly ExplainedVerdict[] = ['Allowed', 'Depends', 'Denied']

/** Answers a question about a snapshot whose policies are in force. */
export function explain(snapshot: Snapshot, question: Question, profile: Profile = SPEC): Explanation {
  const engine = createEngine(snapshot, profile)
  const engines = new Map<ProfileName, Engine>()
  const other = (name: ProfileName): Engine => {
    const found = engines.get(name) ?? createEngine(snapshot, PROFILES[name])
    engines.set(name, found)
    return found
  }
  const id = numbering()
  const cells = partsOf(question, snapshot).flatMap((part) => joinPorts(judge(engine, part, snapshot), id))
  const answers = joinPairs(cells, id)
    .map((group) => answerOf(group, question, { snapshot, engine, other }))
    .toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))
  const verdicts = new Set(answers.map(({ verdict }) => verdict))
  const [only] = verdicts
  return {
    source: question.source,
    destination: question.destination,
    asked: question.asked,
    profile: profile.name,
    verdict: verdicts.size > 1 ? 'Mixed' : (only ?? 'None'),
    podsWithin: podsWithin(question, snapshot),
    answers,
  }
}
