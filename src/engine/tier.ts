// The order of evaluation: admin, network policy, baseline, default. Each tier decides or hands on to the rest.
import type { Direction } from '../policy/network-policy.ts'
import { ALL_CONNECTIONS } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import type { EndpointClass, PodClass } from './classes.ts'
import type { Ruling } from './ruling.ts'

/** One direction of the traffic between two classes, seen from the pod that policies may govern. */
export interface Question {
  readonly direction: Direction
  readonly subject: PodClass
  readonly peer: EndpointClass
  readonly family: Family
}

/** Whose ports a question is about. */
export function destinationOf(question: Question): EndpointClass {
  return question.direction === 'ingress' ? question.subject : question.peer
}

/**
 * One tier. `rest` is what the tiers after it say: a tier that says nothing about the subject returns it, one that
 * decides some connections only returns its own verdict for those and the rest's for the others.
 */
export interface Tier {
  readonly name: 'admin' | 'network policy' | 'baseline' | 'default'
  readonly rule: (question: Question, rest: () => Ruling) => Ruling
}

/** What no tier decides is accepted. */
export const DEFAULT_TIER: Tier = { name: 'default', rule: () => ({ must: ALL_CONNECTIONS, maybe: [] }) }

/** The tiers' common ruling, in the order given; the last must not ask for the rest. */
export function evaluate(tiers: readonly Tier[], question: Question): Ruling {
  const from = (index: number): Ruling => {
    const tier = tiers[index] ?? DEFAULT_TIER
    return tier.rule(question, () => from(index + 1))
  }
  return from(0)
}
