// The smallest edit that turns an answer around: candidates made, read again, asked again, and measured.
import type { Explanation, Answer } from '../analysis/explanation.ts'
import { explain, type Question } from '../analysis/explain.ts'
import type { ChangedFile, Fix } from '../analysis/fix.ts'
import { type Edit, editedText } from '../diag/edit.ts'
import { hasErrors } from '../diag/diagnostic.ts'
import type { SourceFile } from '../diag/source.ts'
import type { Profile } from '../engine/profile.ts'
import { type InForce, policiesInForce } from '../intent/policies-in-force.ts'
import { parse, type ParseOptions } from '../parse/parse.ts'
import { type Pod, qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import { coverByCidrs, type IpSet, isAddressSubset } from '../sets/ip-set.ts'
import { NO_CONNECTIONS, unionConnections } from '../sets/connection-set.ts'
import { closings } from './closings.ts'
import { changedLines, unifiedDiff } from './line-diff.ts'
import { openings } from './openings.ts'
import type { Candidate, Side } from './side.ts'
import { type NamedEnd, sideEffectsFrom, type Wanted } from './side-effects.ts'
import { workloadOf } from '../policy/workload-name.ts'

export interface FixRequest {
  readonly sources: readonly SourceFile[]
  readonly parseOptions: ParseOptions
  readonly inForce: InForce
  readonly question: Question
  /** The same question about a changed input; `undefined` when an end is no more there. */
  readonly askAgain: (snapshot: Snapshot) => Question | undefined
  readonly explanation: Explanation
  readonly profile: Profile
}

/** Candidates that are read and asked again; those with the fewest lines first. */
const MOST_TRIED = 24
/** Verified ones whose side effects are compared. */
const MOST_MEASURED = 3
/** Candidates of one direction that are combined with those of the other. */
const MOST_OF_SIDE = 12

/** The addresses of a place outside. */
function addressesOf({ source, destination }: Question): IpSet | undefined {
  const place = [source, destination].find((one) => one.kind === 'addresses')
  return place?.kind === 'addresses' ? place.addresses : undefined
}

/** The block of a place outside, where it is one. */
function blockOf(question: Question): string | undefined {
  const addresses = addressesOf(question)
  if (!addresses) return undefined
  const blocks = coverByCidrs(addresses)
  return blocks.length === 1 ? blocks[0] : undefined
}

function sideOf(answer: Answer, direction: 'ingress' | 'egress', request: FixRequest): Side | undefined {
  const [source, destination] = [answer.source.example, answer.destination.example]
  const [subject, other] = direction === 'egress' ? [source, destination] : [destination, source]
  if (subject.kind !== 'pod') return undefined
  const { inForce, question } = request
  const moats = new Map(
    inForce.moats.flatMap(({ moat, rendered }) => rendered.policies.map((policy) => [qualifiedName(policy), moat])),
  )
  const [block, addresses] = [blockOf(question), addressesOf(question)]
  return {
    snapshot: inForce.snapshot,
    direction,
    namespace: subject.pod.namespace,
    ...(block !== undefined && { block }),
    ...(addresses && { addresses }),
    subject,
    other,
    source,
    destination,
    family: answer.families[0] ?? 4,
    connections: answer.connections,
    answer: answer[direction],
    moatOf: (policy) => moats.get(qualifiedName(policy)),
  }
}

/** One candidate of each list, together. */
function together(lists: readonly (readonly Candidate[])[]): Candidate[] {
  return lists.reduce<Candidate[]>(
    (all, list) =>
      all.flatMap((one) =>
        list.map((other) => ({
          title: one.title === '' ? other.title : `${one.title}; ${other.title}`,
          edits: [...one.edits, ...other.edits],
          isLast: one.isLast === true || other.isLast === true,
        })),
      ),
    [{ title: '', edits: [] }],
  )
}

function candidatesFor(goal: Fix['verdict'], request: FixRequest): Candidate[] {
  const [answer] = request.explanation.answers.filter(({ verdict }) => verdict !== goal)
  if (!answer) return []
  const sides = (['egress', 'ingress'] as const).map((direction) => ({
    side: sideOf(answer, direction, request),
    decision: answer[direction].decision,
  }))
  if (goal === 'Denied') return sides.flatMap(({ side }) => (side ? closings(side) : []))
  const denying = sides.filter(({ decision }) => decision !== 'accepts')
  const lists = denying.map(({ side }) => (side ? openings(side) : []))
  return lists.length === 0 ? [] : together(lists.map((list) => list.slice(0, MOST_OF_SIDE)))
}

type ChangedText = Omit<ChangedFile, 'diff'>

/** The files with the edits made; `undefined` when edits overlap. */
function edited(edits: readonly Edit[]): ChangedText[] | undefined {
  const files = [...new Set(edits.map(({ span }) => span.file))]
  const out: ChangedText[] = []
  for (const file of files) {
    const text = editedText(file, edits)
    if (text === undefined) return undefined
    out.push({ file, text })
  }
  return out
}

interface Tried extends Candidate {
  readonly lines: number
}

/** The changed input, if it can be read and the answer is turned around in it. */
function verified(files: readonly ChangedText[], goal: Fix['verdict'], request: FixRequest): Snapshot | undefined {
  const changed = new Map(files.map(({ file, text }) => [file, { name: file.name, text }]))
  const { snapshot, diagnostics } = parse(
    request.sources.map((file) => changed.get(file) ?? file),
    request.parseOptions,
  )
  if (hasErrors(diagnostics)) return undefined
  const inForce = policiesInForce(snapshot)
  if (hasErrors(inForce.diagnostics)) return undefined
  const question = request.askAgain(inForce.snapshot)
  if (!question || explain(inForce.snapshot, question, request.profile).verdict !== goal) return undefined
  return inForce.snapshot
}

type IsEnd = (end: NamedEnd) => boolean

function ownerName(pod: Pod): string {
  return `${pod.namespace}/${(workloadOf(pod) ?? pod).name}`
}

/** How to tell the question's own pairs among side effects. */
function wantedOf({ question, explanation }: FixRequest): Wanted {
  const [isSource, isDestination] = ([question.source, question.destination] as const).map((place) => {
    if (place.kind === 'addresses') {
      return ({ addresses }: NamedEnd) => addresses !== undefined && isAddressSubset(addresses, place.addresses)
    }
    const names = new Set(place.pods.map(ownerName))
    return ({ name, addresses }: NamedEnd) => addresses === undefined && names.has(name)
  }) as [IsEnd, IsEnd]
  return {
    isWanted: (source, destination) => isSource(source) && isDestination(destination),
    connections: explanation.answers.map(({ connections }) => connections).reduce(unionConnections, NO_CONNECTIONS),
  }
}

/**
 * The smallest edit after which the whole question has the opposite answer: fewest lines, then fewest side effects, then
 * the likeliest. `undefined`: no candidate that was tried does it. Only for a question with one answer, allowed or denied.
 */
export function smallestEdit(request: FixRequest): Fix | undefined {
  const { explanation, inForce, profile } = request
  if (explanation.verdict !== 'Allowed' && explanation.verdict !== 'Denied') return undefined
  const goal = explanation.verdict === 'Allowed' ? 'Denied' : 'Allowed'
  const tried = candidatesFor(goal, request)
    .flatMap((one): Tried[] => {
      const lines = changedLines(one.edits)
      return lines === undefined ? [] : [{ ...one, lines }]
    })
    .toSorted((a, b) => Number(a.isLast ?? false) - Number(b.isLast ?? false) || a.lines - b.lines)
    .slice(0, MOST_TRIED)
  const measure = sideEffectsFrom(inForce.snapshot, wantedOf(request), profile)
  const found: (Tried & { readonly files: readonly ChangedText[]; readonly sideEffects: Fix['sideEffects'] })[] = []
  for (const one of tried) {
    const [smallest] = found
    if (found.length >= MOST_MEASURED || (smallest && (smallest.lines < one.lines || one.isLast === true))) break
    const files = edited(one.edits)
    const after = files && verified(files, goal, request)
    if (after) found.push({ ...one, files, sideEffects: measure(after) })
  }
  const best = found.toSorted((a, b) => a.sideEffects.length - b.sideEffects.length)[0]
  if (!best) return undefined
  const { title, lines, sideEffects } = best
  const files = best.files.map((one) => ({ ...one, diff: unifiedDiff(one.file, best.edits) }))
  return { title, verdict: goal, lines, files, sideEffects }
}
