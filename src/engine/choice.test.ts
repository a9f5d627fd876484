// The algebra of ordered rules against brute force: every reading of what is uncertain, every order of what is tied.
import { describe, expect, it } from 'vitest'
import type { Action } from '../policy/cluster-network-policy.ts'
import { connection, hasConnection, NO_CONNECTIONS } from '../sets/connection-set.ts'
import {
  before,
  type Choice,
  type Decision,
  DECISIONS,
  type Effect,
  perhaps,
  ruled,
  settle,
  tied,
  UNDECIDED,
} from './choice.ts'
import { ChoiceTable } from './choice-table.ts'
import { RulingTable } from './ruling-table.ts'
import { type Ruling, ruling } from './ruling.ts'

const PORT = connection('TCP', 80)
const ACTIONS: readonly Action[] = ['Accept', 'Deny', 'Pass']

/** A rule for one port: sure, or open. */
interface Rule {
  readonly action: Action
  readonly open: boolean
}

const RULES: readonly Rule[] = ACTIONS.flatMap((action) => [false, true].map((open) => ({ action, open })))
/** Every policy of at most two rules. */
const POLICIES: readonly (readonly Rule[])[] = [
  [],
  ...RULES.map((one) => [one]),
  ...RULES.flatMap((one) => RULES.map((two) => [one, two])),
]

function effect({ action, open }: Rule): Effect {
  return { action, connections: PORT, ...(open && { reason: 'namespace-labels-unknown' as const }) }
}

function choiceOf(policy: readonly Rule[]): Choice {
  return policy.toReversed().reduce((later, rule) => ruled(effect(rule), later), UNDECIDED)
}

/** Every decision that some reading of a policy comes to. */
function readings(policy: readonly Rule[]): Decision[] {
  const [first, ...rest] = policy
  if (!first) return ['None']
  return first.open ? [first.action, ...readings(rest)] : [first.action]
}

/** Every decision of policies asked in this order. */
function inTurn(policies: readonly (readonly Decision[])[]): Decision[] {
  const [first, ...rest] = policies
  if (!first) return ['None']
  return first.flatMap((decision) => (decision === 'None' ? inTurn(rest) : [decision]))
}

function decisionsOf(one: Choice): Decision[] {
  return DECISIONS.filter((decision) => hasConnection(one[decision], 'TCP', 80))
}

function sorted(decisions: readonly Decision[]): Decision[] {
  return DECISIONS.filter((decision) => decisions.includes(decision))
}

function isOpen(one: Choice): boolean {
  return one.open.some(({ connections }) => hasConnection(connections, 'TCP', 80))
}

const REST: readonly Ruling[] = [
  ruling(PORT, []),
  ruling(NO_CONNECTIONS, []),
  ruling(NO_CONNECTIONS, [{ connections: PORT, reason: 'own-node' }]),
]

function verdictOf({ must, maybe }: Ruling): string {
  if (hasConnection(must, 'TCP', 80)) return 'Allowed'
  return maybe.some(({ connections }) => hasConnection(connections, 'TCP', 80)) ? 'Depends' : 'Denied'
}

/** The verdict of all readings together. */
function expected(decisions: readonly Decision[], rest: Ruling): string {
  const restVerdict = verdictOf(rest)
  const after = restVerdict === 'Depends' ? ['Allowed', 'Denied'] : [restVerdict]
  const verdicts = new Set(
    decisions.flatMap((decision) => (decision === 'Accept' ? ['Allowed'] : decision === 'Deny' ? ['Denied'] : after)),
  )
  return verdicts.size > 1 ? 'Depends' : ([...verdicts][0] as string)
}

