// The options of `moat stage`, as commander hands them over.
import type { ClusterOptions } from '../cluster-options.ts'
import type { InputOptions } from '../load.ts'

export interface StageCommandOptions extends InputOptions, ClusterOptions {
  // Both kinds of input have it; here it is the namespace of objects that name none.
  readonly namespace?: string
  readonly stagingNamespace: string
  readonly fromCluster: boolean
  readonly probeImage?: string
  /** `ADDRESS:PORT`. */
  readonly outside: readonly string[]
  /** Seconds. */
  readonly patience: number
  readonly maxCells: number
  readonly maxPods: number
  readonly canary: boolean
  readonly clean: boolean
  readonly output: 'text' | 'json' | 'junit'
}
