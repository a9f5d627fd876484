// The order of evaluation: admin, network policy, baseline, default. Each tier decides or hands on to the rest.
import type { Direction } from '../policy/network-policy.ts'
import type { Family } from '../sets/ip-address.ts'
import type { PeerSet } from './class-set.ts'
import type { PodClass } from './classes.ts'
import type { CompiledPeer } from './compiled-peer.ts'
import type { RulePorts } from './port-resolution.ts'
import { RulingTable } from './ruling-table.ts'

/** One direction of the traffic between a class that policies may govern and many others. */
export interface Question {
  readonly direction: Direction
  readonly subject: PodClass
  readonly peers: PeerSet
  readonly family: Family
}

/** The answer: for each peer, by its position, the number of a ruling. Shared, never written to once returned. */
export type Row = Int32Array

/** What a tier's answers about a subject hang on: subjects with equal keys have equal rows. */
export interface Asked {
  readonly key: string
  /** Every peer that the tier compares others with. */
  readonly peers: () => readonly CompiledPeer[]
}

/**
 * One tier. `rest` is what the tiers after it say: a tier that says nothing about the subject returns it, one that
 * decides some connections only returns its own verdict for those and the rest's for the others.
 */
export interface Tier {
  readonly name: 'admin' | 'network policy' | 'baseline' | 'default'
  readonly rule: (question: Question, rest: () => Row) => Row
  readonly asks: (subject: PodClass, direction: Direction) => Asked
}

/** Of a tier that has nothing to say of the subject. */
export const ASKS_NOTHING: Asked = { key: '', peers: () => [] }

/** What no tier decides is accepted. */
export function defaultTier(): Tier {
  const rows = new WeakMap<PeerSet, Row>()
  return {
    name: 'default',
    rule: ({ peers }) => {
      const row = rows.get(peers) ?? new Int32Array(peers.classes.length).fill(RulingTable.EVERYTHING)
      rows.set(peers, row)
      return row
    },
    asks: () => ASKS_NOTHING,
  }
}

/** A rule as far as it asks something. */
interface AskingRule {
  readonly peers: 'any' | readonly CompiledPeer[]
  readonly ports: RulePorts
}

/** True when some rule names a port. */
export function namesPorts(rules: readonly AskingRule[]): boolean {
  return rules.some(({ ports }) => ports.named.length > 0)
}

export function peersOf(rules: readonly AskingRule[]): CompiledPeer[] {
  return rules.flatMap(({ peers }) => (peers === 'any' ? [] : peers))
}

/** What the tiers say together, in the order given; the last must not ask for the rest. */
export function evaluate(tiers: readonly Tier[], question: Question): Row {
  const from = (index: number): Row => (tiers[index] as Tier).rule(question, () => from(index + 1))
  return from(0)
}
