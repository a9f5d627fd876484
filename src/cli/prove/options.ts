// The options of `moat prove`, as commander hands them over.
import type { ProfileName } from '../../engine/profile.ts'
import type { InputOptions } from '../load.ts'

export interface ProveOptions extends InputOptions {
  readonly output: 'text' | 'json'
  readonly profile: ProfileName
  readonly acceptOutOfScope: boolean
}
