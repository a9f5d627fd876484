// What went wrong between Moat and an API server: a diagnostic that says what to do, and the facts that code decides by.
import type { Diagnostic } from '../../diag/diagnostic.ts'

/** A field that another manager holds. */
export interface FieldConflict {
  readonly manager: string
  /** `.spec.ingress` */
  readonly field: string
}

export interface KubeErrorFacts {
  /** HTTP status; absent where no answer came. */
  readonly status?: number
  /** `reason` of the server's Status object: `Forbidden`, `AlreadyExists`, … */
  readonly reason?: string
  /** Of a refused apply (409): who holds what. */
  readonly conflicts?: readonly FieldConflict[]
  readonly cause?: unknown
}

/** Thrown by everything that speaks to a cluster; commands print its diagnostic and exit with 2 or 3. */
export class KubeError extends Error {
  readonly diagnostic: Diagnostic
  readonly status: number | undefined
  readonly reason: string | undefined
  readonly conflicts: readonly FieldConflict[]

  constructor(diagnostic: Diagnostic, { status, reason, conflicts = [], cause }: KubeErrorFacts = {}) {
    super(diagnostic.message, { cause })
    this.name = 'KubeError'
    this.diagnostic = diagnostic
    this.status = status
    this.reason = reason
    this.conflicts = conflicts
  }
}
