// Log prefixes: what the kernel's NFLOG events say, and back.
import type { Direction } from '../policy/network-policy.ts'
import { quotable, shorten } from './names.ts'

/** What one event means. Pods and policies are `namespace/name`. */
export type LogEntry =
  /** A new connection that no policy of `subject` allows in that direction; `policies` are those that isolate it. */
  | {
      readonly verdict: 'denied'
      readonly direction: Direction
      readonly subject: string
      readonly policies: readonly string[]
    }
  /** An established connection that a policy change denies; once for each flow. */
  | {
      readonly verdict: 'cut'
      readonly direction: Direction
      readonly subject: string
      readonly policies: readonly string[]
    }
  /** One side's policy allows a new connection; the other side may still deny it. `rule` counts from 0. */
  | { readonly verdict: 'accepted'; readonly direction: Direction; readonly policy: string; readonly rule: number }
  /** A new connection passed both sides. */
  | { readonly verdict: 'admitted' }
  /** A packet under an address that is not its sender's. */
  | { readonly verdict: 'spoofed' }

/** The kernel keeps 127 bytes; one is left for a trailing space that some readers add. */
const LONGEST = 126

/** The prefix of an entry: readable, at most 126 bytes, and a function of the entry alone (long names are shortened). */
export function logPrefix(entry: LogEntry): string {
  switch (entry.verdict) {
    case 'denied':
    case 'cut':
      return fit(`moat:${entry.verdict}:${entry.direction}:`, entry.subject)
    case 'accepted':
      return fit(`moat:accepted:${entry.direction}:`, `${entry.policy}#${entry.rule}`)
    case 'admitted':
    case 'spoofed':
      return `moat:${entry.verdict}`
  }
}

function fit(head: string, name: string): string {
  return head + shorten(quotable(name), LONGEST - head.length)
}

/** What a received prefix means, by the table of the ruleset it comes from; `undefined` when it is not one of its own. */
export function readLogPrefix(table: ReadonlyMap<string, LogEntry>, prefix: string): LogEntry | undefined {
  return table.get(prefix.trimEnd())
}
