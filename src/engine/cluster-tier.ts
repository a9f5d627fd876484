// A tier of the admin APIs: policies by priority, rules in order, the first that matches decides; ties are undefined.
import { clusterPolicyName, type ClusterNetworkPolicy, type ClusterTier } from '../policy/cluster-network-policy.ts'
import type { Direction } from '../policy/network-policy.ts'
import type { Node } from '../policy/snapshot.ts'
import { ChoiceTable, type NumberedEffect } from './choice-table.ts'
import type { PeerSet } from './class-set.ts'
import type { EndpointClass, PodClass } from './classes.ts'
import { type ClusterRuling, rulingsOf } from './cluster-ruling.ts'
import {
  type CompiledClusterPolicy,
  type CompiledClusterRule,
  compileClusterPolicy,
  matchSubject,
} from './compiled-cluster-policy.ts'
import type { Pair } from './network-policy-tier.ts'
import { resolvePorts } from './port-resolution.ts'
import type { DependsReason } from './reach.ts'
import type { RulingTable } from './ruling-table.ts'
import { ASKS_NOTHING, namesPorts, peersOf, type Question, type Row, type Tier } from './tier.ts'

/** A policy that applies to a subject, surely or for a reason. */
export interface Applied {
  readonly one: CompiledClusterPolicy
  readonly reason: DependsReason | undefined
}

/** Policies of one priority. */
export type Rank = readonly Applied[]

export interface ClusterPolicyTier extends Tier {
  /** Rules that match, in their order, with what each decides. */
  readonly rulings: (pair: Pair) => readonly ClusterRuling[]
}

/** By priority, then by name, so that an explanation does not depend on the order of the input. */
function inOrder(a: ClusterNetworkPolicy, b: ClusterNetworkPolicy): number {
  return a.priority - b.priority || (clusterPolicyName(a) < clusterPolicyName(b) ? -1 : 1)
}

function ranksOf(applied: readonly Applied[]): Rank[] {
  return [...Map.groupBy(applied, ({ one }) => one.policy.priority).values()]
}

export interface ClusterTierInput {
  readonly tier: ClusterTier
  readonly policies: readonly ClusterNetworkPolicy[]
  readonly nodes: readonly Node[]
  readonly table: RulingTable
}

/** The tier of those among the policies that belong to it. */
export function clusterPolicyTier({ tier, policies, nodes, table }: ClusterTierInput): ClusterPolicyTier {
  const compiled = policies
    .filter((policy) => policy.tier === tier)
    .toSorted(inOrder)
    .map((policy, id) => compileClusterPolicy(policy, id, nodes))
  const choices = new ChoiceTable(table)
  const applied: Record<Direction, (readonly Rank[])[]> = { ingress: [], egress: [] }
  const rows = new RowsByKey()

  const find = (subject: PodClass, direction: Direction): Rank[] =>
    ranksOf(
      compiled.flatMap((one): Applied[] => {
        if (one.rules[direction].length === 0) return []
        const answer = matchSubject(one.policy, subject)
        return answer === 'no' ? [] : [{ one, reason: answer === 'yes' ? undefined : answer }]
      }),
    )
  const ranks = (subject: PodClass, direction: Direction): readonly Rank[] =>
    (applied[direction][subject.id] ??= find(subject, direction))

  return {
    name: tier === 'admin' ? 'admin' : 'baseline',
    rule: (question, rest) => {
      const { direction, subject, family, peers } = question
      const found = ranks(subject, direction)
      if (found.length === 0) return rest()
      const ports = direction === 'ingress' ? subject.portKey : ''
      const key = `${direction} ${family} ${found
        .flat()
        .map(({ one, reason }) => `${one.id}${reason ?? ''}`)
        .join()} ${ports}`
      const row = rows.get(peers, key, () => chooseRow(found, question, choices))
      return rows.settled(row, rest(), choices)
    },
    asks: (subject, direction) => {
      const found = ranks(subject, direction).flat()
      if (found.length === 0) return ASKS_NOTHING
      const ids = found.map(({ one, reason }) => `${one.id}${reason ?? ''}`).join()
      const rules = found.flatMap(({ one }) => one.rules[direction])
      // The subject's port names matter where it is the destination.
      const key = direction === 'ingress' && namesPorts(rules) ? `${ids} ${subject.portKey}` : ids
      return { key, peers: () => peersOf(rules) }
    },
    rulings: (pair) => rulingsOf(ranks(pair.subject, pair.direction), pair),
  }
}

