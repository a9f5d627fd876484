// Our explanations against those of another analyser (np-guard's netpol-analyzer), on its own manifests: the verdict of
// every part of every pair, and the policies that decide it in each direction.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readInput } from '../src/cli/input/read-input.ts'
import { formatDiagnostic } from '../src/diag/diagnostic.ts'
import { parse } from '../src/parse/parse.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import { corpusFolder } from './support/corpus.ts'
import { compareExplanation, readExplanation } from './support/corpus-explain.ts'
import { type CorpusRow, corpusTable, expectPart } from './support/corpus-page.ts'

const corpus = corpusFolder()

interface Entry {
  readonly input: string
  readonly expected: { readonly explain?: string }
}

const { cases } = corpus
  ? (JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as { cases: readonly Entry[] })
  : { cases: [] }
const entries = cases.filter(({ expected }) => expected.explain !== undefined)

/** In the conventions of that analyser a pod on the host network is like any other. */
function inItsConventions(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    pods: snapshot.pods.map((pod) => ({ ...pod, hostNetwork: false })),
    workloads: snapshot.workloads.map((one) => ({ ...one, template: { ...one.template, hostNetwork: false } })),
  }
}

const HOST_NETWORK = 'pods on the host network are like any other there; policies do not hold for them (S33)'

const rows: CorpusRow[] = []

describe('the explanations of the np-guard corpus', () => {
  it.skipIf(!corpus)('are six [needs the corpus beside the repository, or MOAT_CORPUS]', () => {
    expect(entries).toHaveLength(6)
  })

  it.for(entries)('$input: same verdicts by the same policies', ({ input, expected }) => {
    const { sources } = readInput([join(corpus as string, input)])
    const { snapshot, diagnostics } = parse(sources)
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic)).toEqual([])
    const parts = readExplanation(corpus as string, expected.explain as string)
    const { compared, skipped, differences } = compareExplanation(inItsConventions(snapshot), parts)
    // Ways in through an Ingress or Route come from a controller that is no pod of the input.
    const isController = (pair: string): boolean => pair.includes('{ingress-controller}')
    expect(skipped.filter((pair) => !isController(pair))).toEqual([])
    expect(compared).toBe(parts.filter(({ from, to }) => !isController(`${from} ${to}`)).length)
    expect(compared).toBeGreaterThan(3)
    expect(differences).toEqual([])
    // As it is, without that convention, whatever differs differs for that reason.
    const asItIs = compareExplanation(snapshot, parts).differences.length
    rows.push({
      input: input.replace(/^input\//, ''),
      compared,
      differences: new Map(asItIs > 0 ? [[HOST_NETWORK, asItIs]] : []),
    })
  })

  it.skipIf(!corpus)('stand in docs/corpus.md as they are [needs the corpus]', () => {
    expect(rows.length).toBeGreaterThan(0)
    expectPart('explain', corpusTable(rows))
  })
})
