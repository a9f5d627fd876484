// Versions of admin policies in between: all edits make the later one, none the earlier one, and the order of rules is kept.
import { describe, expect, it } from 'vitest'
import type { ClusterNetworkPolicy, ClusterRule } from '../../policy/cluster-network-policy.ts'
import { draftClusterPolicy } from './draft-cluster-policy.ts'
import { meaning } from './edit.ts'

const EVERYONE = { namespaces: { requirements: [] }, pods: { requirements: [] } }

function rule(name: string, action: ClusterRule['action'] = 'Accept'): ClusterRule {
  return { name, action, peers: [{ kind: 'pods', ...EVERYONE }], ports: 'any' }
}

function policy(names: readonly string[], more: Partial<ClusterNetworkPolicy> = {}): ClusterNetworkPolicy {
  const ingress = names.map((name) => rule(name.toLowerCase(), name === name.toUpperCase() ? 'Deny' : 'Accept'))
  return {
    kind: 'ClusterNetworkPolicy',
    name: 'p',
    tier: 'admin',
    priority: 1,
    subject: EVERYONE,
    ingress,
    egress: [],
    ...more,
  }
}

function kinds(before: readonly string[], after: readonly string[]): string[] {
  return draftClusterPolicy({ before: policy(before), after: policy(after) }).edits.map(
    ({ kind, rule }) => `${kind} ${rule}`,
  )
}

describe('two versions of an admin policy', () => {
  it('differ by rules that came, went and changed where they stand', () => {
    expect(kinds(['a', 'b', 'c'], ['a', 'x', 'b', 'c'])).toEqual(['rule-added 1'])
    expect(kinds(['a', 'b', 'c'], ['a', 'c'])).toEqual(['rule-removed 1'])
    expect(kinds(['a', 'b', 'c'], ['a', 'B', 'c'])).toEqual(['rule-changed 1'])
    expect(kinds(['a', 'b'], ['b', 'a'])).toHaveLength(2)
    expect(kinds(['a', 'b'], ['a', 'b'])).toEqual([])
  })

  it('are what all edits and no edit make', () => {
    const lists = ['', 'a', 'ab', 'ba', 'abc', 'aBc', 'xaby', 'cba', 'bxc'].map((text) => text.split(''))
    for (const one of lists) {
      for (const other of lists) {
        const [before, after] = [policy(one), policy(other, { priority: 2 })]
        const { edits, build } = draftClusterPolicy({ before, after })
        expect(meaning(build(new Set(edits)))).toBe(meaning(after))
        expect(meaning(build(new Set()))).toBe(meaning(before))
        expect(edits.map(({ kind }) => kind)).toContain('order-changed')
      }
    }
  })

  it('of which one is missing are a policy that came or went', () => {
    const own = policy(['a'])
    const added = draftClusterPolicy({ before: undefined, after: own })
    expect(added.edits.map(({ kind }) => kind)).toEqual(['policy-added', 'rule-added'])
    expect(added.build(new Set())).toBeUndefined()
    expect(meaning(added.build(new Set(added.edits)))).toBe(meaning(own))
    const removed = draftClusterPolicy({ before: own, after: undefined })
    expect(removed.edits.map(({ kind }) => kind)).toEqual(['policy-removed', 'rule-removed'])
    expect(meaning(removed.build(new Set()))).toBe(meaning(own))
    expect(removed.build(new Set(removed.edits))).toBeUndefined()
  })

  it('say which rules are whose: a rule keeps its place beside those that did not change', () => {
    const [before, after] = [policy(['a', 'c']), policy(['a', 'b', 'c', 'd'])]
    const { edits, build } = draftClusterPolicy({ before, after })
    const [first] = edits
    if (!first) throw new Error('no edit was found')
    expect(build(new Set([first]))?.ingress.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })
})
