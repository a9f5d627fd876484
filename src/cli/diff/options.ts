// The options of `moat diff`, as commander hands them over.
import type { ProfileName } from '../../engine/profile.ts'
import type { ReadingOptions } from '../load.ts'

export const DIFF_FORMATS = ['text', 'json', 'markdown', 'sarif', 'github'] as const
export const FAIL_ON = ['opened', 'closed', 'any', 'none'] as const

export interface DiffOptions extends ReadingOptions {
  readonly output: (typeof DIFF_FORMATS)[number]
  readonly failOn: (typeof FAIL_ON)[number]
  readonly profile: ProfileName
}
