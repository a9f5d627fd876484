// What must hold of any input at all: no exception, well-placed diagnostics, and the same answer for the same meaning.
import { type Diagnostic, formatDiagnostic } from '../../../src/diag/diagnostic.ts'
import { policiesInForce } from '../../../src/intent/policies-in-force.ts'
import { documentsOf } from '../../../src/parse/documents.ts'
import type { Node } from '../../../src/parse/node.ts'
import { parse, type ParseResult } from '../../../src/parse/parse.ts'
import { createReport } from '../../../src/parse/report.ts'
import { podsOf } from '../../../src/policy/endpoints.ts'
import type { Snapshot } from '../../../src/policy/snapshot.ts'

/** How many inputs came to which end. */
export interface FuzzCounts {
  inputs: number
  /** Read without an error. */
  readable: number
  /** Compared as JSON, and with comments or other line ends. */
  asJson: number
  respelled: number
  readonly codes: Map<string, number>
}

export function createCounts(): FuzzCounts {
  return { inputs: 0, readable: 0, asJson: 0, respelled: 0, codes: new Map() }
}

/** Codes about the input as a whole. */
const PLACELESS = ['no-manifests', 'too-many-problems']

function isWellPlaced({ code, span, severity, notes }: Diagnostic): boolean {
  const spans = [span, ...(notes ?? []).map((note) => note.span)].filter((given) => given !== undefined)
  if (severity === 'error' && span === undefined && !PLACELESS.includes(code)) return false
  return spans.every(({ file, start, end }) => start >= 0 && start < Math.max(1, file.text.length) && end > start)
}

const read = (text: string): ParseResult => parse([{ name: 'f.yaml', text }], { otherPolicies: 'warn' })
const isReadable = ({ diagnostics }: ParseResult) => diagnostics.every(({ severity }) => severity !== 'error')

/** Everything that a snapshot says, without the places. */
function meaning(snapshot: Snapshot): string {
  return JSON.stringify(snapshot, (key, value: unknown) => {
    if (key === 'span') return undefined
    if (value instanceof Map) return [...value]
    return typeof value === 'bigint' ? `${value}` : value
  })
}

function codes({ diagnostics }: ParseResult): string {
  return diagnostics
    .map(({ severity, code }) => `${severity} ${code}`)
    .sort()
    .join(', ')
}

/** What is wrong with how the text is read, or `undefined`. Throws what the reader throws. */
export function faultOf(text: string, counts: FuzzCounts): string | undefined {
  counts.inputs += 1
  const result = read(text)
  const { snapshot, diagnostics } = result
  for (const { code } of diagnostics) counts.codes.set(code, (counts.codes.get(code) ?? 0) + 1)
  const misplaced = diagnostics.find((diagnostic) => !isWellPlaced(diagnostic))
  if (misplaced) return `a diagnostic without a place in the text: ${misplaced.code}`
  const shown = diagnostics.find((diagnostic) => formatDiagnostic(diagnostic).includes('undefined'))
  if (shown && !text.includes('undefined')) return `a message with a hole: ${shown.code}`
  if (podsOf(snapshot).some((pod) => !snapshot.namespaces.has(pod.namespace))) return 'a pod in no namespace'
  if (isReadable(result)) {
    counts.readable += 1
    policiesInForce(snapshot)
    const respelled = respell(text, counts).find((other) => !isSame(result, read(other)))
    if (respelled !== undefined)
      return `read otherwise with other white space: ${JSON.stringify(respelled.slice(0, 200))}`
  }
  return asJson(text, result, counts)
}

function isSame(a: ParseResult, b: ParseResult): boolean {
  return codes(a) === codes(b) && meaning(a.snapshot) === meaning(b.snapshot)
}

/** The same text with comments around it and with other line ends, where that cannot change what it says. */
function respell(text: string, counts: FuzzCounts): string[] {
  counts.respelled += 1
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`
  // What breaks a line to YAML and is no line end of ours, a directive's or a mark's place at the start: all stay as they are.
  if (/[\r\u0085\u2028\u2029\ufeff]/.test(text)) return []
  return [`${ended}# a comment\n`, `# a comment\n\n${text}`, text.replaceAll('\n', '\r\n')]
}

/** A text whose YAML is sound says the same as JSON: the same objects, and the same codes where something is wrong. */
function asJson(text: string, result: ParseResult, counts: FuzzCounts): string | undefined {
  const report = createReport()
  const documents = documentsOf({ name: 'f.yaml', text }, report)
  if (report.diagnostics.length > 0 || documents.length === 0) return undefined
  const written = documents.map(({ node }) => jsonOf(node))
  if (written.includes(undefined)) return undefined
  counts.asJson += 1
  const json = written.join('\n---\n')
  const other = read(json)
  if (codes(result) !== codes(other)) return `other codes as JSON: ${codes(result)} | ${codes(other)}`
  return meaning(result.snapshot) === meaning(other.snapshot) ? undefined : 'another meaning as JSON'
}

/** A tree as JSON, its keys in their order; `undefined` where JSON has no such value. */
function jsonOf(node: Node): string | undefined {
  switch (node.kind) {
    case 'mapping': {
      const entries = [...node.entries].map(([key, { value }]) => [textOf(key), jsonOf(value)])
      return entries.flat().includes(undefined) ? undefined : `{${entries.map((pair) => pair.join(': ')).join(', ')}}`
    }
    case 'list': {
      const items = node.items.map(jsonOf)
      return items.includes(undefined) ? undefined : `[${items.join(', ')}]`
    }
    case 'number':
      return Number.isFinite(node.value) ? JSON.stringify(node.value) : undefined
    case 'string':
      return textOf(node.value)
    default:
      return JSON.stringify(node.kind === 'null' ? null : node.value)
  }
}

/** A key of more than 1024 characters is none in YAML unless it is marked, and what cannot be printed must be escaped. */
function textOf(text: string): string | undefined {
  return text.length > 900 || !text.isWellFormed() || /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/.test(text)
    ? undefined
    : JSON.stringify(text)
}
