// The NetworkPolicy tier: who is isolated, and what the rules of the policies that isolate it admit.
import type { Direction, NetworkPolicy, Rule } from '../policy/network-policy.ts'
import { type ConnectionSet, NO_CONNECTIONS } from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import type { PeerSet } from './class-set.ts'
import type { EndpointClass, PodClass } from './classes.ts'
import { type CompiledPeer, PeerCompiler } from './compiled-peer.ts'
import { type CompiledPolicy, type CompiledRule, compilePolicy } from './compiled-policy.ts'
import type { Match } from './match.ts'
import { resolvePorts } from './port-resolution.ts'
import type { Profile } from './profile.ts'
import type { DependsReason } from './reach.ts'
import { RulingTable } from './ruling-table.ts'
import { ruling } from './ruling.ts'
import { SubjectIndex } from './subject-index.ts'
import { ASKS_NOTHING, peersOf, type Question, type Row, type Tier } from './tier.ts'

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

/** A subject and one peer. */
export interface Pair {
  readonly direction: Direction
  readonly subject: PodClass
  readonly peer: EndpointClass
  readonly family: Family
}

export interface NetworkPolicyTier extends Tier {
  /** The policies that isolate a class in a direction (S29); none: the tier has nothing to say. */
  readonly isolating: (subject: PodClass, direction: Direction) => readonly NetworkPolicy[]
  /** Every rule of the subject's policies that lets the peer through, surely or perhaps. */
  readonly admissions: (pair: Pair) => readonly Admission[]
}

/** All answers of a rule's peers, a sure one alone (S05: no peers named means every one). */
function matchRule({ peers }: CompiledRule, candidate: EndpointClass, family: Family): readonly Exclude<Match, 'no'>[] {
  if (peers === 'any') return ['yes']
  const answers = new Set(peers.map(({ match }) => match(candidate, family)))
  return answers.has('yes') ? ['yes'] : [...answers].filter((answer) => answer !== 'no')
}

/** The number of the ruling that lets these ports of a destination through, surely or for a reason. */
function numberOf(connections: ConnectionSet, reason: DependsReason | undefined, table: RulingTable): number {
  if (reason === undefined) return table.number({ must: connections, maybe: [] })
  return table.number(ruling(NO_CONNECTIONS, [{ connections, reason }]))
}

/** Adds up what the rules of the policies say (S27). */
function addRules(policies: readonly CompiledPolicy[], question: Question, table: RulingTable): Row {
  const { direction, subject, peers, family } = question
  const row: Row = new Int32Array(peers.classes.length).fill(RulingTable.NOTHING)
  for (const rule of policies.flatMap(({ rules }) => rules[direction] ?? [])) {
    const isSame = direction === 'ingress' || rule.ports.named.length === 0
    const numbers = new Map<string, number>()
    const numberFor = (destination: EndpointClass, reason?: DependsReason): number => {
      const key = `${reason} ${isSame || destination.kind === 'outside' ? '' : destination.portKey}`
      const number = numbers.get(key) ?? numberOf(resolvePorts(rule.ports, destination), reason, table)
      numbers.set(key, number)
      return number
    }
    const add = (positions: readonly number[], reason?: DependsReason): void => {
      const [first] = positions
      if (first === undefined) return
      const one = isSame
        ? numberFor(direction === 'ingress' ? subject : (peers.classes[first] as EndpointClass), reason)
        : 0
      for (const position of positions) {
        const number = isSame ? one : numberFor(peers.classes[position] as EndpointClass, reason)
        row[position] = table.either(row[position] as number, number)
      }
    }
    if (rule.peers === 'any') add(peers.all)
    else {
      for (const peer of rule.peers) {
        const { sure, open } = peers.members(peer, family)
        add(sure)
        for (const [reason, positions] of open) add(positions, reason)
      }
    }
  }
  return row
}

/** The policies that isolate a class in a direction, in an order of their own. */
export type FindIsolating = (subject: PodClass, direction: Direction) => readonly CompiledPolicy[]

/** The tier of these policies: it decides everything for a subject that one of them isolates (S29). */
export function networkPolicyTier(
  policies: readonly NetworkPolicy[],
  { profile, table }: { readonly profile: Profile; readonly table: RulingTable },
): NetworkPolicyTier {
  const compiler = new PeerCompiler(profile)
  const compiled = policies.map((policy, id) => compilePolicy(policy, id, compiler))
  const index = new SubjectIndex(compiled)
  const known: Record<Direction, (readonly CompiledPolicy[])[]> = { ingress: [], egress: [] }
  const candidates: (readonly CompiledPolicy[])[] = []
  const find: FindIsolating = (subject, direction) =>
    (candidates[subject.id] ??= index.selecting(subject)).filter(({ rules }) => rules[direction] !== undefined)
  return policyTierOf((subject, direction) => (known[direction][subject.id] ??= find(subject, direction)), table)
}

/** The tier of the policies that are found for each subject. */
export function policyTierOf(isolating: FindIsolating, table: RulingTable): NetworkPolicyTier {
  const rows = new WeakMap<PeerSet, Map<string, Row>>()

  const rule = (question: Question, rest: () => Row): Row => {
    const { subject, direction, family } = question
    const found = isolating(subject, direction)
    if (found.length === 0) return rest()
    // Subjects that the same policies isolate share a row; their own port names only count where they are the destination.
    const ports = direction === 'ingress' ? subject.portKey : ''
    const key = `${direction} ${family} ${found.map(({ id }) => id).join(',')} ${ports}`
    const known = rows.get(question.peers) ?? new Map<string, Row>()
    rows.set(question.peers, known)
    const row = known.get(key) ?? addRules(found, question, table)
    known.set(key, row)
    return row
  }

  const admissions: NetworkPolicyTier['admissions'] = ({ direction, subject, peer, family }) =>
    isolating(subject, direction).flatMap(({ policy, rules }) =>
      (rules[direction] ?? []).flatMap((one) =>
        matchRule(one, peer, family).map((answer) => ({
          policy,
          direction,
          rule: one.rule,
          index: one.index,
          connections: resolvePorts(one.ports, direction === 'ingress' ? subject : peer),
          ...(answer !== 'yes' && { reason: answer }),
        })),
      ),
    )

  return {
    name: 'network policy',
    rule,
    asks: (subject, direction) => {
      const found = isolating(subject, direction)
      if (found.length === 0) return ASKS_NOTHING
      const ids = found.length === 1 ? `${found[0]?.id}` : found.map(({ id }) => id).join()
      // The subject's port names matter where it is the destination.
      const isNamed = direction === 'ingress' && found.some(({ namesPorts }) => namesPorts.ingress)
      const peers = (): CompiledPeer[] => found.flatMap(({ rules }) => peersOf(rules[direction] ?? []))
      return { key: isNamed ? `${ids} ${subject.portKey}` : ids, peers }
    },
    admissions,
    isolating: (subject, direction) => isolating(subject, direction).map(({ policy }) => policy),
  }
}
