// One attempt to open a connection in the sandbox, and what the kernel did with it.
import type { Pod } from '../policy/snapshot.ts'
import type { Protocol } from '../sets/connection-set.ts'
import type { Address } from '../sets/ip-address.ts'

/** A pod of the topology, or one of its outside hosts. The engine's endpoints are such ends. */
export type ProbeEnd =
  | { readonly kind: 'pod'; readonly pod: Pod }
  | { readonly kind: 'outside'; readonly address: Address }

export interface Probe {
  readonly source: ProbeEnd
  /** Where the connection is meant to end; of a Service with many pods: any one of them. */
  readonly destination: ProbeEnd
  /** What the source dials: an address of the destination, or a cluster address of a Service in front of it. */
  readonly address: Address
  readonly protocol: Protocol
  /** The port that is dialled; with a Service's address: the Service's port. */
  readonly port: number
}

/**
 * `Allowed`: the handshake completed, the echo came back, or (where a program of the pod owns the port and need not
 * answer) the packet was seen inside the pod. `Denied`: the kernel logged its drop of this very flow.
 * `Inconclusive`: neither, after several attempts; never read it as a denial.
 */
export type Observation = 'Allowed' | 'Denied' | 'Inconclusive'

/** What one probe showed. */
export interface ProbeResult {
  readonly probe: Probe
  readonly observation: Observation
  /** How many connections were tried; more than one only where one gave no evidence. */
  readonly attempts: number
  /** Denied: the log prefix of the rule that dropped it. Allowed: `arrived` where nobody answered. Inconclusive: why. */
  readonly detail?: string
  /** When the evidence came, in milliseconds on the monotonic clock (`monotonicMs`); absent when inconclusive. */
  readonly atMs?: number
}

/** Milliseconds on CLOCK_MONOTONIC with a fraction: the clock of every time in the sandbox, of `process.hrtime` too. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
