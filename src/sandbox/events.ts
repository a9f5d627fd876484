// What the kernel tells while rules are in force: one event per packet that a rule logs.
import type { Protocol } from '../sets/connection-set.ts'
import type { Address } from '../sets/ip-address.ts'

/** One logged packet. After DNAT `destination` is the pod behind a Service. */
export interface FlowEvent {
  readonly verdict: 'Denied' | 'Accepted'
  /** The log prefix as the rule has it; `src/nft/log-prefix.ts` reads it. */
  readonly prefix: string
  readonly protocol: Protocol | 'ICMP' | number
  readonly source: Address
  readonly destination: Address
  /** 0 where the protocol has no ports. */
  readonly sourcePort: number
  readonly destinationPort: number
  /** Kernel time of the packet, milliseconds of CLOCK_MONOTONIC. */
  readonly atMs: number
}

/** Events that came in faster than they can be shown are counted, not sent. */
export interface EventLoss {
  readonly verdict: 'Denied' | 'Accepted' | 'Unknown'
  readonly count: number
}
