// The NetworkPolicy tier: who is isolated, and what the rules of the policies that isolate it admit.
import type { Direction, NetworkPolicy, Rule } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import { ALL_CONNECTIONS, type ConnectionSet, equalConnections, NO_CONNECTIONS } from '../sets/connection-set.ts'
import { hasIdentity, type PodClass } from './classes.ts'
import { type CompiledPeer, PeerCompiler } from './compiled-peer.ts'
import type { Match } from './match.ts'
import { compilePorts, resolvePorts, type RulePorts } from './port-resolution.ts'
import type { Profile } from './profile.ts'
import type { DependsReason } from './reach.ts'
import { either, type Ruling, ruling } from './ruling.ts'
import { destinationOf, type Question, type Tier } from './tier.ts'

interface CompiledRule {
  readonly rule: Rule
  /** Place in its list, from 0. */
  readonly index: number
  readonly peers: 'any' | readonly CompiledPeer[]
  readonly ports: RulePorts
}

interface CompiledPolicy {
  readonly policy: NetworkPolicy
  readonly rules: Readonly<Record<Direction, readonly CompiledRule[] | undefined>>
}

/** A rule that lets something through. */
export interface Admission {
  readonly policy: NetworkPolicy
  readonly direction: Direction
  readonly rule: Rule
  /** Place of the rule in the policy's list, from 0. */
  readonly index: number
  readonly connections: ConnectionSet
  /** Why it is not sure that the rule matches; absent when it is. */
  readonly reason?: DependsReason
}

export interface NetworkPolicyTier extends Tier {
  /** The policies that isolate a class in a direction (S29); none: the tier has nothing to say. */
  readonly isolating: (subject: PodClass, direction: Direction) => readonly NetworkPolicy[]
  /** Every rule that lets something of the question through, surely or perhaps. */
  readonly admissions: (question: Question) => readonly Admission[]
}

function compilePolicy(policy: NetworkPolicy, peers: PeerCompiler): CompiledPolicy {
  const compile = (rule: Rule, index: number): CompiledRule => ({
    rule,
    index,
    peers: rule.peers === 'any' ? 'any' : rule.peers.map((peer) => peers.compile(peer, policy.namespace)),
    ports: compilePorts(rule.ports),
  })
  return { policy, rules: { ingress: policy.ingress?.map(compile), egress: policy.egress?.map(compile) } }
}

/** All answers of a rule's peers, a sure one alone (S05: no peers named means every one). */
function matchRule({ peers }: CompiledRule, { peer, family }: Question): readonly Exclude<Match, 'no'>[] {
  if (peers === 'any') return ['yes']
  const found = new Set<Exclude<Match, 'no'>>()
  for (const match of peers) {
    const answer = match(peer, family)
    if (answer === 'yes') return ['yes']
    if (answer !== 'no') found.add(answer)
  }
  return [...found]
}

/** The tier of these policies. They only add up: no order, no deny (S27). */
export function networkPolicyTier(policies: readonly NetworkPolicy[], profile: Profile): NetworkPolicyTier {
  const peers = new PeerCompiler(profile)
  const byNamespace = Map.groupBy(
    policies.map((policy) => compilePolicy(policy, peers)),
    ({ policy }) => policy.namespace,
  )
  const known: Record<Direction, (readonly CompiledPolicy[])[]> = { ingress: [], egress: [] }

  const find = (subject: PodClass, direction: Direction): readonly CompiledPolicy[] => {
    if (!hasIdentity(subject.pod)) return [] // S33
    return (byNamespace.get(subject.namespace.name) ?? []).filter(
      ({ policy, rules }) => rules[direction] !== undefined && matches(policy.subject, subject.pod.labels),
    )
  }
  const isolating = (subject: PodClass, direction: Direction): readonly CompiledPolicy[] =>
    (known[direction][subject.id] ??= find(subject, direction))

  const rule = (question: Question, rest: () => Ruling): Ruling => {
    const { subject, direction } = question
    const found = isolating(subject, direction)
    if (found.length === 0) return rest()
    let all: Ruling = { must: NO_CONNECTIONS, maybe: [] }
    for (const { rules } of found) {
      for (const one of rules[direction] ?? []) {
        const answers = matchRule(one, question)
        if (answers.length > 0) all = either(all, toRuling(answers, resolvePorts(one.ports, destinationOf(question))))
        if (equalConnections(all.must, ALL_CONNECTIONS)) return all
      }
    }
    return all
  }

  const admissions = (question: Question): readonly Admission[] =>
    isolating(question.subject, question.direction).flatMap(({ policy, rules }) =>
      (rules[question.direction] ?? []).flatMap((one) =>
        matchRule(one, question).map((answer) => ({
          policy,
          direction: question.direction,
          rule: one.rule,
          index: one.index,
          connections: resolvePorts(one.ports, destinationOf(question)),
          ...(answer !== 'yes' && { reason: answer }),
        })),
      ),
    )

  return {
    name: 'network policy',
    rule,
    admissions,
    isolating: (subject, direction) => isolating(subject, direction).map(({ policy }) => policy),
  }
}

function toRuling(answers: readonly Exclude<Match, 'no'>[], connections: ConnectionSet): Ruling {
  if (answers[0] === 'yes') return { must: connections, maybe: [] }
  return ruling(
    NO_CONNECTIONS,
    answers.map((reason) => ({ connections, reason: reason as DependsReason })),
  )
}
