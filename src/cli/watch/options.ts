// The options of `moat watch` as commander hands them over.
import type { ClusterOptions } from '../cluster-options.ts'
import type { InputOptions } from '../load.ts'

export interface WatchOptions extends InputOptions, Omit<ClusterOptions, 'namespace'> {
  readonly output: 'text' | 'json'
  /** Files of the cluster's objects, read in place of a cluster. */
  readonly live?: string
}
