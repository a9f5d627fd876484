import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valueOf } from '../../tests/support/node-value.ts'
import { formatDiagnostic, type Diagnostic } from '../diag/diagnostic.ts'
import { podsOf } from '../policy/endpoints.ts'
import { documentsOf } from './documents.ts'
import { parse } from './parse.ts'
import { createReport } from './report.ts'

const VALID = [
  `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: p
  namespace: shop
spec:
  podSelector:
    matchLabels: {app: web}
    matchExpressions:
    - {key: tier, operator: In, values: [a, "b"]}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {matchLabels: {app: api}}
      namespaceSelector: {}
    - ipBlock:
        cidr: 10.0.0.0/8
        except: [10.1.0.0/16]
    ports:
    - port: 80
      endPort: 90
    - {port: http, protocol: TCP}
  egress:
  - to:
    - ipBlock: {cidr: "fd00::/8"}
`,
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: &labels {app: web}}
spec:
  replicas: 2
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels:
        <<: *labels
        tier: a
    spec:
      hostNetwork: false
      containers:
      - name: c
        image: i
        args: ["-x", 'y']
        ports:
        - {containerPort: 80, name: http}
---
# a Service
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}], clusterIPs: [10.96.0.1]}
`,
  `apiVersion: modelmoat.dev/v1alpha1
kind: Moat
metadata: {name: m, namespace: shop}
spec:
  model: {podSelector: {matchLabels: {app: web}}, runtime: VLLM, port: 80}
  callers:
  - {name: a, podSelector: {}, ports: [http, {port: 80}]}
  egress:
  - {name: b, cidr: 203.0.113.0/24}
  assertions:
  - {name: c, from: {model: {}}, to: {cidr: 0.0.0.0/0}, expect: Denied}
`,
  JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'PodList',
      items: [
        {
          metadata: { name: 'a', ownerReferences: [{ kind: 'Job', name: 'j', controller: true }] },
          spec: { containers: [{ ports: [{ containerPort: 1 }] }] },
          status: { podIP: '10.0.0.1' },
        },
        { kind: 'Pod', apiVersion: 'v1', metadata: { generateName: 'b-' }, spec: { containers: [] } },
      ],
    },
    null,
    2,
  ),
]

/** What is put into a valid text: separators, half tokens, wrong types, hostile characters. */
const SPLINTERS = [
  '', ' ', '  ', '\n', '\r\n', '\t', '\n---\n', '\n...\n', '%YAML 1.2\n', ':', ': ', '- ', '-', '? ', ',', '[', ']', '{', '}', '"', "'",
  '|', '>', '#', ' # ', '&a ', '*a', '*labels', '<<: ', '!', '!!str ', '!x ', '@', '`', '~', 'null', 'yes', 'n', '0', '-1', '010', '1e9',
  '99999999999999999999', '.inf', '.nan', '0x', '""', '{}', '[]', '[[[[[[', '{{ .Values.x }}', '__proto__', 'constructor', 'toString',
  'apiVersion', 'kind', 'List', 'items', 'spec', 'metadata', 'matchLabels', 'podSelector', 'ports', 'x'.repeat(300),
  '\u0000', '\u0007', '\u0085', '\u2028', '\ufeff', '\ud800', '\udc00', '\u{1f600}', '10.0.0.0/33', '::/0', '\\', '\\x', '\\u12',
] // prettier-ignore

interface Edit {
  readonly at: number
  readonly length: number
  readonly text: string
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(2_000),
  length: fc.oneof(fc.constant(0), fc.nat(6), fc.nat(80)),
  text: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...SPLINTERS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
    // A piece of another manifest.
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...VALID), fc.nat(500), fc.nat(60))
        .map(([text, at, length]) => text.slice(at, at + length)),
    },
  ),
})

function mutate(text: string, edits: readonly Edit[]): string {
  return edits.reduce((result, { at, length, text }) => {
    const start = at % (result.length + 1)
    return `${result.slice(0, start)}${text}${result.slice(start + length)}`
  }, text)
}

const text = fc
  .tuple(fc.constantFrom(...VALID), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([valid, edits]) => mutate(valid, edits))

/** Codes about the input as a whole. */
const PLACELESS = ['no-manifests', 'too-many-problems']

function wellPlaced({ code, span, severity, notes }: Diagnostic): boolean {
  const spans = [span, ...(notes ?? []).map((note) => note.span)].filter((given) => given !== undefined)
  if (severity === 'error' && span === undefined && !PLACELESS.includes(code)) return false
  return spans.every(({ file, start, end }) => start >= 0 && start < Math.max(1, file.text.length) && end > start)
}

describe('any text', () => {
  it('that is a mutated manifest is read or refused at a place, and never throws', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 2 }), (texts) => {
        const { snapshot, diagnostics } = parse(texts.map((text, i) => ({ name: `${i}.yaml`, text })))
        expect(diagnostics.filter((diagnostic) => !wellPlaced(diagnostic))).toEqual([])
        expect(diagnostics.map(formatDiagnostic).join('\n')).not.toContain('undefined')
        expect(podsOf(snapshot).every((pod) => snapshot.namespaces.has(pod.namespace))).toBe(true)
        for (const { code } of diagnostics) seen.set(code, (seen.get(code) ?? 0) + 1)
      }),
      { numRuns: 2_000 },
    )
    // The mutations reach beyond the YAML reader.
    expect([...seen.keys()].filter((code) => code !== 'yaml-syntax').length).toBeGreaterThan(15)
  })

  it('that is JSON has the value that JSON gives it', () => {
    const unprintable = /[\u007f-\u0084\u0086-\u009f\ufffe\uffff]/
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        fc.pre(value !== null && !unprintable.test(text))
        const report = createReport()
        const found = documentsOf({ name: 'f.json', text }, report).map(({ node }) => valueOf(node))
        expect(report.diagnostics).toEqual([])
        expect(found).toEqual([JSON.parse(text)])
      }),
      { numRuns: 1_000 },
    )
  })

  it('has spans that hold the text of each scalar', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z][a-z0-9/.-]{0,8}$/), { minLength: 1 }),
        fc.boolean(),
        (words, crlf) => {
          const text = words.map((word, i) => `k${i}: ${word} # c`).join(crlf ? '\r\n' : '\n')
          const [document] = documentsOf({ name: 'f', text }, createReport())
          const entries = document?.node.kind === 'mapping' ? [...document.node.entries.values()] : []
          expect(
            entries.map(({ key, value }) => [text.slice(key.start, key.end), text.slice(value.start, value.end)]),
          ).toEqual(words.map((word, i) => [`k${i}`, word]))
        },
      ),
      { numRuns: 200 },
    )
  })
})
