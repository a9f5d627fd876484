// The smallest edit on random clusters, in every style of text: it turns the answer around, and touches no other line.
import { describe, expect, it } from 'vitest'
import { placeOf } from '../src/analysis/explain-ends.ts'
import { explain, type Question } from '../src/analysis/explain.ts'
import type { AskedPort } from '../src/analysis/explanation.ts'
import { smallestEdit } from '../src/edit/smallest-edit.ts'
import { formatDiagnostic, hasErrors } from '../src/diag/diagnostic.ts'
import type { SourceFile } from '../src/diag/source.ts'
import { SPEC } from '../src/engine/profile.ts'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { parse } from '../src/parse/parse.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import { qualifiedName, type Snapshot } from '../src/policy/snapshot.ts'
import { yamlDocument, type YamlObject } from '../src/render/yaml.ts'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'
import { randomFrom } from './support/random.ts'
import { rawText } from './support/raw-objects.ts'

type Cluster = ReturnType<typeof randomCluster>

function yaml(cluster: Cluster): string {
  return cluster.objects.map((object) => yamlDocument(object as unknown as YamlObject)).join('---\n')
}

/** The styles in which people and programs write manifests. */
const STYLES: Readonly<Record<string, (cluster: Cluster) => string>> = {
  block: yaml,
  'block with comments': (cluster) =>
    yaml(cluster).replaceAll(/^(?!---)(.*)$/gm, (line, _, at) => (line === '' ? line : `${line} # ${at}`)),
  'Windows line ends': (cluster) => yaml(cluster).replaceAll('\n', '\r\n'),
  brackets: (cluster) =>
    cluster.objects
      .map((object) => {
        const { spec, ...rest } = object as { spec?: unknown }
        const flow = JSON.stringify(spec ?? null, undefined, 1).replaceAll(/\n\s*/g, ' ')
        return `${yamlDocument(rest)}${spec === undefined ? '' : `spec: ${flow} # kept\n`}`
      })
      .join('---\n'),
  JSON: rawText,
}

function ask(
  snapshot: Snapshot,
  args: { source: string; destination: string; asked: AskedPort },
): Question | undefined {
  const [source, destination] = [args.source, args.destination].map((text) =>
    placeOf(text, snapshot, { file: { name: 'argument', text }, start: 0, end: text.length }),
  )
  if (!source || !destination || 'diagnostic' in source || 'diagnostic' in destination) return undefined
  return { source: source.place, destination: destination.place, asked: args.asked }
}

/** What `patch` makes of a text and a unified diff without a margin of error; throws where it does not fit. */
function patched(before: string, diff: string): string {
  const lines = before.split(/(?<=\n)/)
  const out: string[] = []
  let at = 0
  for (const hunk of diff.split(/^(?=@@ )/m).slice(1)) {
    const [head = '', ...body] = hunk.split(/(?<=\n)/)
    const start = Number(/^@@ -(\d+)/.exec(head)?.[1])
    const count = Number(/^@@ -\d+,(\d+)/.exec(head)?.[1])
    const from = count === 0 ? start : start - 1
    out.push(...lines.slice(at, from))
    at = from
    for (const [i, line] of body.entries()) {
      if (line.startsWith('\\')) continue
      const text = body[i + 1]?.startsWith('\\') ? line.slice(1, -1) : line.slice(1)
      if (line.startsWith('+')) out.push(text)
      else {
        if (lines[at] !== text) throw new Error(`the diff does not fit at line ${at + 1}`)
        if (line.startsWith(' ')) out.push(text)
        at++
      }
    }
  }
  return [...out, ...lines.slice(at)].join('')
}

const PORTS: readonly AskedPort[] = [
  { port: 80, protocol: 'TCP' },
  { port: 8080, protocol: 'TCP' },
  { port: 53, protocol: 'UDP' },
  { port: 9090, protocol: 'SCTP' },
]

describe.each(Object.keys(STYLES))('the smallest edit of %s', (style) => {
  const found = { Allowed: 0, Denied: 0 }
  const missed: string[] = []

  it('turns the answer around, is a diff that fits, and leaves every other line as it was', () => {
    for (let seed = 1; seed <= 120; seed++) {
      const random = randomFrom(seed)
      const cluster = randomCluster(seed, {
        ...(seed % 3 === 0 ? ADMIN_SHAPE : FULL_SHAPE),
        hostNetwork: false,
        ended: false,
        undeclaredNamespaces: false,
      })
      const file: SourceFile = { name: 'manifests', text: (STYLES[style] as (one: Cluster) => string)(cluster) }
      const { snapshot, diagnostics } = parse([file])
      expect(diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic)).toEqual([])
      const names = [...podsOf(snapshot).map(qualifiedName), '203.0.113.9', '2001:db8::9']
      for (let turn = 0; turn < 4; turn++) {
        const args = { source: random.pick(names), destination: random.pick(names), asked: random.pick(PORTS) }
        const question = ask(snapshot, args)
        if (!question || (question.source.kind === 'addresses' && question.destination.kind === 'addresses')) continue
        const explanation = explain(snapshot, question)
        if (explanation.verdict !== 'Allowed' && explanation.verdict !== 'Denied') continue
        const fix = smallestEdit({
          sources: [file],
          parseOptions: {},
          inForce: policiesInForce(snapshot),
          question,
          askAgain: (again) => ask(again, args),
          explanation,
          profile: SPEC,
        })
        if (!fix) {
          if (args.source !== args.destination) missed.push(`${seed}: ${JSON.stringify(args)} ${explanation.verdict}`)
          continue
        }
        found[fix.verdict]++
        expect(fix.verdict).not.toBe(explanation.verdict)
        const [changed] = fix.files
        expect(fix.files).toHaveLength(1)
        expect(patched(file.text, changed?.diff ?? '')).toBe(changed?.text)
        const again = parse([{ name: file.name, text: changed?.text ?? '' }])
        expect(hasErrors(again.diagnostics)).toBe(false)
        const asked = ask(again.snapshot, args)
        expect(asked && explain(again.snapshot, asked).verdict).toBe(fix.verdict)
        const changedLines = (changed?.diff ?? '').split('\n').filter((line) => /^[-+](?![-+]{2} )/.test(line))
        expect(changedLines.length).toBeLessThanOrEqual(2 * fix.lines)
        expect((changed?.text.match(/(?<!\r)\n/g) ?? []).length).toBe(
          style === 'Windows line ends' ? 0 : (changed?.text ?? '').split('\n').length - 1,
        )
      }
    }
    expect(found.Allowed).toBeGreaterThan(60)
    expect(found.Denied).toBeGreaterThan(60)
    expect(missed.length < 8 ? [] : missed).toEqual([])
  })
})