/** Rows that subjects with the same policies share. */
class RowsByKey {
  readonly #chosen = new WeakMap<PeerSet, Map<string, Row>>()
  readonly #settled = new WeakMap<Row, WeakMap<Row, Row>>()

  get(peers: PeerSet, key: string, make: () => Row): Row {
    const known = this.#chosen.get(peers) ?? new Map<string, Row>()
    this.#chosen.set(peers, known)
    const row = known.get(key) ?? make()
    known.set(key, row)
    return row
  }

  /** The row of rulings that a row of choices makes of the rest. */
  settled(chosen: Row, rest: Row, choices: ChoiceTable): Row {
    const known = this.#settled.get(chosen) ?? new WeakMap<Row, Row>()
    this.#settled.set(chosen, known)
    const row = known.get(rest) ?? chosen.map((one, position) => choices.settle(one, rest[position] as number))
    known.set(rest, row)
    return row
  }
}

/** For each peer the number of a choice: what the ranks say one after the other. */
function chooseRow(ranks: readonly Rank[], question: Question, choices: ChoiceTable): Row {
  const empty = (): Row => new Int32Array(question.peers.classes.length).fill(ChoiceTable.UNDECIDED)
  let row = empty()
  for (const rank of ranks.toReversed()) {
    const [first] = rank
    if (rank.length === 1 && first?.reason === undefined) addRules(row, first as Applied, { question, choices })
    else {
      const alone = rank.map((each) => addRules(empty(), each, { question, choices }))
      const together = alone.reduce((a, b) => a.map((one, position) => choices.tied(one, b[position] as number)))
      row = together.map((one, position) => choices.before(one, row[position] as number))
    }
  }
  return row
}

interface At {
  readonly question: Question
  readonly choices: ChoiceTable
}

/** Puts the rules of a policy before what the row has; the row is written to. */
function addRules(row: Row, { one, reason }: Applied, at: At): Row {
  for (const rule of one.rules[at.question.direction].toReversed()) addRule(row, rule, at)
  if (reason === undefined) return row
  for (let position = 0; position < row.length; position++) {
    row[position] = at.choices.perhaps(row[position] as number, reason)
  }
  return row
}

function addRule(row: Row, rule: CompiledClusterRule, { question, choices }: At): void {
  const { direction, subject, peers, family } = question
  const effects = new Map<string, NumberedEffect>()
  const effectOn = (destination: EndpointClass, reason: DependsReason | undefined): NumberedEffect => {
    const named = rule.ports.named.length > 0 && destination.kind === 'pod' ? destination.portKey : ''
    const key = `${reason ?? ''} ${destination.kind} ${named}`
    const found = effects.get(key) ?? choices.effect(effectOf(rule, destination, reason))
    effects.set(key, found)
    return found
  }
  const add = (positions: readonly number[], reason?: DependsReason): void => {
    for (const position of positions) {
      const destination = direction === 'ingress' ? subject : (peers.classes[position] as EndpointClass)
      row[position] = choices.ruled(effectOn(destination, reason), row[position] as number)
    }
  }
  if (rule.peers === 'any') add(peers.all)
  else for (const peer of rule.peers) addMembers(peers.members(peer, family), add)
}

function addMembers(
  { sure, open }: ReturnType<PeerSet['members']>,
  add: (positions: readonly number[], reason?: DependsReason) => void,
): void {
  for (const [reason, positions] of open) add(positions, reason)
  add(sure)
}

function effectOf(
  rule: CompiledClusterRule,
  destination: EndpointClass,
  reason: DependsReason | undefined,
): Parameters<ChoiceTable['effect']>[0] {
  const connections = resolvePorts(rule.ports, destination)
  return { action: rule.action, connections, ...(reason !== undefined && { reason }) }
}
