// One claim of a proof from question to answer: judged for every model pod, explained by the rule that decides.
import { type Endpoint, formatEndpoint } from '../engine/endpoint.ts'
import type { Engine } from '../engine/engine.ts'
import type { Span } from '../diag/source.ts'
import { type ClusterRule, clusterPolicyName } from '../policy/cluster-network-policy.ts'
import { type Direction, policyName } from '../policy/network-policy.ts'
import { BudgetSpent } from '../sets/label-set.ts'
import { connection } from '../sets/connection-set.ts'
import { directionAnswer } from './explain-direction.ts'
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
  return flow.causes.ingress && flow.causes.ingress.kind !== 'open' ? 'ingress' : 'egress'
}

/** Why, and where it stands. */
interface Why {
  readonly reason: string
  readonly location?: Span
}

function at(policy: { readonly span?: Span }, rule?: { readonly span?: Span }): { location?: Span } {
  const span = rule?.span ?? policy.span
  return span ? { location: span } : {}
}

/** ` \`name\``, or nothing. */
function ruleName({ name }: ClusterRule): string {
  return name === '' ? '' : ` \`${name}\``
}

function letThrough(world: World, cause: Cause | undefined, direction: Direction): Why {
  const way = direction === 'ingress' ? 'in' : 'out'
  switch (cause?.kind) {
    case 'rule': {
      const { policy, rule, index } = cause
      return { reason: `let ${way} by ${policyName(policy)}, ${direction} rule ${index + 1}`, ...at(policy, rule) }
    }
    case 'cluster': {
      const { policy, rule, index } = cause
      const which = `${direction} rule ${index + 1}${ruleName(rule)}`
      return { reason: `let ${way} by ${clusterPolicyName(policy)}, ${which}`, ...at(policy, rule) }
    }
    default: {
      const end = direction === 'ingress' ? 'destination' : 'source'
      const { admin, baseline } = world.tiers
      const no = admin.length + baseline.length > 0 ? 'no NetworkPolicy selects' : 'no policy selects'
      const nor = admin.length + baseline.length > 0 ? ' and no rule of an admin policy decides' : ''
      return { reason: `${no} the ${end} for ${direction}${nor}, so the default lets everything ${way}` }
    }
  }
}

/** Which policies deny a connection: the admin's rule that does, or those that isolate an end whose rules do not admit it. */
export function denier(
  engine: Engine,
  ends: { source: Endpoint; destination: Endpoint },
  { protocol, port, family }: Witness,
): Why {
  const why = engine.why(ends.source, ends.destination, family)
  const cell = connection(protocol, port)
  const answers = [why.egress, why.ingress].map((reasons) => directionAnswer(reasons, cell))
  const found = answers.find(({ decision }) => decision === 'denies')
  const step = found?.steps.at(-1)
  if (step?.kind === 'cluster-rule') {
    const { policy, rule, index } = step
    return {
      reason: `${clusterPolicyName(policy)} denies it, ${found?.direction} rule ${index + 1}${ruleName(rule)}`,
      ...at(policy, rule),
    }
  }
  const [policy, ...others] = step?.kind === 'isolation' ? step.policies : []
  if (!found || !policy) return { reason: 'denied' }
  const subject = formatEndpoint(found.direction === 'egress' ? ends.source : ends.destination)
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return {
    reason: `${policyName(policy)}${more} selects ${subject} for ${found.direction}, and no rule allows it`,
    ...at(policy),
  }
}

function answerOf(world: World, part: Exclude<Part, { kind: 'answer' }>, judgement: Judgement): Answer {
  if (judgement.verdict === 'holds') return { verdict: 'PROVEN' }
  const flow = judgement.flow
  const direction = flow && modelSide(flow, part.ends)
  const cause = flow && direction && letThrough(world, flow.causes[direction], direction)
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

export const TOO_MANY = 'the policies select by too many combinations of labels to go through them all'

function partAnswer(world: World, part: Part): Answer {
  if (part.kind === 'answer') return part.answer()
  world.budget.steps = MOST_STEPS
  try {
    return answerOf(world, part, judge(world, part))
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    return {
      verdict: 'OUT_OF_SCOPE',
      reason: TOO_MANY,
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
