// What a lint rule is, and what it finds.
import type { Diagnostic, Severity } from '../../diag/diagnostic.ts'
import type { Edit } from '../../diag/edit.ts'
import type { LintContext } from './context.ts'

/** A change of the text that answers a finding. */
export interface Fix {
  /** What it does, imperative, lower case, no final period. */
  readonly title: string
  /** All of them or none; they do not overlap. */
  readonly edits: readonly Edit[]
  /** Whether every connection must be decided as before: offered only where that is checked. */
  readonly keepsMeaning: boolean
}

/** What a rule found. `code` is the rule's id. */
export interface Finding extends Diagnostic {
  readonly fix?: Fix
}

/** A finding as a rule states it: its code is the rule's, its severity too where it says none. */
export type Statement = Omit<Finding, 'code' | 'severity'> & { readonly severity?: Severity }

export interface Rule {
  /** Kebab case; also the heading of its section in `docs/lint.md`. */
  readonly id: string
  /** One line: what is wrong where it fires. */
  readonly title: string
  /** Of a finding that states none. */
  readonly severity: Severity
  /** True where some of its findings have a fix. */
  readonly fixable?: true
  readonly check: (context: LintContext) => Iterable<Statement>
}

/** Where the rule is explained. */
export function docsOf({ id }: Pick<Rule, 'id'>): string {
  return `docs/lint.md#${id}`
}
