// Moats put around workloads of the np-guard corpus as it stands: every refutation that comes out is confirmed by the
// engine (`prove` throws where it is not), and nothing there is too hard.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prove } from '../src/analysis/prove.ts'
import { readInput } from '../src/cli/input/read-input.ts'
import { CONFORMANCE } from '../src/engine/profile.ts'
import { parse } from '../src/parse/parse.ts'
import type { Moat, PodTemplate, Snapshot } from '../src/policy/snapshot.ts'
import { corpusFolder } from './support/corpus.ts'
import { labelled, moat, tcp } from './support/moats.ts'

const corpus = corpusFolder()
const reason = corpus !== undefined && existsSync(corpus) ? '' : ' [skipped: the corpus is not beside the checkout]'

/** A Moat around the first pods that policies can see, as if they served a model on tcp/8080. */
function moatsOf(snapshot: Snapshot): Moat[] {
  const pods = [
    ...snapshot.workloads.map(({ namespace, template }): [string, PodTemplate] => [namespace, template]),
    ...snapshot.pods.map((pod): [string, PodTemplate] => [pod.namespace, pod]),
  ]
  return pods
    .filter(([, { hostNetwork }]) => !hostNetwork)
    .slice(0, 2)
    .map(([namespace, { labels }]) => ({
      ...moat({ model: { pods: labelled(Object.fromEntries(labels)), apiPort: tcp(8080) } }),
      namespace,
    }))
}

describe('proofs over the corpus', () => {
  it.skipIf(reason !== '')(`refute with witnesses that the engine confirms${reason}`, () => {
    const counts = { PROVEN: 0, REFUTED: 0, OUT_OF_SCOPE: 0 }
    const input = join(corpus ?? '', 'input')
    for (const folder of readdirSync(input)) {
      const { snapshot } = parse(readInput([join(input, folder)]).sources, { otherPolicies: 'warn' })
      for (const around of moatsOf(snapshot)) {
        const { claims } = prove(snapshot, around, CONFORMANCE)
        for (const { verdict, reason } of claims) {
          counts[verdict]++
          expect(reason ?? '').not.toContain('too many combinations')
        }
      }
    }
    expect(Math.min(counts.PROVEN, counts.REFUTED)).toBeGreaterThan(100)
  })
})
