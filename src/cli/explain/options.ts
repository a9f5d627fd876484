// The options of `moat explain`, as commander hands them over.
import type { ProfileName } from '../../engine/profile.ts'
import type { InputOptions } from '../load.ts'

export interface ExplainOptions extends InputOptions {
  readonly output: 'text' | 'json' | 'markdown'
  readonly profile: ProfileName
  /** False: no edit is looked for. */
  readonly fix: boolean
  /** Write the edit. */
  readonly apply: boolean
  readonly expect?: 'allowed' | 'denied'
}
