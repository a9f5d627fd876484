// What `moat up -o json` prints: one document, the same whether a kernel enforced it or the run was simulated.
import type { Cell, Summary } from '../../analysis/truth-table.ts'

/** `simulated`: no kernel was asked, so no cell has an `observed`. */
export type Mode = 'root' | 'user-namespace' | 'simulated'

export interface ClaimResult {
  readonly claim: string
  readonly verdict: 'PROVEN' | 'REFUTED' | 'OUT_OF_SCOPE'
  readonly witness?: unknown
  readonly reason?: string
}

/** A long answer of the model that was being read when the rules were committed. */
export interface StreamResult {
  readonly source: string
  readonly destination: string
  readonly before: 'open'
  /** `cut`: the kernel dropped a packet of this very flow; `open`: text arrived after the truth table was probed again. */
  readonly after: 'cut' | 'open'
  /** From the end of the commit to the first dropped packet of the flow. */
  readonly cutAfterMs?: number
}

export interface TakeHold {
  /** How long `nft` took, its process start included. */
  readonly commitMs: number
  /** From the end of the commit to the kernel's first denial; negative when the kernel was quicker than `nft` could return. */
  readonly firstDenialMs: number
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
  /** User and system time of every process of the sandbox; absent in a simulated run for lack of any. */
  readonly cpuMs: number
}

export interface UpReport {
  readonly mode: Mode
  readonly enforcedBy: 'nftables' | 'none'
  /** Of the language model that answered; absent when no pod is selected by a Moat. */
  readonly model?: string
  readonly pods: number
  readonly proof: readonly ClaimResult[]
  readonly cells: readonly Cell[]
  readonly summary: Summary
  readonly streams: readonly StreamResult[]
  readonly takeHold?: TakeHold
  readonly load?: { readonly unprotected: Load; readonly protected: Load }
  readonly timings: Readonly<Record<string, Timing>>
  /** What the reader must know to read the rest rightly; empty when there is nothing. */
  readonly remarks: readonly string[]
}
