// The options of `moat assert`, as commander hands them over.
import type { ProfileName } from '../../engine/profile.ts'
import type { InputOptions } from '../load.ts'

export interface AssertOptions extends InputOptions {
  readonly output: 'text' | 'json' | 'junit' | 'tap' | 'github' | 'sarif'
  readonly profile: ProfileName
}
