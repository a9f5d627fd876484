// Where a value stands in an object, and how what is wrong with it is reported.
import type { Diagnostic, Note, Severity } from '../diag/diagnostic.ts'
import type { SourceFile, Span } from '../diag/source.ts'
import type { ParseCode } from './codes.ts'
import type { Node, Range } from './node.ts'

/** Collects the diagnostics of all files; `errors` counts those that make an object unusable. */
export interface Report {
  readonly errors: number
  /** No more errors will be listed: reading on is of no use. */
  readonly full: boolean
  add(diagnostic: Diagnostic & { readonly code: ParseCode }): void
}

/** A value and its place: the path becomes text only when something is wrong. */
export interface Value<N extends Node = Node> {
  readonly node: N
  readonly file: SourceFile
  readonly report: Report
  readonly parent: Value | undefined
  /** Field name or list index in the parent. */
  readonly step: string | number
  /** The key it stands behind, where it has one. */
  readonly key: Range | undefined
}

export interface Problem {
  readonly code: ParseCode
  readonly message: string
  readonly severity?: Severity
  readonly help?: string | undefined
  readonly notes?: readonly Note[]
  /** Where the caret goes instead of the value. */
  readonly at?: Range
}

/** More than these of one severity are not reported: nobody reads them, and a hostile input must not fill the memory. */
const MAX_DIAGNOSTICS = 1_000

export function createReport(): Report & { readonly diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const counts = { error: 0, warning: 0, note: 0 }
  return {
    diagnostics,
    get errors() {
      return counts.error
    },
    get full() {
      return counts.error > MAX_DIAGNOSTICS
    },
    add(diagnostic) {
      const { severity } = diagnostic
      counts[severity] += 1
      if (counts[severity] <= MAX_DIAGNOSTICS) diagnostics.push(shortened(diagnostic))
      else if (counts[severity] === MAX_DIAGNOSTICS + 1) {
        diagnostics.push({
          severity,
          code: 'too-many-problems',
          message: `more than ${MAX_DIAGNOSTICS} ${severity}s: the rest is not listed`,
          ...(severity === 'error' && { help: 'correct these first' }),
        })
      }
    },
  }
}

/** What the user wrote stands in backticks; a very long one is cut there. */
function cut(text: string): string {
  return text.replaceAll(/`([^`]{100})[^`]{20,}`/g, '`$1…`')
}

function shortened(diagnostic: Diagnostic): Diagnostic {
  const { message, help } = diagnostic
  return { ...diagnostic, message: cut(message), ...(help !== undefined && { help: cut(help) }) }
}

export function spanOf(value: Value, range: Range = value.node): Span {
  return { file: value.file, start: range.start, end: range.end }
}

/** `spec.ingress[0].from`; empty for a whole document. */
export function pathOf(value: Value): string {
  const steps: string[] = []
  for (let at: Value | undefined = value; at?.parent; at = at.parent) {
    steps.push(
      typeof at.step === 'number' ? `[${at.step}]` : /^[\w-]+$/.test(at.step) ? `.${at.step}` : `["${at.step}"]`,
    )
  }
  return steps.reverse().join('').replace(/^\./, '')
}

/** Reports a problem at a value. */
export function fail(value: Value, problem: Problem): undefined {
  const { severity = 'error', code, message, help, notes, at } = problem
  value.report.add({
    severity,
    code,
    message,
    span: spanOf(value, at),
    ...(help !== undefined && { help }),
    ...(notes && { notes }),
  })
  return undefined
}
