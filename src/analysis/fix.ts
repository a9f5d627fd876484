// A change of the manifests that turns an answer into its opposite, and what else it changes.
import type { ConnectionSet } from '../sets/connection-set.ts'
import type { SourceFile } from '../diag/source.ts'

/** A pair of ends whose connections an edit changes beside what was asked for. */
export interface SideEffect {
  /** `namespace/name` of a workload or pod, or blocks of addresses. */
  readonly source: string
  readonly destination: string
  readonly opened: ConnectionSet
  readonly closed: ConnectionSet
}

export interface ChangedFile {
  readonly file: SourceFile
  readonly text: string
  /** A unified diff from the file to the text. */
  readonly diff: string
}

export interface Fix {
  /** What it does, imperative, lower case, no final period. */
  readonly title: string
  readonly verdict: 'Allowed' | 'Denied'
  readonly files: readonly ChangedFile[]
  /** Lines added or lines removed, whichever are more. */
  readonly lines: number
  readonly sideEffects: readonly SideEffect[]
}
