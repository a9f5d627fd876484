// What is redundant, over all pods that could exist; and what may be removed without asking.
import { describe, expect, it } from 'vitest'
import { sound } from '../../../../tests/support/manifests.ts'
import { policiesInForce } from '../../../intent/policies-in-force.ts'
import { lint } from '../lint.ts'
import type { Finding } from '../rule.ts'
import { redundantRule } from './redundant-rule.ts'

function found(...policies: readonly (readonly [string, string])[]): Finding[] {
  const text = policies
    .map(
      ([selector, ingress], nth) =>
        `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p${nth}, namespace: shop}\nspec:\n  podSelector: ${selector}\n  policyTypes: [Ingress]\n  ingress:\n${ingress}`,
    )
    .join('\n---\n')
  return lint(policiesInForce(sound(text)), { rules: [redundantRule] })
}

const from = (peer: string, port: string) => `  - from: [${peer}]\n    ports: [{${port}}]`
const APP = '{podSelector: {matchLabels: {app: a}}}'

describe('a rule within another', () => {
  it('is told without a fix where the other lets more through: that one may be the mistake', () => {
    const [finding, ...others] = found(['{}', `${from(APP, 'port: 80')}\n  - ports: [{port: 80}]`])
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'redundant-rule', severity: 'note' })
    expect(finding?.fix).toBeUndefined()
    expect(finding?.notes?.map(({ message }) => message)).toEqual(['by `spec.ingress[1]` of NetworkPolicy shop/p0'])
  })

  it('of another policy counts where that policy selects all of its pods', () => {
    const wide = from('{namespaceSelector: {}}', 'port: 80')
    expect(found(['{}', wide], ['{matchLabels: {x: z}}', from(APP, 'port: 80')])).toHaveLength(1)
    expect(found(['{matchLabels: {x: z}}', wide], ['{}', from(APP, 'port: 80')])).toEqual([])
  })

  it('may be covered by several that none covers alone', () => {
    const split = (operator: string) =>
      from(`{podSelector: {matchExpressions: [{key: t, operator: ${operator}, values: [v]}]}}`, 'port: 80')
    expect(found(['{}', [split('In'), split('NotIn'), from(APP, 'port: 80')].join('\n')])).toHaveLength(1)
  })

  it('is no case where ports, names or kinds of peers differ', () => {
    const rules = [from(APP, 'port: 80'), from(APP, 'port: http'), from(APP, 'port: 80, protocol: UDP')]
    const block = from('{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: "::/0"}}', 'port: 80')
    expect(found(['{}', [...rules, block].join('\n')])).toEqual([])
  })

  it('by port name lies within a rule for the whole protocol', () => {
    expect(found(['{}', [from(APP, 'protocol: TCP'), from(APP, 'port: http')].join('\n')])).toHaveLength(1)
  })
})
