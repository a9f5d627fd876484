// Who decides one direction for connections that no rule tells apart: tier by tier, until one decides surely.
import type { ClusterRuling } from '../engine/cluster-ruling.ts'
import type { DirectionReasons } from '../engine/engine.ts'
import type { DependsReason } from '../engine/reach.ts'
import { type ConnectionSet, intersectConnections, isEmpty } from '../sets/connection-set.ts'
import type { DirectionAnswer, Step } from './explanation.ts'

type Outcome = 'accepts' | 'denies'

/** Connections of a set on which a rule can make a difference. */
export function setsOf({ admin, admittedBy, baseline }: DirectionReasons): ConnectionSet[] {
  return [...admin, ...admittedBy, ...baseline].map(({ connections }) => connections)
}

interface Walk {
  readonly steps: Step[]
  readonly outcomes: Set<Outcome>
}

/** The rules of a tier that match; true when they surely decide. A Pass, sure or not, hands on to the tiers behind. */
function clusterTier(rulings: readonly ClusterRuling[], cell: ConnectionSet, walk: Walk): boolean {
  let [passed, settled] = [false, false]
  for (const { policy, rule, index, connections, reason } of rulings) {
    if (isEmpty(intersectConnections(connections, cell))) continue
    walk.steps.push({ kind: 'cluster-rule', policy, rule, index, action: rule.action, ...because(reason) })
    if (rule.action !== 'Pass') walk.outcomes.add(rule.action === 'Accept' ? 'accepts' : 'denies')
    passed ||= rule.action === 'Pass'
    // Policies of one priority that disagree leave open which of them decides, not that one does.
    settled ||= reason === undefined || reason === 'priority-tie'
    if (reason === undefined) break
  }
  return settled && !passed
}

function because(reason: DependsReason | undefined): { readonly reason?: DependsReason } {
  return reason === undefined ? {} : { reason }
}

/** What the policies that isolate the pod say; they decide everything (S29). */
function policyTier({ isolatedBy, admittedBy }: DirectionReasons, cell: ConnectionSet, walk: Walk): void {
  const matching = admittedBy.filter(({ connections }) => !isEmpty(intersectConnections(connections, cell)))
  const sure = matching.filter(({ reason }) => reason === undefined)
  for (const { policy, rule, index, reason } of sure.length > 0 ? sure : matching) {
    walk.steps.push({ kind: 'admission', policy, rule, index, ...because(reason) })
    walk.outcomes.add('accepts')
  }
  if (sure.length > 0) return
  walk.outcomes.add('denies')
  walk.steps.push({ kind: 'isolation', policies: isolatedBy, perhaps: matching.length > 0 })
}

export interface Circumstances {
  /** The input has policies of the admin APIs. */
  readonly beside: boolean
  /** S32: the source may be on the pod's own node, which always reaches it, and that makes the difference. */
  readonly ownNode: boolean
}

const ORDINARY: Circumstances = { beside: false, ownNode: false }

/** What decides, without near misses and remarks; `cell` lies in each of the reasons' sets or outside it. */
export function directionAnswer(
  reasons: DirectionReasons,
  cell: ConnectionSet,
  { beside, ownNode } = ORDINARY,
): DirectionAnswer {
  const walk: Walk = { steps: [], outcomes: new Set() }
  if (ownNode) {
    walk.steps.push({ kind: 'ungoverned', why: 'own-node', reason: 'own-node' })
    walk.outcomes.add('accepts')
  }
  if (reasons.ungoverned) {
    walk.steps.push({ kind: 'ungoverned', why: reasons.ungoverned })
    walk.outcomes.add('accepts')
  } else if (!clusterTier(reasons.admin, cell, walk)) {
    if (reasons.isolatedBy.length > 0) policyTier(reasons, cell, walk)
    else if (!clusterTier(reasons.baseline, cell, walk)) {
      walk.steps.push({ kind: 'default', beside })
      walk.outcomes.add('accepts')
    }
  }
  const [one] = walk.outcomes
  const decision = walk.outcomes.size > 1 ? 'depends' : (one as Outcome)
  const { direction, isolatedBy } = reasons
  return { direction, decision, steps: walk.steps, isolatedBy, nearMisses: [], remarks: [] }
}
