// Our diffs against those of another analyser (np-guard's netpol-analyzer), on its own manifests; every difference with its reason.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readInput } from '../src/cli/input/read-input.ts'
import { formatDiagnostic } from '../src/diag/diagnostic.ts'
import { CILIUM, type Profile, SPEC } from '../src/engine/profile.ts'
import { parse } from '../src/parse/parse.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import { bothAnswers, type Changed, readLines } from './support/corpus-diff.ts'
import { type CorpusRow, corpusTable, expectPart } from './support/corpus-page.ts'
import { corpusFolder } from './support/corpus.ts'

const corpus = corpusFolder()

interface Entry {
  readonly before: string
  readonly after: string
  readonly expected: string
}

const { diffs } = corpus
  ? (JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as { diffs: readonly Entry[] })
  : { diffs: [] }

/** Inputs that an API server refuses and that analyser reads, and what is made of them. */
const MENDED: readonly { readonly input: RegExp; readonly code: string; readonly why: string }[] = [
  {
    input: /added-workloads/,
    code: 'duplicate-object',
    why: 'mended: a Service is given twice, of which the first is taken',
  },
]

function read(input: string): Snapshot {
  const { sources } = readInput([join(corpus as string, input)])
  // Answers of that analyser lie among its manifests.
  const { snapshot, diagnostics } = parse(sources.filter(({ name }) => !name.endsWith('_output.json')))
  const wrong = diagnostics.filter(
    ({ severity, code }) => severity === 'error' && !MENDED.some((one) => one.code === code && one.input.test(input)),
  )
  if (wrong.length > 0) throw new Error(wrong.map(formatDiagnostic).join('\n'))
  return snapshot
}

/** That analyser takes pods on the host network for pods like any other. */
function onPodNetwork(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    pods: snapshot.pods.map((pod) => ({ ...pod, hostNetwork: false })),
    workloads: snapshot.workloads.map((one) => ({ ...one, template: { ...one.template, hostNetwork: false } })),
  }
}

/** Readings one step further from ours. The first that agrees names the reason. */
const STEPS: readonly { readonly reason: string; readonly as: (s: Snapshot) => Snapshot; readonly profile: Profile }[] =
  [
    {
      reason: 'an ipBlock never matches a pod there; by the API text it is left open (S22)',
      as: (s) => s,
      profile: CILIUM,
    },
    {
      reason: 'pods on the host network are like any other there; policies do not hold for them (S33)',
      as: onPodNetwork,
      profile: CILIUM,
    },
  ]

const INGRESS = 'ways in through an Ingress or Route are in `moat map`; here the pods that they lead to are compared'

function differing(theirs: Changed, ours: Changed): string[] {
  const keys = [...new Set([...theirs.keys(), ...ours.keys()])].sort()
  return keys.filter((key) => theirs.get(key) !== ours.get(key))
}

function rowOf({ before, after, expected }: Entry): CorpusRow {
  const pair = [read(before), read(after)] as const
  const lines = readLines(join(corpus as string, expected))
  const { theirs, ours } = bothAnswers(pair, lines, SPEC)
  const steps = STEPS.map(({ reason, as, profile }) => {
    const answers = bothAnswers([as(pair[0]), as(pair[1])], lines, profile)
    return { reason, left: new Set(differing(answers.theirs, answers.ours)) }
  })
  const differences = new Map<string, number>()
  for (const key of differing(theirs, ours)) {
    const reason = key.includes('{ingress-controller}') ? INGRESS : steps.find(({ left }) => !left.has(key))?.reason
    if (reason === undefined) {
      throw new Error(`${expected}: ${key}: corpus ${theirs.get(key)}, ours ${ours.get(key)}, and no reason is known`)
    }
    differences.set(reason, (differences.get(reason) ?? 0) + 1)
  }
  const note = MENDED.find(({ input }) => input.test(before) || input.test(after))?.why
  return {
    input: `${basename(before)} → ${basename(after)}`,
    compared: new Set([...theirs.keys(), ...ours.keys()]).size,
    differences,
    ...(note !== undefined && { note }),
  }
}

describe('the diffs of the np-guard corpus', () => {
  it.skipIf(!corpus)(
    'are eleven, and every difference has its reason [needs the corpus beside the repository, or MOAT_CORPUS]',
    () => {
      expect(diffs).toHaveLength(11)
      expectPart('diff', corpusTable(diffs.map(rowOf)))
    },
  )
})
