// Where a value stands in an object, and how what is wrong with it is reported.
import type { Diagnostic, Note, Severity } from '../diag/diagnostic.ts'
import type { SourceFile, Span } from '../diag/source.ts'
import type { ParseCode } from './codes.ts'
import type { Node, Range } from './node.ts'

/** Collects the diagnostics of all files; `errors` counts those that make an object unusable. */
export interface Report {
  readonly errors: number
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

/** More than these are not reported: nobody reads them, and a hostile input must not fill the memory. */
const MAX_DIAGNOSTICS = 1_000

export function createReport(): Report & { readonly diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  let errors = 0
  return {
    diagnostics,
    get errors() {
      return errors
    },
    add(diagnostic) {
      if (diagnostic.severity === 'error') errors += 1
      if (diagnostics.length < MAX_DIAGNOSTICS) diagnostics.push(diagnostic)
      else if (diagnostics.length === MAX_DIAGNOSTICS) {
        diagnostics.push({
          severity: 'error',
          code: 'too-many-problems',
          message: `more than ${MAX_DIAGNOSTICS} problems: the rest is not listed`,
          help: 'correct these first',
        })
      }
    },
  }
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
