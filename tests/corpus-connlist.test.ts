// The engine against the connection lists of another analyser (np-guard's netpol-analyzer), on its own manifests.
// The corpus lies beside the repository, or where MOAT_CORPUS says.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readInput } from '../src/cli/input/read-input.ts'
import { formatDiagnostic, hasErrors } from '../src/diag/diagnostic.ts'
import { createEngine } from '../src/engine/engine.ts'
import { CILIUM } from '../src/engine/profile.ts'
import { parse } from '../src/parse/parse.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import { compareConnlist } from './support/connlist.ts'

const root = resolve(import.meta.dirname, '..')
const places = [process.env['MOAT_CORPUS'], '../shared/corpus/np-guard', '../../shared/corpus/np-guard']
const corpus = places
  .map((place) => resolve(root, place ?? 'none'))
  .find((place) => existsSync(join(place, 'index.json')))

interface Entry {
  readonly input: string
  readonly tags: readonly string[]
  readonly expected: { readonly connlist?: string }
}

const { cases } = corpus
  ? (JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as { cases: readonly Entry[] })
  : { cases: [] }
/** NetworkPolicy alone: the admin APIs, Ingress and Route are not read yet. */
const entries = cases.filter(({ tags }) => tags.every((tag) => tag === 'np'))

/** Inputs that the API server refuses and that analyser reads, and what makes them valid. */
const MENDED: readonly { readonly input: RegExp; readonly why: string; readonly mend: (text: string) => string }[] = [
  {
    input: /labels_gap/,
    why: 'underscores in the name of a policy, owners without a kind',
    mend: (text) =>
      text
        .replaceAll(/(?<=^ +name: *)\S*_\S*/gm, (name) => name.replaceAll('_', '-'))
        .replaceAll(/- name: (\S+)(\s+)controller:/g, '- name: $1$2kind: Pod$2controller:'),
  },
  {
    input: /netpol_named_port_test/,
    why: 'the field `containerport`, which the API server does not know (S47)',
    mend: (text) => text.replaceAll('containerport', 'containerPort'),
  },
]

/** In the conventions of that analyser a pod on the host network is like any other, and an ipBlock never matches a pod. */
function inItsConventions(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    pods: snapshot.pods.map((pod) => ({ ...pod, hostNetwork: false })),
    workloads: snapshot.workloads.map((one) => ({ ...one, template: { ...one.template, hostNetwork: false } })),
  }
}

function differencesOf({ input, expected }: Entry): { pairs: number; differences: readonly string[] } {
  const mend = MENDED.find((one) => one.input.test(input))?.mend ?? ((text: string) => text)
  const { sources } = readInput([join(corpus as string, input)])
  const { snapshot, diagnostics } = parse(sources.map((file) => ({ ...file, text: mend(file.text) })))
  if (hasErrors(diagnostics)) throw new Error(diagnostics.map(formatDiagnostic).join('\n'))
  const asThey = inItsConventions(snapshot)
  const file = { corpus: corpus as string, connlist: expected.connlist as string }
  const { pairs, differences } = compareConnlist(createEngine(asThey, CILIUM), asThey, file)
  return { pairs, differences: differences.map(({ pair, theirs, ours }) => `${pair}: corpus ${theirs}, ours ${ours}`) }
}

describe('the np-guard corpus', () => {
  it.skipIf(!corpus)(
    'has cases of NetworkPolicies alone [needs the corpus beside the repository, or MOAT_CORPUS]',
    () => {
      expect(entries.length).toBeGreaterThanOrEqual(20)
    },
  )

  it.each(entries)('$input: every connection is as that analyser lists it', (entry) => {
    const { pairs, differences } = differencesOf(entry)
    expect(pairs).toBeGreaterThan(0)
    expect(differences).toEqual([])
  })
})
