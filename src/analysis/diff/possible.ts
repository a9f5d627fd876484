// What edits of policies open for pods that could exist, although the input has none that shows it. The engine judges
// each pod that is made up; which ones are made up is a matter of completeness only.
import { createEngine, type Engine } from '../../engine/engine.ts'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../../engine/endpoint.ts'
import type { Profile } from '../../engine/profile.ts'
import type { Direction } from '../../policy/network-policy.ts'
import { EMPTY_SNAPSHOT, type Namespace, type Pod, type Snapshot } from '../../policy/snapshot.ts'
import { firstAddress } from '../../sets/ip-set.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { WitnessEnd } from '../proof.ts'
import { chooseConnection, podEnd } from '../witness.ts'
import type { Change, Grade, Party, PossibleChange } from './answer.ts'
import { worstGrade } from './grade.ts'
import type { Joint } from './joint.ts'
import { type Blame, Responsible } from './responsible.ts'
import { type ChangedPolicy, editsIn, type PolicyChanges } from './policies.ts'
import { peersAround, type PossiblePod, PossiblePods } from './possible-peers.ts'
import { type Shift, shiftsOf } from './shift.ts'
import type { Unit } from './units.ts'

interface Subject {
  readonly pod: Pod
  /** Absent: the input has it. */
  readonly made?: PossiblePod
}

type Peer = { readonly kind: 'pod'; readonly made: PossiblePod } | { readonly kind: 'outside'; readonly joint: Joint }

interface Candidate {
  readonly direction: Direction
  readonly subject: Subject
  readonly peer: Peer
}

/** Pods of the input that are looked at for one policy, and pairs in all. */
const MOST_SUBJECTS = 8
const MOST_CANDIDATES = 4_000
const GRADES: readonly Grade[] = ['low', 'medium', 'high']
const DIRECTIONS = ['ingress', 'egress'] as const

/** What the search goes by. */
export interface PossibleQuestion {
  readonly before: Snapshot
  readonly after: Snapshot
  readonly profile: Profile
  readonly policies: PolicyChanges
  readonly joints: readonly Joint[]
  /** What pods of the input show: an edit that these name is not told again for no graver a case. */
  readonly changes: readonly Change[]
  readonly partyOf: (pod: Pod) => Party | undefined
}

function speaksOf(policies: PolicyChanges, policy: ChangedPolicy, pod: Pod): boolean {
  return DIRECTIONS.some((direction) => policies.about(pod, direction).includes(policy))
}

/** Pods of the input that the policy speaks of and that did not change, one of each group; a made-up one where there are none. */
function subjectsOf(question: PossibleQuestion, policy: ChangedPolicy, made: PossiblePods): Subject[] {
  const present = question.joints.flatMap((joint): Subject[] => {
    const unit: Unit | undefined = joint.kind === 'pods' ? joint.units[0] : undefined
    if (!unit?.after || !unit.before || unit.changed || unit.after.hostNetwork) return []
    return speaksOf(question.policies, policy, unit.after) ? [{ pod: unit.after }] : []
  })
  if (present.length > 0) return present.slice(0, MOST_SUBJECTS)
  const versions = [policy.before, policy.after].flatMap((one) => one ?? [])
  return versions.flatMap((one) => {
    const found =
      'kind' in one
        ? made.selected(one.subject, '')
        : made.selected({ namespaces: 'own', pods: one.subject }, one.namespace)
    return found ? [{ pod: found.pod, made: found }] : []
  })
}

function candidatesOf(question: PossibleQuestion, made: PossiblePods): Candidate[] {
  const snapshots = [question.before, question.after]
  const outside = question.joints.filter(({ kind }) => kind === 'outside')
  const all: Candidate[] = []
  for (const policy of question.policies.changed) {
    for (const subject of subjectsOf(question, policy, made)) {
      for (const direction of DIRECTIONS) {
        if (editsIn(policy, direction).length === 0) continue
        if (all.length > MOST_CANDIDATES) return all
        const pods = made.forPeers(peersAround(snapshots, subject.pod, direction))
        all.push(
          ...pods.map((one): Candidate => ({ direction, subject, peer: { kind: 'pod', made: one } })),
          ...(subject.made ? outside : []).map((joint): Candidate => ({
            direction,
            subject,
            peer: { kind: 'outside', joint },
          })),
        )
      }
    }
  }
  return all
}

/** Engines with the policies of two namespaces only: nothing else speaks about pods of these. */
class SmallEngines {
  readonly #snapshot: Snapshot
  readonly #profile: Profile
  readonly #known = new Map<string, Engine>()

  constructor(snapshot: Snapshot, profile: Profile) {
    this.#snapshot = snapshot
    this.#profile = profile
  }

  of(ends: readonly Endpoint[]): Engine {
    const names = [...new Set(ends.flatMap((end) => (end.kind === 'pod' ? [end.pod.namespace] : [])))].sort()
    const key = names.join()
    const { namespaces, nodes, clusterPolicies, networkPolicies } = this.#snapshot
    const own = (): Engine =>
      createEngine(
        {
          ...EMPTY_SNAPSHOT,
          namespaces,
          nodes,
          clusterPolicies,
          networkPolicies: networkPolicies.filter(({ namespace }) => names.includes(namespace)),
        },
        this.#profile,
      )
    const engine = this.#known.get(key) ?? own()
    this.#known.set(key, engine)
    return engine
  }
}

function withNamespaces(snapshot: Snapshot, made: readonly Namespace[]): Snapshot {
  return { ...snapshot, namespaces: new Map([...snapshot.namespaces, ...made.map((one) => [one.name, one] as const)]) }
}

