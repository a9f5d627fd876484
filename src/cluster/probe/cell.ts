// One connection to probe from a real pod, what a round of probes saw of it, and what that says about the cluster.
import type { Protocol } from '../../sets/connection-set.ts'
import type { Family } from '../../sets/ip-address.ts'

/** A running pod that probes start from; its container has the probe program. */
export interface ProbePod {
  readonly namespace: string
  readonly name: string
  /** Absent: the pod's first container. */
  readonly container?: string
}

export interface ProbeTarget {
  /** As people know it: `ai-models/slm`, or the address itself. */
  readonly name: string
  readonly address: string
  /** The pod behind the address, where it has the probe program too: it can show that it still listens, even when nobody may call it. */
  readonly pod?: ProbePod
}

export interface Cell {
  /** As people know it: `ai-models/feature-api`. */
  readonly source: string
  /** Where the probe really runs: the pod itself, or one that stands in for it. */
  readonly from: ProbePod
  readonly to: ProbeTarget
  readonly protocol: Protocol
  /** Of the destination pod, behind any Service (S20). */
  readonly port: number
  readonly family: Family
  readonly predicted: 'Allowed' | 'Denied'
}

/** How one attempt ended, as the probe program says. */
export type AttemptEnd =
  /** The handshake completed, or the echo came back. */
  | 'reached'
  /** No answer in time. By itself it is no evidence of a denial. */
  | 'silent'
  /** A reset or an ICMP error: an enforcer that rejects, or nobody who listens. */
  | 'refused'
  /** The attempt itself failed: no such container, exec cut off, no route. Says nothing about policies. */
  | 'failed'

/** What one round saw of a cell. */
export interface Observation {
  /** Of the last attempt; attempts go on until one is `reached`, or none is left. */
  readonly end: AttemptEnd
  readonly attempts: number
  /** What the program or the API server said; absent when it was `reached`. */
  readonly detail?: string
}

/** What else was seen at the same time as a cell that was not reached, so that its silence means something. */
export interface Controls {
  /** The same cell before the policies; absent: nobody looked. */
  readonly before?: Observation
  /** Somebody else reached the same address and port in the same round, after or while this cell was not. */
  readonly targetAnswers: boolean
  /** The source reached anything else in the same round. */
  readonly sourceReaches: boolean
}

/** `ENFORCED`: as predicted, with evidence. `NOT ENFORCED`: something else than predicted, with evidence. */
export type CellVerdict = 'ENFORCED' | 'NOT ENFORCED' | 'INCONCLUSIVE'

export interface CellResult {
  readonly cell: Cell
  readonly verdict: CellVerdict
  readonly observed: 'Allowed' | 'Denied' | 'Unknown'
  /** One sentence: what the verdict rests on, or what is missing. */
  readonly reason: string
  readonly now: Observation
  readonly before?: Observation
}

export interface ProbeSummary {
  readonly cells: number
  readonly enforced: number
  readonly notEnforced: number
  readonly inconclusive: number
}

export function summarise(results: readonly CellResult[]): ProbeSummary {
  const count = (verdict: CellVerdict): number => results.filter((result) => result.verdict === verdict).length
  return {
    cells: results.length,
    enforced: count('ENFORCED'),
    notEnforced: count('NOT ENFORCED'),
    inconclusive: count('INCONCLUSIVE'),
  }
}

/** Equal for cells that try the same address and port. */
export function targetKey({ to, protocol, port }: Cell): string {
  return `${protocol} ${to.address} ${port}`
}

/** Equal for cells whose probes start in the same pod. */
export function sourceKey({ from }: Cell): string {
  return `${from.namespace}/${from.name}`
}

/** `ai-models/stranger -> ai-models/slm tcp/8080 (IPv4)`. */
export function cellName({ source, to, protocol, port, family }: Cell): string {
  return `${source} -> ${to.name} ${protocol.toLowerCase()}/${port} (IPv${family})`
}
