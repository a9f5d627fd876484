// The whole corpus: connection lists, with the ways in through routes, and exposure; every difference with its reason.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { readInput } from '../src/cli/input/read-input.ts'
import { type Diagnostic, hasErrors } from '../src/diag/diagnostic.ts'
import { mapOf, withExposure } from '../src/analysis/map/map.ts'
import { createEngine } from '../src/engine/engine.ts'
import { CILIUM, type Profile, SPEC } from '../src/engine/profile.ts'
import { parse } from '../src/parse/parse.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import { compareConnlist, type Difference } from './support/connlist.ts'
import { ourExposure, theirExposure } from './support/corpus-exposure.ts'
import { corpusFolder } from './support/corpus.ts'
import { type CorpusRow, corpusTable, expectPart } from './support/corpus-page.ts'

const corpus = corpusFolder()

interface Entry {
  readonly input: string
  readonly expected: { readonly connlist?: string; readonly exposure?: string }
}

const { cases: entries } = corpus
  ? (JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as { cases: readonly Entry[] })
  : { cases: [] }

/** Inputs that an API server refuses and that analyser reads, and what makes them valid. */
const MENDED: readonly { readonly input: RegExp; readonly why: string; readonly mend: (text: string) => string }[] = [
  {
    input: /labels_gap_with/,
    why: 'mended: `_` in names, owners without a kind, which an API server refuses',
    mend: (text) =>
      text
        .replaceAll(/(?<=^ +name: *)\S*_\S*/gm, (name) => name.replaceAll('_', '-'))
        .replaceAll(/- name: (\S+)(\s+)controller:/g, '- name: $1$2kind: Pod$2controller:'),
  },
  {
    input: /netpol_named_port_test/,
    why: 'mended: the field `containerport`, which an API server does not know (S47)',
    mend: (text) => text.replaceAll('containerport', 'containerPort'),
  },
  {
    input: /anp_test_(?:2_allow|ingress_egress)/,
    why: "mended: a Deployment whose selector does not match its pods' labels",
    mend: (text) => text.replace(/app: monitoring(\s+template:\s+metadata:\s+labels:\s+app: bar)/, 'app: bar$1'),
  },
  {
    input: /anp_test_(?:8|9|10|11|12)_swapping/,
    why: 'mended: `pods` of an admin policy with one selector, where an API server wants both',
    mend: withSelectors,
  },
  {
    input: /anp_test_named_ports_multiple_peers/,
    why: 'mended: a rule with the name of a port and with networks, made two',
    mend: (text) =>
      text.replace(
        /(- networks:\s+- [\d./]+\s+)- pods:/,
        '$1ports: [{portRange: {protocol: UDP, start: 5000, end: 6000}}, {portNumber: {protocol: TCP, port: 8080}}]\n  - action: Allow\n    to:\n    - pods:',
      ),
  },
  {
    input: /labels_gap_banp/,
    why: 'mended: `pods` of an admin policy with one selector, owners without a kind, which an API server refuses',
    mend: (text) =>
      withSelectors(text.replaceAll(/- name: (\S+)(\s+)controller:/g, '- name: $1$2kind: Pod$2controller:')),
  },
  {
    input: /one_ingress_multiple/,
    why: 'mended: two ports of a Service without names',
    mend: (text) => text.replaceAll(/- protocol: TCP(\s+)port: (\d+)/g, '- protocol: TCP$1name: p$2$1port: $2'),
  },
]

/** Adds the selectors that `pods` of an admin policy must have; a missing one is taken for an empty one there. */
function withSelectors(text: string): string {
  const lines = text.split('\n')
  return lines
    .flatMap((line, at) => {
      const start = /^(\s*(?:- )?)pods:\s*$/.exec(line)?.[1]?.length
      if (start === undefined) return [line]
      const rest = lines.slice(at + 1)
      const end = rest.findIndex((one) => one.trim() !== '' && one.search(/\S/) <= start)
      const block = end === -1 ? rest : rest.slice(0, end)
      const indent = block.find((one) => one.trim() !== '')?.search(/\S/) ?? start + 2
      const missing = ['namespaceSelector', 'podSelector'].filter(
        (name) => !block.some((one) => one.search(/\S/) === indent && one.trimStart().startsWith(`${name}:`)),
      )
      return [line, ...missing.map((name) => `${' '.repeat(indent)}${name}: {}`)]
    })
    .join('\n')
}

interface Read {
  readonly snapshot: Snapshot
  readonly errors: readonly Diagnostic[]
  readonly note?: string
}

function read(input: string): Read {
  const mended = MENDED.find((one) => one.input.test(input))
  const { sources } = readInput([join(corpus as string, input)])
  const texts = sources.map((file) => ({ ...file, text: mended ? mended.mend(file.text) : file.text }))
  const { snapshot, diagnostics } = parse(texts)
  return {
    snapshot,
    errors: diagnostics.filter(({ severity }) => severity === 'error'),
    ...(mended && { note: mended.why }),
  }
}