/** A made-up pod as a joint group of its own. */
function jointOf(pod: Pod): Joint {
  const actor = { namespace: pod.namespace, name: pod.name, owner: 'Pod', presence: 'both' } as const
  const unit: Unit = { id: -1, actor, before: pod, after: pod, changed: false }
  return { kind: 'pods', id: -1, units: [unit], before: undefined, after: undefined }
}

function endOf(candidate: Candidate, family: Family): Endpoint | undefined {
  if (candidate.peer.kind === 'pod') return podEndpoint(named(candidate.peer.made.pod, candidate.subject))
  const { joint } = candidate.peer
  const address =
    joint.kind === 'outside'
      ? firstAddress(family === 4 ? { ...joint.addresses, v6: [] } : { ...joint.addresses, v4: [] })
      : undefined
  return address && outsideEndpoint(address)
}

/** Two made-up pods of one namespace are two pods. */
function named(pod: Pod, { made }: Subject): Pod {
  return made && made.pod.namespace === pod.namespace ? { ...pod, name: 'another-pod' } : pod
}

/** Openings that no pod of the input shows: one for each set of edits, with the gravest and plainest witness. */
export function possibleChanges(question: PossibleQuestion): PossibleChange[] {
  const { before, after, profile, policies } = question
  const made = new PossiblePods([before, after])
  const candidates = candidatesOf(question, made)
  const namespaces = candidates.flatMap(({ subject, peer }) => [
    ...(subject.made?.isNew === true ? [subject.made.namespace] : []),
    ...(peer.kind === 'pod' && peer.made.isNew ? [peer.made.namespace] : []),
  ])
  const sides = { before: withNamespaces(before, namespaces), after: withNamespaces(after, namespaces) }
  const engines = { before: new SmallEngines(sides.before, profile), after: new SmallEngines(sides.after, profile) }
  const responsible = new Responsible(sides, policies, profile)
  const best = new Map<string, PossibleChange>()
  const numbers = new Map(policies.changed.flatMap(({ draft }) => draft.edits).map((edit, number) => [edit, number]))
  for (const candidate of candidates) {
    for (const family of [4, 6] as const) {
      const [own, other] = [podEndpoint(candidate.subject.pod), endOf(candidate, family)]
      if (!other) continue
      const ends = candidate.direction === 'ingress' ? ([other, own] as const) : ([own, other] as const)
      const [was, is] = [engines.before, engines.after].map((side) => side.of(ends).reach(...ends, family))
      const shifts = was && is ? shiftsOf(was, is).filter(({ kind }) => kind === 'opened') : []
      for (const shift of shifts) {
        const joints = ends.map((end) =>
          end.kind === 'pod' ? jointOf(end.pod) : candidate.peer.kind === 'outside' ? candidate.peer.joint : undefined,
        )
        const [source, destination] = joints
        if (!source || !destination) continue
        for (const blame of responsible.blame({ source, destination, family }, shift)) {
          const change = changeOf(question, sides.after, { shift, blame, ends, family, candidate })
          const key = blame.edits.map((edit) => numbers.get(edit)).join()
          const known = best.get(key)
          if (!isShown(question, change) && (!known || isBetter(change, known))) best.set(key, change)
        }
      }
    }
  }
  return [...best.values()].sort((a, b) => GRADES.indexOf(b.grade) - GRADES.indexOf(a.grade))
}

function changeOf(
  question: PossibleQuestion,
  snapshot: Snapshot,
  at: { shift: Shift; blame: Blame; ends: readonly [Endpoint, Endpoint]; family: Family; candidate: Candidate },
): PossibleChange {
  const { shift, blame, ends, family, candidate } = at
  const [source, destination] = ends.map((end): WitnessEnd => {
    if (end.kind === 'outside') return end
    return podEnd(snapshot, end.pod, end.pod === candidate.subject.pod && !candidate.subject.made)
  }) as [WitnessEnd, WitnessEnd]
  const parties = ends.map((end): Party => {
    if (end.kind === 'outside')
      return {
        kind: 'outside',
        addresses:
          candidate.peer.kind === 'outside' && candidate.peer.joint.kind === 'outside'
            ? candidate.peer.joint.addresses
            : { v4: [], v6: [] },
      }
    const { namespace, name } = end.pod
    return question.partyOf(end.pod) ?? { kind: 'workload', namespace, name, owner: 'Pod', presence: 'both' }
  })
  const declared = ends[1].kind === 'pod' ? ends[1].pod.ports : []
  return {
    kind: 'opened',
    before: shift.before,
    after: shift.after,
    edits: blame.edits,
    witness: {
      source,
      destination,
      ...chooseConnection(blame.connections, declared),
      family,
      allowed: shift.after === 'Allowed',
    },
    ...worstGrade('opened', parties.slice(0, 1), parties.slice(1)),
  }
}

/** Pods of the input show the same edits opening something as grave. */
function isShown({ changes }: PossibleQuestion, { edits, grade }: PossibleChange): boolean {
  return changes.some(
    (change) =>
      change.kind === 'opened' &&
      GRADES.indexOf(change.grade) >= GRADES.indexOf(grade) &&
      edits.every((edit) => change.edits.includes(edit)),
  )
}

function labelsIn({ witness }: PossibleChange): number {
  const count = (end: WitnessEnd): number =>
    end.kind === 'pod' && !end.present ? end.labels.size + end.namespaceLabels.size : 0
  return count(witness.source) + count(witness.destination)
}

function isBetter(a: PossibleChange, b: PossibleChange): boolean {
  if (a.grade !== b.grade) return GRADES.indexOf(a.grade) > GRADES.indexOf(b.grade)
  if (a.after !== b.after) return a.after === 'Allowed'
  return labelsIn(a) < labelsIn(b)
}
