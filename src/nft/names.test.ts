// Names of chains and sets: readable, apart, and the same for the same snapshot.
import { describe, expect, it } from 'vitest'
import { address, labelled, own, pod, policy, ports, rule, snapshot } from '../../tests/support/snapshots.ts'
import type { Snapshot } from '../policy/snapshot.ts'
import { compileRuleset } from './compile.ts'
import { interpret } from './interpret.ts'
import { policyChain } from './names.ts'

const pods = [pod('ai-models/slm', 1), pod('ai-models/api', 2), pod('ai-models/stranger', 3), pod('web/api', 4)]

function world(parts: Partial<Snapshot>): Snapshot {
  return snapshot({ pods, ...parts })
}

describe('names', () => {
  it('show policies, pods and selectors, and depend on nothing but the snapshot', () => {
    const one = policy(
      'ai-models/in',
      { app: 'slm' },
      { ingress: [rule([own({ app: 'api' })], ports('TCP/80', 'TCP/443'))] },
    )
    const two = policy('web/in', {}, { ingress: [rule([{ kind: 'pods', namespaces: labelled(), pods: labelled() }])] })
    const forward = compileRuleset(world({ networkPolicies: [one, two] })).table
    const reverse = compileRuleset(world({ networkPolicies: [two, one], pods: [...pods].reverse() })).table
    expect(reverse).toEqual(forward)
    expect([...forward.chains.keys()]).toEqual(
      expect.arrayContaining(['ingress/ai-models/in', 'pod-ingress/ai-models/slm']),
    )
    expect([...forward.sets.keys()]).toEqual(expect.arrayContaining(['ports/80.443']))
    expect([...forward.sets.keys()].some((name) => name.startsWith('pods4/ai-models/app.api-'))).toBe(true)
  })

  it('are the same whatever the order in which a selector is written', () => {
    const labels = Object.entries({ app: 'x', tier: 'x', env: 'x' })
    const peers = [labels, labels.toReversed()].map((some) => own(Object.fromEntries(some)))
    const { table } = compileRuleset(
      world({ networkPolicies: [policy('ai-models/in', {}, { ingress: [rule(peers)] })] }),
    )
    expect([...table.sets.keys()].filter((name) => name.startsWith('pods4/'))).toHaveLength(1)
  })

  it('stay apart where shortening or a foreign letter makes them alike', () => {
    const long = 'x'.repeat(300)
    const chains = [`${long}a`, `${long}b`, long.slice(0, 125), 'a b', 'a.b', 'a?b'].map((name) =>
      policyChain('egress', name),
    )
    expect(new Set(chains).size).toBe(6)
    expect(chains.every((name) => /^[a-z][\w./-]{0,126}$/.test(name))).toBe(true)
  })

  it('keep two policies of one name apart', () => {
    const twice = [
      policy('ai-models/in', { app: 'slm' }, { ingress: [rule([own({ app: 'api' })])] }),
      policy('ai-models/in', { app: 'slm' }, { ingress: [rule([own({ app: 'stranger' })])] }),
    ]
    const { table } = compileRuleset(world({ networkPolicies: twice }))
    const verdicts = [2, 3, 4].map((from) => {
      const source = address(`10.244.0.${from}`)
      return interpret(table, { source, destination: address('10.244.0.1'), protocol: 'TCP', port: 1 }).verdict
    })
    expect(verdicts).toEqual(['accept', 'accept', 'drop'])
  })
})
