// The admin and baseline tiers: what their rules let through, keep out, or hand on. The first rule that matches decides.
import type { DependsReason } from '../engine/reach.ts'
import type { ClusterNetworkPolicy } from '../policy/cluster-network-policy.ts'
import type { Direction } from '../policy/network-policy.ts'
import { deniesAll, matchRule, type RuleMatch } from './cluster-match.ts'
import type { Flow } from './flow.ts'
import { type Cell, intersectCells, subtractRegions } from './region.ts'
import { rulesOf, type Rank } from './tiers.ts'
import { BudgetSpent } from '../sets/label-set.ts'
import type { Ends, NamedPort, World } from './world.ts'

/** What becomes of a flow in one tier. */
interface Outcome {
  /** Let through by the tier. */
  readonly accepted: Flow[]
  /** Denied by the tier: perhaps only where names and reasons say so. */
  readonly denied: Cell[]
  /** Handed on by a Pass. */
  readonly passed: Flow[]
  /** No rule matches. */
  rest: Flow[]
}

function sameName(a: NamedPort, b: NamedPort): boolean {
  return a.name === b.name && a.protocol === b.protocol
}

function merged(a: readonly DependsReason[], b: readonly DependsReason[]): readonly DependsReason[] {
  return b.every((one) => a.includes(one)) ? a : [...new Set([...a, ...b])]
}

function withNames(a: readonly NamedPort[], b: readonly NamedPort[]): readonly NamedPort[] {
  const more = b.filter((one) => !a.some((other) => sameName(one, other)))
  return more.length === 0 ? a : [...a, ...more]
}

/** A pod cannot both declare a name for a port and not declare it. */
export function consistent(flow: Flow): Flow[] {
  return flow.without.some((one) => flow.names.some((other) => sameName(one, other))) ? [] : [flow]
}

/** The part of a flow that a match takes, under what it hangs on. */
function hit(flow: Flow, { cell, reasons, names }: RuleMatch): Flow[] {
  return consistent({
    ...flow,
    cell,
    reasons: merged(flow.reasons, reasons),
    names: withNames(flow.names, names),
  })
}

/**
 * The part of a flow inside a match for the case that it does not match after all: other names are declared, or the reasons turn
 * out so. `telling`: the reasons are to be kept, since going on is not what a match would have done.
 */
function missed(flow: Flow, { cell, reasons, names }: RuleMatch, telling: boolean): Flow[] {
  const undeclared = names.flatMap((name) => consistent({ ...flow, cell, without: withNames(flow.without, [name]) }))
  const open =
    reasons.length === 0 ? [] : [{ ...flow, cell, reasons: telling ? merged(flow.reasons, reasons) : flow.reasons }]
  return [...undeclared, ...open]
}

interface At {
  readonly direction: Direction
  readonly ends: Ends
}

/** What one policy makes of the flows. */
function policyOutcome(world: World, at: At & { policy: ClusterNetworkPolicy }, flows: readonly Flow[]): Outcome {
  const outcome: Outcome = { accepted: [], denied: [], passed: [], rest: [...flows] }
  for (const [index, rule] of rulesOf(at.policy, at.direction).entries()) {
    const action = deniesAll(rule) ? 'Deny' : rule.action
    const cause = { kind: 'cluster', policy: at.policy, rule, index } as const
    outcome.rest = outcome.rest.flatMap((flow) => {
      let parts: Flow[] = [flow]
      for (const match of matchRule(world, { ...at, rule }, flow)) {
        parts = parts.flatMap((part) => {
          const inside = intersectCells(part.cell, match.cell)
          if (!inside) return [part]
          if ((world.budget.steps -= 1) < 0) throw new BudgetSpent('too many combinations of labels')
          const taken = hit(part, { ...match, cell: inside })
          if (action === 'Accept') {
            for (const one of taken) outcome.accepted.push({ ...one, causes: { ...one.causes, [at.direction]: cause } })
          } else if (action === 'Pass') outcome.passed.push(...taken)
          else outcome.denied.push(...taken.map(({ cell }) => cell))
          const outside = subtractRegions([part.cell], [match.cell]).map((cell) => ({ ...part, cell }))
          return [...outside, ...missed(part, { ...match, cell: inside }, action !== 'Accept')]
        })
      }
      return parts
    })
    if (outcome.rest.length === 0) break
  }
  return outcome
}

/** Where others of the same rank decide otherwise, which of them comes first is undefined. */
function tied(flows: readonly Flow[], others: readonly Cell[]): Flow[] {
  return flows.flatMap((flow) => {
    const alone = subtractRegions([flow.cell], others).map((cell) => ({ ...flow, cell }))
    const shared = others.flatMap((other) => {
      const cell = intersectCells(flow.cell, other)
      return cell ? [{ ...flow, cell, reasons: merged(flow.reasons, ['priority-tie']) }] : []
    })
    return [...alone, ...shared]
  })
}

function cells(flows: readonly Flow[]): Cell[] {
  return flows.map(({ cell }) => cell)
}

/** What the policies of one rank make of the flows together. */
function rankOutcome(world: World, { rank, ...at }: At & { readonly rank: Rank }, flows: readonly Flow[]): Outcome {
  const [only, ...more] = rank
  if (only && more.length === 0) return policyOutcome(world, { ...at, policy: only }, flows)
  const each = rank.map((policy) => policyOutcome(world, { ...at, policy }, flows))
  const all: Outcome = { accepted: [], denied: [], passed: [], rest: [...flows] }
  for (const [index, one] of each.entries()) {
    const others = each.filter((_, other) => other !== index)
    const denied = others.flatMap((other) => other.denied)
    all.accepted.push(...tied(one.accepted, [...denied, ...others.flatMap((other) => cells(other.passed))]))
    all.passed.push(...tied(one.passed, [...denied, ...others.flatMap((other) => cells(other.accepted))]))
  }
  for (const policy of rank) all.rest = policyOutcome(world, { ...at, policy }, all.rest).rest
  return all
}

/** What a tier lets through; `behind` is what the tiers behind it make of what it hands on. Flows may overlap. */
export function* throughTier(
  world: World,
  at: At & { readonly ranks: readonly Rank[]; readonly behind: (flow: Flow) => Generator<Flow> },
  flow: Flow,
): Generator<Flow> {
  let rest: readonly Flow[] = [flow]
  for (const rank of at.ranks) {
    if (rest.length === 0) return
    const outcome = rankOutcome(world, { ...at, rank }, rest)
    yield* outcome.accepted
    for (const passed of outcome.passed) yield* at.behind(passed)
    rest = outcome.rest
  }
  for (const one of rest) yield* at.behind(one)
}
