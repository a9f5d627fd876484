// The options of `moat scan`, as commander hands them over.
import type { ProfileName } from '../../engine/profile.ts'
import type { ClusterOptions } from '../cluster-options.ts'
import type { InputOptions } from '../load.ts'

export interface ScanOptions extends InputOptions, ClusterOptions {
  // Both kinds of input have it; here it is the namespace of objects that name none.
  readonly namespace?: string
  readonly in: readonly string[]
  readonly minScore: number
  readonly profile: ProfileName
  readonly output: 'text' | 'json' | 'markdown'
}