describe('choices', () => {
  it('hold exactly the decisions of the readings of a policy, and say that they are open when there are several', () => {
    for (const policy of POLICIES) {
      const one = choiceOf(policy)
      expect(decisionsOf(one)).toEqual(sorted(readings(policy)))
      expect(isOpen(one)).toBe(decisionsOf(one).length > 1)
    }
  })

  it('leave connections alone that no rule speaks of', () => {
    for (const policy of POLICIES) {
      const one = choiceOf(policy)
      expect(hasConnection(one.None, 'TCP', 81)).toBe(true)
      expect(hasConnection(one.Accept, 'TCP', 81) || hasConnection(one.Deny, 'TCP', 81)).toBe(false)
    }
  })

  it('of tied policies hold the decisions of every order', () => {
    for (const a of POLICIES) {
      for (const b of POLICIES) {
        const [x, y] = [readings(a), readings(b)]
        const one = tied(choiceOf(a), choiceOf(b))
        expect(decisionsOf(one)).toEqual(sorted([...inTurn([x, y]), ...inTurn([y, x])]))
        expect(isOpen(one)).toBe(decisionsOf(one).length > 1)
      }
    }
  })

  it('name a tie only where the order matters', () => {
    const reasons = (a: readonly Rule[], b: readonly Rule[]): string[] =>
      tied(choiceOf(a), choiceOf(b)).open.map(({ reason }) => reason)
    const sure = (action: Action): Rule => ({ action, open: false })
    for (const a of ACTIONS) {
      for (const b of ACTIONS) expect(reasons([sure(a)], [sure(b)])).toEqual(a === b ? [] : ['priority-tie'])
      expect(reasons([sure(a)], [])).toEqual([])
    }
  })

  it('of three tied policies do not depend on how they are put together', () => {
    const some = POLICIES.filter((_, index) => index % 3 === 0)
    for (const a of some) {
      for (const b of some) {
        for (const c of some) {
          const [x, y, z] = [choiceOf(a), choiceOf(b), choiceOf(c)]
          expect(decisionsOf(tied(tied(x, y), z))).toEqual(decisionsOf(tied(x, tied(y, z))))
        }
      }
    }
  })

  it('of policies one after the other hold what the second says where the first may say nothing', () => {
    for (const a of POLICIES) {
      for (const b of POLICIES) {
        const one = before(choiceOf(a), choiceOf(b))
        expect(decisionsOf(one)).toEqual(sorted(inTurn([readings(a), readings(b)])))
        expect(isOpen(one)).toBe(decisionsOf(one).length > 1)
      }
    }
  })

  it('of a policy that may not apply hold that nothing is decided as well', () => {
    for (const policy of POLICIES) {
      const one = perhaps(choiceOf(policy), 'namespace-labels-unknown')
      expect(decisionsOf(one)).toEqual(sorted([...readings(policy), 'None']))
      expect(isOpen(one)).toBe(decisionsOf(one).length > 1)
    }
  })

  it('with the tiers behind them come to a verdict that all readings share, or else depend', () => {
    const verdicts = new Map<string, number>()
    for (const policy of POLICIES) {
      for (const rest of REST) {
        const result = settle(choiceOf(policy), rest)
        const verdict = verdictOf(result)
        expect(verdict).toBe(expected(readings(policy), rest))
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
        const isSure = hasConnection(result.must, 'TCP', 80)
        expect(result.maybe.every(({ connections }) => !(isSure && hasConnection(connections, 'TCP', 80)))).toBe(true)
      }
    }
    expect(verdicts.size).toBe(3)
  })
})

describe('a table of choices', () => {
  it('combines by number as the choices combine, asked again too', () => {
    const rulings = new RulingTable()
    const table = new ChoiceTable(rulings)
    const some = POLICIES.map(choiceOf)
    for (let again = 0; again < 2; again++) {
      for (const a of some) {
        for (const b of some) {
          const [x, y] = [table.number(a), table.number(b)]
          expect(table.choice(table.tied(x, y))).toEqual(tied(a, b))
          expect(table.choice(table.before(x, y))).toEqual(before(a, b))
        }
        for (const rule of RULES) {
          expect(table.choice(table.ruled(table.effect(effect(rule)), table.number(a)))).toEqual(ruled(effect(rule), a))
        }
        for (const rest of REST) {
          expect(rulings.ruling(table.settle(table.number(a), rulings.number(rest)))).toEqual(settle(a, rest))
        }
        if (a === UNDECIDED) continue
        expect(table.choice(table.perhaps(table.number(a), 'own-node'))).toEqual(perhaps(a, 'own-node'))
      }
    }
  })
})
