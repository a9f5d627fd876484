// A rule that lets nothing through which other rules do not let through anyway.
import { removeItem } from '../../../diag/edit.ts'
import { policyName } from '../../../policy/network-policy.ts'
import { CellIndex } from '../cell-index.ts'
import { type LintContext, type PlacedRule, ruleName, ruleWords, spanAt } from '../context.ts'
import { cellsMeet, cellWithin, isCovered } from '../cover.ts'
import { ruleCells } from '../rule-cells.ts'
import type { Cell } from '../../region.ts'
import type { Rule, Statement } from '../rule.ts'
import { opensEverything } from '../shape.ts'

interface Celled {
  readonly placed: PlacedRule
  readonly cells: readonly Cell[]
}

/** Of the rules that cover all cells of one: the one that does so alone, else all that have something in common with it. */
function coveredBy(one: Celled, others: readonly Celled[]): readonly Celled[] {
  const near = others.filter(({ cells }) => cells.some((cell) => one.cells.some((mine) => cellsMeet(mine, cell))))
  const whole = near.find(({ cells }) => one.cells.every((mine) => cells.some((cell) => cellWithin(mine, cell))))
  if (whole) return [whole]
  const all = near.flatMap(({ cells }) => cells)
  return isCovered(one.cells, all) ? near : []
}

function* judge(context: LintContext, rules: readonly Celled[]): Generator<Statement> {
  const [first] = rules
  if (!first) return
  const { direction } = first.placed
  const index = new CellIndex(rules, direction === 'ingress' ? 'destination' : 'source')
  const redundant = new Set<Celled>()
  // Later rules are tried first, so of two equal ones the first stays; what is found could be removed all at once.
  for (const one of rules.toReversed()) {
    if (context.isRendered(one.placed.policy)) continue // a Moat says what it says
    const by = coveredBy(
      one,
      index.near(one).filter((other) => other !== one && !redundant.has(other)),
    )
    if (by.length === 0) continue
    redundant.add(one)
    // `allow-all-beside-restrictions` says it once for all rules that an allow-all makes void.
    if (by.some(({ placed }) => opensEverything(placed.rule))) continue
    const { policy, rule } = one.placed
    // A rule that lets more through may be the one that is wrong: only of two equal ones one is removed without asking.
    const isTwin = by.length === 1 && by.every(({ cells }) => isCovered(cells, one.cells))
    const edit = isTwin && rule.span ? removeItem(rule.span) : undefined
    const sole = (policy[direction] ?? []).length === 1
    yield {
      message: `${ruleName(one.placed)} adds nothing: all that it lets through is let through anyway`,
      ...spanAt(policy, rule),
      notes: by.slice(0, 3).map(({ placed }) => ({
        message: `by ${ruleWords(placed)} of ${policyName(placed.policy)}`,
        ...spanAt(placed.policy, placed.rule),
      })),
      help: isTwin ? 'remove one of the two' : 'remove it, or restrict what lets more through than it',
      ...(edit && !sole && { fix: { title: 'remove the rule', edits: [edit], keepsMeaning: true } }),
    }
  }
}

export const redundantRule: Rule = {
  id: 'redundant-rule',
  title: 'a rule lets nothing through that others do not let through anyway',
  severity: 'note',
  fixable: true,
  *check(context) {
    const groups = Map.groupBy(context.rules, ({ policy, direction }) => `${direction} ${policy.namespace}`)
    for (const placed of groups.values()) {
      if (placed.length < 2) continue
      const celled = placed.map((one) => ({ placed: one, cells: ruleCells(one.policy, one.direction, one.rule) }))
      yield* judge(
        context,
        celled.filter(({ cells }) => cells.length > 0),
      )
    }
  },
}
