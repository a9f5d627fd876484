// Who decides one direction, tier by tier, from hand-made reasons of the engine.
import { describe, expect, it } from 'vitest'
import type { ClusterRuling } from '../engine/cluster-ruling.ts'
import type { DirectionReasons } from '../engine/engine.ts'
import type { Action, ClusterNetworkPolicy, ClusterRule, ClusterTier } from '../policy/cluster-network-policy.ts'
import type { NetworkPolicy, Rule } from '../policy/network-policy.ts'
import { EVERYTHING } from '../policy/selector.ts'
import { ALL_CONNECTIONS, connection } from '../sets/connection-set.ts'
import { directionAnswer } from './explain-direction.ts'

const CELL = connection('TCP', 80)

function ruling(tier: ClusterTier, action: Action, more: Partial<ClusterRuling> = {}): ClusterRuling {
  const rule: ClusterRule = { name: action, action, peers: [], ports: 'any' }
  const policy: ClusterNetworkPolicy = {
    kind: 'ClusterNetworkPolicy',
    name: tier,
    tier,
    priority: 0,
    subject: { namespaces: EVERYTHING, pods: EVERYTHING },
    ingress: [rule],
    egress: [],
  }
  return { policy, rule, index: 0, connections: ALL_CONNECTIONS, ...more }
}

const RULE: Rule = { peers: 'any', ports: 'any' }
const POLICY: NetworkPolicy = { namespace: 'a', name: 'p', subject: EVERYTHING, ingress: [RULE], egress: undefined }
const OTHER: NetworkPolicy = { ...POLICY, name: 'q', ingress: [] }

function decide(reasons: Partial<DirectionReasons>): readonly string[] {
  const none = { direction: 'ingress', admin: [], isolatedBy: [], admittedBy: [], baseline: [] } as const
  const { decision, steps } = directionAnswer({ ...none, ...reasons }, CELL)
  return [
    decision,
    ...steps.map((step) => (step.kind === 'cluster-rule' ? `${step.policy.name} ${step.action}` : step.kind)),
  ]
}

const ADMITTED = { policy: POLICY, direction: 'ingress', rule: RULE, index: 0, connections: ALL_CONNECTIONS } as const

describe('the tiers', () => {
  it('end at the first rule of the admin tier that accepts or denies surely', () => {
    const admin = [ruling('admin', 'Deny'), ruling('admin', 'Accept')]
    expect(decide({ admin, isolatedBy: [POLICY], admittedBy: [ADMITTED] })).toEqual(['denies', 'admin Deny'])
    expect(decide({ admin: admin.toReversed(), isolatedBy: [OTHER] })).toEqual(['accepts', 'admin Accept'])
  })

  it('leave what is passed on to the policies, and skip the rest of the tier', () => {
    const admin = [ruling('admin', 'Pass'), ruling('admin', 'Deny')]
    expect(decide({ admin, isolatedBy: [POLICY], admittedBy: [ADMITTED] })).toEqual([
      'accepts',
      'admin Pass',
      'admission',
    ])
    expect(decide({ admin, isolatedBy: [OTHER] })).toEqual(['denies', 'admin Pass', 'isolation'])
    expect(decide({ admin, baseline: [ruling('baseline', 'Deny')] })).toEqual(['denies', 'admin Pass', 'baseline Deny'])
    expect(decide({ admin })).toEqual(['accepts', 'admin Pass', 'default'])
  })

  it('pay no heed to rules about other ports', () => {
    const admin = [ruling('admin', 'Deny', { connections: connection('UDP', 80) })]
    expect(decide({ admin })).toEqual(['accepts', 'default'])
  })

  it('reach the baseline only where no policy isolates', () => {
    const baseline = [ruling('baseline', 'Accept')]
    expect(decide({ isolatedBy: [OTHER], baseline })).toEqual(['denies', 'isolation'])
    expect(decide({ baseline: [ruling('baseline', 'Pass'), ...baseline] })).toEqual([
      'accepts',
      'baseline Pass',
      'default',
    ])
  })

  it('leave it open where a rule that may not match says other than those behind it', () => {
    const admin = [ruling('admin', 'Deny', { reason: 'namespace-labels-unknown' })]
    expect(decide({ admin })).toEqual(['depends', 'admin Deny', 'default'])
    expect(decide({ admin, isolatedBy: [OTHER] })).toEqual(['denies', 'admin Deny', 'isolation'])
    const perhaps = { ...ADMITTED, reason: 'pod-address-unknown' } as const
    expect(decide({ isolatedBy: [POLICY], admittedBy: [perhaps] })).toEqual(['depends', 'admission', 'isolation'])
    expect(decide({ isolatedBy: [POLICY], admittedBy: [perhaps, ADMITTED] })).toEqual(['accepts', 'admission'])
  })

  it('end where policies of one priority disagree: one of them decides, whichever it is', () => {
    const tie = { reason: 'priority-tie' } as const
    const admin = [ruling('admin', 'Accept', tie), ruling('admin', 'Deny', tie)]
    expect(decide({ admin, isolatedBy: [OTHER] })).toEqual(['depends', 'admin Accept', 'admin Deny'])
    const passing = [ruling('admin', 'Deny', tie), ruling('admin', 'Pass', tie)]
    expect(decide({ admin: passing, isolatedBy: [OTHER] })).toEqual(['denies', 'admin Deny', 'admin Pass', 'isolation'])
  })

  it('are open where the source may be on the own node of a pod that they would close', () => {
    const { decision, steps } = directionAnswer(
      { direction: 'ingress', admin: [], isolatedBy: [OTHER], admittedBy: [], baseline: [] },
      CELL,
      { beside: false, ownNode: true },
    )
    expect(decision).toBe('depends')
    expect(steps).toEqual([
      { kind: 'ungoverned', why: 'own-node', reason: 'own-node' },
      { kind: 'isolation', policies: [OTHER], perhaps: false },
    ])
  })

  it('say with each step why it is not sure, and nothing where it is', () => {
    const perhaps = { ...ADMITTED, reason: 'pod-address-unknown' } as const
    const sure = ruling('admin', 'Pass')
    const answer = directionAnswer(
      { direction: 'ingress', admin: [sure], isolatedBy: [POLICY], admittedBy: [perhaps], baseline: [] },
      CELL,
    )
    const { policy, rule } = sure
    expect(answer).toEqual({
      direction: 'ingress',
      decision: 'depends',
      isolatedBy: [POLICY],
      nearMisses: [],
      remarks: [],
      steps: [
        { kind: 'cluster-rule', policy, rule, index: 0, action: 'Pass' },
        { kind: 'admission', policy: POLICY, rule: RULE, index: 0, reason: 'pod-address-unknown' },
        { kind: 'isolation', policies: [POLICY], perhaps: true },
      ],
    })
    const open = { direction: 'ingress', admin: [], isolatedBy: [], admittedBy: [], baseline: [] } as const
    expect(directionAnswer(open, CELL).steps).toEqual([{ kind: 'default', beside: false }])
  })

  it('do not speak of what is ungoverned', () => {
    expect(decide({ ungoverned: 'outside' })).toEqual(['accepts', 'ungoverned'])
  })
})
