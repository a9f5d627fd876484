// The rulings of all tiers between classes, direction by direction, worked out row by row when first asked for.
import type { Direction } from '../policy/network-policy.ts'
import type { Family } from '../sets/ip-address.ts'
import { ClassSet } from './class-set.ts'
import type { EndpointClass } from './classes.ts'
import { RulingTable } from './ruling-table.ts'
import { evaluate, type Row, type Tier } from './tier.ts'

/** One cell: the class that policies may govern and its peer. */
export interface Cell {
  readonly direction: Direction
  readonly family: Family
  readonly subject: EndpointClass
  readonly peer: EndpointClass
}

/**
 * Answers by class. `known` are the classes that rows are worked out for; their ids must be their places in the list.
 * A class that appears later is compared one by one.
 */
export class RulingMatrix {
  readonly #tiers: readonly Tier[]
  readonly #known: ClassSet
  readonly #rows: Record<Direction, Record<Family, Row[]>> = { ingress: { 4: [], 6: [] }, egress: { 4: [], 6: [] } }
  readonly #later: Record<Direction, Record<Family, Map<string, number>>> = {
    ingress: { 4: new Map(), 6: new Map() },
    egress: { 4: new Map(), 6: new Map() },
  }

  constructor(tiers: readonly Tier[], known: readonly EndpointClass[]) {
    this.#tiers = tiers
    this.#known = new ClassSet(known)
  }

  /** The number of the ruling of a cell; nothing governs what is outside. */
  ruling(cell: Cell): number {
    const { direction, family, subject, peer } = cell
    if (subject.kind === 'outside') return RulingTable.EVERYTHING
    if (peer.id >= this.#known.classes.length) return this.#single(cell)
    const rows = this.#rows[direction][family]
    const row = (rows[subject.id] ??= evaluate(this.#tiers, { direction, subject, family, peers: this.#known }))
    return row[peer.id] as number
  }

  #single({ direction, family, subject, peer }: Cell): number {
    if (subject.kind === 'outside') return RulingTable.EVERYTHING
    const later = this.#later[direction][family]
    const key = `${subject.id} ${peer.id}`
    const found =
      later.get(key) ?? evaluate(this.#tiers, { direction, subject, family, peers: new ClassSet([peer]) })[0]
    later.set(key, found as number)
    return found as number
  }
}
