// One claim of a proof from question to answer: judged for every model pod, explained by the rule that decides.
import { type Endpoint, formatEndpoint } from '../engine/endpoint.ts'
import type { DirectionReasons, Engine } from '../engine/engine.ts'
import type { Span } from '../diag/source.ts'
import { type Direction, type NetworkPolicy, policyName } from '../policy/network-policy.ts'
import { BudgetSpent } from '../sets/label-set.ts'
import { hasConnection } from '../sets/connection-set.ts'
import type { Cause, Flow } from './flow.ts'
import { MOST_STEPS, type World } from './world.ts'
import { type Denial, judgeDenial, judgePromise, judgeSome, type Judgement, type Promise } from './judge.ts'
import { tellingly } from './ground.ts'
import type { ProofClaim, Witness } from './proof.ts'
import { confirm, stage } from './witness-check.ts'

/** A part of a claim; the claim holds when all parts do. */
export type Part =
  | ({ readonly kind: 'denial' } & Denial)
  | ({ readonly kind: 'promise' } & Promise)
  /** At least one of the connections passes. */
  | ({ readonly kind: 'some' } & Promise)
  /** Already answered. */
  | { readonly kind: 'answer'; readonly answer: () => Answer }

/** What is known about a part of a claim. */
export type Answer =
  | { readonly verdict: 'PROVEN' }
  | { readonly verdict: 'REFUTED'; readonly witness?: Witness; readonly reason: string; readonly location?: Span }
  | { readonly verdict: 'OUT_OF_SCOPE'; readonly reason: string; readonly location?: Span }

export interface Claim {
  readonly id: string
  readonly claim: string
  readonly parts: readonly Part[]
  /** The field of the Moat that states it, where it has one. */
  readonly span?: Span
}

/** Which end of a claim's connections the model is at. */
function modelSide(flow: Flow, ends: Denial['ends']): Direction {
  if (ends.destination.kind === 'pod') return 'ingress'
  if (ends.source.kind === 'pod') return 'egress'
  return flow.causes.ingress?.kind === 'rule' ? 'ingress' : 'egress'
}

function placeOf(policy: NetworkPolicy, span: Span | undefined): { location?: Span } {
  const at = span ?? policy.span
  return at ? { location: at } : {}
}

function letThrough(cause: Cause | undefined, direction: Direction): { reason: string; location?: Span } {
  const way = direction === 'ingress' ? 'in' : 'out'
  if (cause?.kind !== 'rule') {
    const end = direction === 'ingress' ? 'destination' : 'source'
    return { reason: `no policy selects the ${end} for ${direction}, so the default lets everything ${way}` }
  }
  const { policy, rule, index } = cause
  return {
    reason: `let ${way} by ${policyName(policy)}, ${direction} rule ${index + 1}`,
    ...placeOf(policy, rule.span),
  }
}

function decides(reasons: DirectionReasons, { protocol, port }: Witness): boolean {
  if (reasons.ungoverned || reasons.isolatedBy.length === 0) return false
  return !reasons.admittedBy.some(({ connections }) => hasConnection(connections, protocol, port))
}

/** Which policies deny a connection: those that isolate an end whose rules do not admit it. */
export function denier(
  engine: Engine,
  ends: { source: Endpoint; destination: Endpoint },
  witness: Witness,
): { reason: string; location?: Span } {
  const why = engine.why(ends.source, ends.destination, witness.family)
  const found = [why.egress, why.ingress].find((reasons) => decides(reasons, witness))
  const [policy, ...others] = found?.isolatedBy ?? []
  if (!found || !policy) return { reason: 'denied' }
  const subject = formatEndpoint(found.direction === 'egress' ? ends.source : ends.destination)
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return {
    reason: `${policyName(policy)}${more} selects ${subject} for ${found.direction}, and no rule allows it`,
    ...placeOf(policy, undefined),
  }
}

function answerOf(world: World, part: Exclude<Part, { kind: 'answer' }>, judgement: Judgement): Answer {
  if (judgement.verdict === 'holds') return { verdict: 'PROVEN' }
  const flow = judgement.flow
  const direction = flow && modelSide(flow, part.ends)
  const cause = flow && direction && letThrough(flow.causes[direction], direction)
  if (judgement.verdict === 'open') {
    return {
      verdict: 'OUT_OF_SCOPE',
      reason: judgement.reason,
      ...(cause?.location && { location: cause.location }),
    }
  }
  const witness: Witness = { ...judgement.witness, allowed: part.kind === 'denial' }
  const staged = stage(world.snapshot, witness)
  const engine = confirm(staged, witness, world.profile)
  return { verdict: 'REFUTED', witness, ...(cause ?? denier(engine, staged, witness)) }
}

function judge(world: World, part: Exclude<Part, { kind: 'answer' }>): Judgement {
  switch (part.kind) {
    case 'denial':
      return tellingly(world, part, (one) => judgeDenial(world, one))
    case 'promise':
      return tellingly(world, part, (one) => judgePromise(world, one))
    case 'some':
      return judgeSome(world, part)
  }
}

function partAnswer(world: World, part: Part): Answer {
  if (part.kind === 'answer') return part.answer()
  world.budget.steps = MOST_STEPS
  try {
    return answerOf(world, part, judge(world, part))
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    return {
      verdict: 'OUT_OF_SCOPE',
      reason: 'the policies select by too many combinations of labels to go through them all',
    }
  }
}

/** The answer of a claim: refuted by one part is refuted; left open by one is out of scope; else proven. */
export function answer(world: World, claim: Claim): ProofClaim {
  let worst: Answer = { verdict: 'PROVEN' }
  for (const part of claim.parts) {
    const next = partAnswer(world, part)
    if (next.verdict === 'REFUTED') {
      worst = next
      break
    }
    if (worst.verdict === 'PROVEN') worst = next
  }
  const { id, claim: text, span } = claim
  const location = worst.verdict === 'PROVEN' ? undefined : (worst.location ?? span)
  return { id, claim: text, ...worst, ...(location && { location }) }
}
