// What `moat up -o json` prints: one document, the same whether a kernel enforced it or the run was simulated.
import type { ClaimJson } from '../../render/proof.ts'
import type { Cell, Summary } from '../../analysis/truth-table.ts'

/** `simulated`: no kernel was asked, so no cell has an `observed`. */
export type Mode = 'root' | 'user-namespace' | 'simulated'

/** A long answer of the model that was being read when the rules were committed. */
export interface StreamResult {
  readonly source: string
  readonly destination: string
  readonly before: 'open'
  /** `cut`: the kernel dropped a packet of this very flow; `open`: text arrived after the truth table was probed again. */
  readonly after: 'cut' | 'open'
  /** From the start of the commit to the kernel's first denial of a packet of the flow. */
  readonly cutAfterMs?: number
}

export interface TakeHold {
  /** From the start of `nft` to its return, its process start included. */
  readonly commitMs: number
  /** From the start of the commit to the kernel's first denial; absent when nobody was denied before the probes. */
  readonly firstDenialMs?: number
}

/** The feature API's answers as its user sees them. */
export interface Load {
  readonly requests: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly tokensPerSecond: number
}

export interface Timing {
  readonly wallMs: number
  /** User and system time of every process of the run. */
  readonly cpuMs: number
}

export interface UpReport {
  readonly mode: Mode
  readonly enforcedBy: 'nftables' | 'none'
  /** Of the language model that answered; absent when no pod is selected by a Moat. */
  readonly model?: string
  readonly pods: number
  readonly proof: readonly ClaimJson[]
  readonly cells: readonly Cell[]
  readonly summary: Summary
  readonly streams: readonly StreamResult[]
  readonly takeHold?: TakeHold
  readonly load?: { readonly unprotected: Load; readonly protected: Load }
  readonly timings: Readonly<Record<string, Timing>>
  /** What the reader must know to read the rest rightly; empty when there is nothing. */
  readonly remarks: readonly string[]
}
