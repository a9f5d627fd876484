// Choices by number: equal ones share one, and each combination is worked out once.
import { PROTOCOLS, type ConnectionSet } from '../sets/connection-set.ts'
import { before, type Choice, DECISIONS, type Effect, perhaps, ruled, settle, tied, UNDECIDED } from './choice.ts'
import type { DependsReason } from './reach.ts'
import type { RulingTable } from './ruling-table.ts'

function setKey(set: ConnectionSet): string {
  return PROTOCOLS.map((protocol) => set[protocol].join(',')).join(';')
}

function choiceKey(one: Choice): string {
  return [
    ...DECISIONS.map((decision) => setKey(one[decision])),
    ...one.open.map(({ connections, reason }) => `${reason}=${setKey(connections)}`),
  ].join('|')
}

/** An effect with a number of its own, for what is remembered about it. */
export interface NumberedEffect extends Effect {
  readonly id: number
}

/** Numbers for choices; 0 is `UNDECIDED`. */
export class ChoiceTable {
  static readonly UNDECIDED = 0

  readonly #rulings: RulingTable
  readonly #choices: Choice[] = []
  readonly #byKey = new Map<string, number>()
  readonly #effects = new Map<string, NumberedEffect>()
  readonly #known = {
    ruled: new Map<number, number>(),
    tied: new Map<number, number>(),
    before: new Map<number, number>(),
  }
  readonly #settled = new Map<number, number>()
  readonly #perhaps = new Map<string, number>()

  constructor(rulings: RulingTable) {
    this.#rulings = rulings
    this.number(UNDECIDED)
  }

  number(one: Choice): number {
    const key = choiceKey(one)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const id = this.#choices.push(one) - 1
    this.#byKey.set(key, id)
    return id
  }

  choice(id: number): Choice {
    return this.#choices[id] as Choice
  }

  effect(effect: Effect): NumberedEffect {
    const key = `${effect.action} ${effect.reason ?? ''} ${setKey(effect.connections)}`
    const found = this.#effects.get(key) ?? { ...effect, id: this.#effects.size }
    this.#effects.set(key, found)
    return found
  }

  ruled(effect: NumberedEffect, later: number): number {
    return remember(this.#known.ruled, [effect.id, later], () => this.number(ruled(effect, this.choice(later))))
  }

  tied(a: number, b: number): number {
    return remember(this.#known.tied, [a, b], () => this.number(tied(this.choice(a), this.choice(b))))
  }

  before(first: number, later: number): number {
    if (first === ChoiceTable.UNDECIDED) return later
    return remember(this.#known.before, [first, later], () =>
      this.number(before(this.choice(first), this.choice(later))),
    )
  }

  perhaps(one: number, reason: DependsReason): number {
    if (one === ChoiceTable.UNDECIDED) return one
    const key = `${one} ${reason}`
    const found = this.#perhaps.get(key) ?? this.number(perhaps(this.choice(one), reason))
    this.#perhaps.set(key, found)
    return found
  }

  /** The number of a ruling; `rest` is one too. */
  settle(one: number, rest: number): number {
    if (one === ChoiceTable.UNDECIDED) return rest
    return remember(this.#settled, [one, rest], () =>
      this.#rulings.number(settle(this.choice(one), this.#rulings.ruling(rest))),
    )
  }
}

function remember(known: Map<number, number>, [a, b]: readonly [number, number], make: () => number): number {
  const key = a * 0x400_0000 + b
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}
