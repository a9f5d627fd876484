// The rules of the admin APIs in the order that they are asked, as sets.
import type { Action, ClusterNetworkPolicy, ClusterRule, ClusterTier } from '../../policy/cluster-network-policy.ts'
import type { Direction } from '../../policy/network-policy.ts'
import { type Cell, type Region, subtractRegions } from '../region.ts'
import { cellsMeet } from './cover.ts'
import { clusterCells, effectOf, matchesMore } from './rule-cells.ts'

export interface PlacedClusterRule {
  readonly policy: ClusterNetworkPolicy
  readonly direction: Direction
  readonly index: number
  readonly rule: ClusterRule
  /** What it does: one that denies or passes by something of a newer API denies everything. */
  readonly action: Action
  readonly cells: readonly Cell[]
  /** It may match more than its cells: nodes, names outside. */
  readonly isPart: boolean
}

/** Of one tier and direction, by priority, then as in the input; of equal priorities the order is not defined. */
export function orderedRules(
  policies: readonly ClusterNetworkPolicy[],
  tier: ClusterTier,
  direction: Direction,
): PlacedClusterRule[] {
  return policies
    .filter((policy) => policy.tier === tier)
    .toSorted((a, b) => a.priority - b.priority)
    .flatMap((policy) =>
      policy[direction].map((rule, index) => ({
        policy,
        direction,
        index,
        rule,
        action: effectOf(rule),
        cells: clusterCells(policy, direction, rule),
        isPart: matchesMore(rule),
      })),
    )
}

/** More pieces than this and the question is given up. */
const MOST_PIECES = 300

/** What the admin tier does with connections that a NetworkPolicy speaks of. */
export interface Decided {
  /** Nothing is left for NetworkPolicies: every connection is accepted or denied before. */
  readonly isWhole: boolean
  readonly accepting: readonly PlacedClusterRule[]
  readonly denying: readonly PlacedClusterRule[]
}

function meets(region: Region, { cells }: PlacedClusterRule): boolean {
  return region.some((cell) => cells.some((other) => cellsMeet(cell, other)))
}

/**
 * Asks the rules in order which of the connections they decide; a Pass hands its part on for good. Where several
 * policies have one priority, any of them may come first: what one of them could pass on counts as passed on.
 */
export function decidedBy(rules: readonly PlacedClusterRule[], region: Region): Decided {
  let rest = region
  let handedOn = false
  const accepting: PlacedClusterRule[] = []
  const denying: PlacedClusterRule[] = []
  for (const same of Map.groupBy(rules, ({ policy }) => policy.priority).values()) {
    const isTie = same.some(({ policy }) => policy !== same[0]?.policy)
    const atFirst = rest
    for (const placed of same) {
      if (rest.length > MOST_PIECES) return { isWhole: false, accepting, denying }
      const { action, isPart } = placed
      // What a rule may match besides its cells is handed on too.
      if (action === 'Pass' && (isPart || meets(isTie ? atFirst : rest, placed))) handedOn = true
      if (action !== 'Pass' && meets(rest, placed)) (action === 'Accept' ? accepting : denying).push(placed)
      rest = subtractRegions(rest, placed.cells)
    }
  }
  return { isWhole: rest.length === 0 && !handedOn, accepting, denying }
}

/** `rule 2 (deny-metadata) of ClusterNetworkPolicy base`. */
export function clusterRuleWords({ policy, direction, index, rule }: PlacedClusterRule): string {
  const name = rule.name === '' ? '' : ` (${rule.name})`
  return `\`spec.${direction}[${index}]\`${name} of ${policy.kind} ${policy.name}`
}