/** Without pods on the host network: that analyser takes them for pods like any other. */
function onPodNetwork(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    pods: snapshot.pods.map((pod) => ({ ...pod, hostNetwork: false })),
    workloads: snapshot.workloads.map((one) => ({ ...one, template: { ...one.template, hostNetwork: false } })),
  }
}

/** Readings one step further from ours, and why the step explains a difference. The first that agrees names the reason. */
const STEPS: readonly { readonly reason: string; readonly as: (s: Snapshot) => Snapshot; readonly profile: Profile }[] =
  [
    {
      reason: 'an ipBlock never matches a pod there; by the API text it is left open, so we say Depends (S22)',
      as: (snapshot) => snapshot,
      profile: CILIUM,
    },
    {
      reason: 'pods on the host network are like any other there; policies do not hold for them (S33)',
      as: onPodNetwork,
      profile: CILIUM,
    },
  ]

/** Differences that a person has looked at: input, pair and why. */
const LOOKED_AT: readonly { readonly input: RegExp; readonly pair: RegExp; readonly reason: string }[] = [
  {
    input: /anp_and_banp_using_networks_test/,
    pair: /^ns[12]\/pod1\[Deployment\] => ns[12]\/pod1\[Deployment\]$/,
    reason:
      'networks of an admin policy hold pods too, and the addresses of these are not known: we say Depends; there, networks are outside only',
  },
]

/** The reason for each pair that differs. */
function explained(
  snapshot: Snapshot,
  connlist: string,
): { compared: number; reasons: Map<string, number>; unexplained: Difference[] } {
  const file = { corpus: corpus as string, connlist }
  const { pairs, differences } = compareConnlist(createEngine(snapshot, SPEC), snapshot, file)
  const reasons = new Map<string, number>()
  let open = differences
  for (const { reason, as, profile } of STEPS) {
    if (open.length === 0) break
    const other = as(snapshot)
    const still = new Set(
      compareConnlist(createEngine(other, profile), other, file).differences.map(({ pair }) => pair),
    )
    const solved = open.filter(({ pair }) => !still.has(pair))
    if (solved.length > 0) reasons.set(reason, solved.length)
    open = open.filter(({ pair }) => still.has(pair))
  }
  for (const { reason, pair: about } of LOOKED_AT.filter((one) => one.input.test(connlist))) {
    const solved = open.filter(({ pair }) => about.test(pair))
    if (solved.length > 0) reasons.set(reason, solved.length)
    open = open.filter(({ pair }) => !about.test(pair))
  }
  return { compared: pairs, reasons, unexplained: [...open] }
}

describe.skipIf(!corpus)('the corpus [needs the corpus beside the repository, or MOAT_CORPUS]', () => {
  it('has connection lists of the same connections, or of others for a reason that is known', () => {
    const rows: CorpusRow[] = []
    const unexplained: string[] = []
    for (const { input, expected } of entries) {
      const name = input.replace(/^input\//, '')
      if (expected.connlist === undefined) continue
      const { snapshot, errors, note } = read(input)
      if (errors.some(({ code }) => code === 'policy-not-read')) continue
      if (hasErrors(errors)) {
        unexplained.push(`${name}: ${[...new Set(errors.map(({ code }) => code))].join()}`)
        continue
      }
      const { compared, reasons, unexplained: open } = explained(snapshot, expected.connlist)
      rows.push({ input: name, compared, differences: reasons, ...(note !== undefined && { note }) })
      unexplained.push(...open.map(({ pair, theirs, ours }) => `${name}: ${pair}: theirs ${theirs}, ours ${ours}`))
    }
    expect(unexplained).toEqual([])
    expectPart('connlist', corpusTable(rows))
  })

  it('has exposure to the same pods that could exist, or to others for a reason that is known', () => {
    const MET = 'pods of the input are such pods: there, they are in the connection list only'
    const rows: CorpusRow[] = []
    const unexplained: string[] = []
    for (const { input, expected } of entries) {
      const { snapshot, errors } = read(input)
      if (expected.exposure === undefined || hasErrors(errors)) continue
      const map = withExposure(mapOf(createEngine(snapshot, CILIUM), snapshot), snapshot)
      const theirs = new Map(
        theirExposure(join(corpus as string, expected.exposure)).map(({ line, open }) => [line, open]),
      )
      const ours = ourExposure(map, snapshot)
      const reasons = new Map<string, number>()
      for (const { line, open, met } of ours) {
        if (theirs.get(line) === open) continue
        if (met === true && !theirs.has(line)) reasons.set(MET, (reasons.get(MET) ?? 0) + 1)
        else unexplained.push(`${input}: ${line}: theirs ${theirs.get(line) ?? 'none'}, ours ${open}`)
      }
      const known = new Set(ours.map(({ line }) => line))
      unexplained.push(
        ...[...theirs.keys()].filter((line) => !known.has(line)).map((line) => `${input}: ${line}: ours none`),
      )
      rows.push({ input: input.replace(/^input\//, ''), compared: ours.length, differences: reasons })
    }
    expect(unexplained).toEqual([])
    expectPart('exposure', corpusTable(rows))
  })
})
