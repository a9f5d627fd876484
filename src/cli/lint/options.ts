// The options of `moat lint`, as commander hands them over.
import type { Severity } from '../../diag/diagnostic.ts'
import type { InputOptions } from '../load.ts'

export interface LintCommandOptions extends InputOptions {
  readonly output: 'text' | 'json' | 'sarif' | 'github' | 'junit' | 'markdown'
  readonly failOn: Severity
  readonly rule: readonly string[]
  readonly skip: readonly string[]
  readonly fix: boolean
  readonly rules: boolean
}
