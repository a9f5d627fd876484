// Diagnostics as a SARIF 2.1.0 log, the form that code scanning services take.
import type { Diagnostic, Note, Severity } from '../diag/diagnostic.ts'
import { placeOf } from '../diag/place.ts'
import { position, type Span } from '../diag/source.ts'
import { type MarkedLine, lineFingerprints } from './fingerprint.ts'

/** What a code means, for readers who see it for the first time. */
export interface SarifRule {
  /** The code of its diagnostics. */
  readonly id: string
  /** One sentence or a few words, plain text. */
  readonly description: string
  readonly level: Severity
  /** What to do, plain text. */
  readonly help?: string
  /** An absolute URI. */
  readonly helpUri?: string
}

export interface SarifTool {
  /** The version of moat. */
  readonly version: string
  /** Codes that have no rule here get one made of the code alone. */
  readonly rules: readonly SarifRule[]
}

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
const ROOT = '%SRCROOT%'

/** Percent-encoded; what is relative is relative to the folder that moat ran in. */
function artifactLocation(path: string | undefined): object {
  if (path === undefined) return { uri: 'stdin:', description: { text: 'standard input' } }
  const uri = path.split('/').map(encodeSegment).join('/')
  return path.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: ROOT }
}

/** A segment of a path in a URI; half a surrogate pair has no encoding and becomes a replacement character. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function physicalLocation(span: Span): object {
  const { path, line, column, endLine, endColumn } = placeOf(span)
  return {
    artifactLocation: artifactLocation(path),
    region: { startLine: line, startColumn: column, endLine, endColumn },
  }
}

function relatedLocations(notes: readonly Note[]): object[] {
  return notes.flatMap(({ message, span }, id) =>
    span ? [{ id, message: { text: message }, physicalLocation: physicalLocation(span) }] : [],
  )
}

/** The message, then the remarks that have no place of their own, then what to do. */
function messageText({ message, notes = [], help }: Diagnostic): string {
  const remarks = notes.filter(({ span }) => !span).map((note) => `note: ${note.message}`)
  return [message, ...remarks, ...(help === undefined ? [] : [`help: ${help}`])].join('\n')
}

function ruleObject({ id, description, level, help, helpUri }: SarifRule): object {
  return {
    id,
    shortDescription: { text: description },
    ...(help !== undefined && { help: { text: help } }),
    ...(helpUri !== undefined && { helpUri }),
    defaultConfiguration: { level },
  }
}

/** The rules of the tool, then those of codes that it did not name. */
function rulesOf(diagnostics: readonly Diagnostic[], rules: readonly SarifRule[]): readonly SarifRule[] {
  const known = new Map(rules.map((rule) => [rule.id, rule]))
  for (const { code, severity } of diagnostics) {
    if (!known.has(code)) known.set(code, { id: code, description: code.replaceAll('-', ' '), level: severity })
  }
  return [...known.values()]
}

/** The text of the line that a diagnostic points at, for its fingerprint. */
function lineOf({ code, span }: Diagnostic): MarkedLine {
  if (!span) return [code, '', '']
  const start = span.start - position(span.file, span.start).column + 1
  const end = span.file.text.indexOf('\n', start)
  return [code, placeOf(span).path ?? '', span.file.text.slice(start, end === -1 ? undefined : end)]
}

/** Results in the order of the diagnostics. A result keeps its fingerprint when lines above it come or go. */
export function sarifLog(diagnostics: readonly Diagnostic[], tool: SarifTool): object {
  const rules = rulesOf(diagnostics, tool.rules)
  const places = new Map(rules.map(({ id }, index) => [id, index]))
  const fingerprints = lineFingerprints(diagnostics.map(lineOf))
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'moat', semanticVersion: tool.version, rules: rules.map(ruleObject) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [ROOT]: { description: { text: 'the folder that moat ran in' } } },
        results: diagnostics.map((diagnostic, index) => {
          const related = relatedLocations(diagnostic.notes ?? [])
          return {
            ruleId: diagnostic.code,
            ruleIndex: places.get(diagnostic.code),
            level: diagnostic.severity,
            message: { text: messageText(diagnostic) },
            locations: diagnostic.span ? [{ physicalLocation: physicalLocation(diagnostic.span) }] : [],
            ...(related.length > 0 && { relatedLocations: related }),
            partialFingerprints: { primaryLocationLineHash: fingerprints[index] },
          }
        }),
      },
    ],
  }
}
