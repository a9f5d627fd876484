// Increments: what is applied to the old ruleset gives the new one, and connections are looked at again when they must be.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyNft, type Kernel } from '../../tests/support/nft-memory.ts'
import { randomlyEdited, randomSnapshot } from '../../tests/support/random-snapshots.ts'
import { block, own, pod, policy, ports, rule, snapshot } from '../../tests/support/snapshots.ts'
import type { Snapshot } from '../policy/snapshot.ts'
import { compileRuleset } from './compile.ts'
import { increment } from './increment.ts'
import { interpret } from './interpret.ts'
import { printRuleset } from './print.ts'
import type { Ruleset } from './ruleset.ts'

const pods = [pod('a/x', 1), pod('a/y', 2), pod('a/z', 3)]
const base = snapshot({
  pods,
  networkPolicies: [policy('a/in', { app: 'x' }, { ingress: [rule([own({ app: 'y' })], ports('TCP/80'))] })],
})

function step(next: Partial<Snapshot>, from: Snapshot = base) {
  return increment(compileRuleset(from, { generation: 5 }), compileRuleset({ ...from, ...next }))
}

describe('an increment', () => {
  it('is empty when nothing changes', () => {
    expect(step({})).toMatchObject({ text: '', cuts: false, ruleset: { generation: 5 } })
  })

  it('takes a pod into the sets that its labels belong to, and no more', () => {
    const { text, cuts } = step({ pods: [...pods, pod('a/w', 4, { labels: { app: 'y' } })] })
    expect(cuts).toBe(false)
    expect(text.split('\n').filter((line) => line !== '')).toEqual([
      expect.stringMatching(/^add element inet moat pods4\/a\/app\.y-\w+ \{ 10\.244\.0\.4 \}$/),
      expect.stringMatching(/^add element inet moat pods6\/a\/app\.y-\w+ \{ fd00:244::4 \}$/),
      'add element inet moat self4 { 10.244.0.4 . 10.244.0.4 }',
      'add element inet moat self6 { fd00:244::4 . fd00:244::4 }',
    ])
  })

  it.each<[string, Partial<Snapshot>, boolean]>([
    [
      'a policy that isolates another pod',
      { networkPolicies: [...base.networkPolicies, policy('a/all', {}, { ingress: [] })] },
      true,
    ],
    ['a rule fewer', { networkPolicies: [policy('a/in', { app: 'x' }, { ingress: [] })] }, true],
    [
      'a narrower port',
      { networkPolicies: [policy('a/in', { app: 'x' }, { ingress: [rule([own({ app: 'y' })], ports('TCP/81'))] })] },
      true,
    ],
    [
      'a direction more',
      {
        networkPolicies: [
          policy('a/in', { app: 'x' }, { ingress: [rule([own({ app: 'y' })], ports('TCP/80'))], egress: [] }),
        ],
      },
      true,
    ],
    ['a caller relabelled', { pods: [pods[0]!, pod('a/y', 2, { labels: {} }), pods[2]!] }, true],
    ['a caller gone', { pods: [pods[0]!, pods[2]!] }, true],
    [
      'a rule more',
      {
        networkPolicies: [
          policy(
            'a/in',
            { app: 'x' },
            { ingress: [rule([own({ app: 'y' })], ports('TCP/80')), rule([block('192.0.2.0/24')])] },
          ),
        ],
      },
      false,
    ],
    [
      'a policy more beside another',
      { networkPolicies: [...base.networkPolicies, policy('a/in-2', { app: 'x' }, { ingress: [rule('any')] })] },
      false,
    ],
    ['no policy left', { networkPolicies: [] }, false],
    ['a caller more', { pods: [...pods, pod('a/w', 4, { labels: { app: 'y' } })] }, false],
  ])('looks at live connections again only when something may be taken away: %s', (_, next, cuts) => {
    const made = step(next)
    expect(made.cuts).toBe(cuts)
    expect(made.ruleset.generation).toBe(cuts ? 6 : 5)
    expect(made.text.includes('0x00000006')).toBe(cuts)
  })

  it('that changes how denials are met rewrites only that', () => {
    const { text } = increment(compileRuleset(base), compileRuleset(base, { denial: 'reject' }))
    expect(text).not.toContain('pods4/')
    expect(text).toContain('reject with tcp reset')
  })
})

/** Verdicts of many new connections, to compare two rulesets by what they do. */
function verdicts({ table }: Ruleset, { pods }: Snapshot): string {
  const ends = pods.flatMap(({ addresses }) => addresses)
  return ends
    .flatMap((source) =>
      ends.filter(({ family }) => family === source.family).map((destination) => [source, destination] as const),
    )
    .flatMap(([source, destination]) =>
      [80, 8080].map((port) => interpret(table, { source, destination, protocol: 'TCP', port }).verdict),
    )
    .join()
}

describe('increments one after the other', () => {
  it('lead to the same tables as loading each ruleset afresh, and never keep a connection that is newly denied', () => {
    const seen = { cut: 0, kept: 0, empty: 0 }
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, logAccepts) => {
        let snapshot = randomSnapshot(seed, { clusterPolicies: seed % 2 === 0 ? 4 : 0 })
        let inForce = compileRuleset(snapshot, { logAccepts })
        const kernel: Kernel = new Map()
        applyNft(kernel, printRuleset(inForce))
        for (let i = 0; i < 4; i++) {
          const before = verdicts(inForce, snapshot)
          const pods = snapshot.pods
          snapshot = randomlyEdited(snapshot, seed + i)
          const made = increment(inForce, compileRuleset(snapshot, { logAccepts }))
          applyNft(kernel, made.text)
          expect(kernel.get('moat')).toEqual(made.ruleset.table)
          const fresh = compileRuleset(snapshot, { logAccepts, generation: made.ruleset.generation })
          expect(made.ruleset).toEqual(fresh)
          const taken = verdicts(made.ruleset, { ...snapshot, pods }).split(',')
          const loses = before.split(',').some((verdict, at) => verdict === 'accept' && taken[at] !== 'accept')
          expect({ loses, cuts: made.cuts }).not.toEqual({ loses: true, cuts: false })
          if (made.text === '') seen.empty++
          else if (made.cuts) seen.cut++
          else seen.kept++
          inForce = made.ruleset
        }
      }),
      { numRuns: 60 },
    )
    expect(Math.min(seen.cut, seen.kept)).toBeGreaterThan(3)
  })
})
