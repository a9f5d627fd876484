// Log prefixes: what the kernel's NFLOG events say, and back.
import type { ClusterPolicyKind } from '../policy/cluster-network-policy.ts'
import type { Direction } from '../policy/network-policy.ts'
import { quotable, shorten } from './names.ts'

/** Who denies. Pods and NetworkPolicies are `namespace/name`. */
export type Denier =
  /** No policy of `subject` allows it in that direction; `policies` are those that isolate it. */
  | { readonly direction: Direction; readonly subject: string; readonly policies: readonly string[] }
  /** A rule of an admin API, counted from 0. */
  | ClusterRulePlace

interface ClusterRulePlace {
  readonly direction: Direction
  readonly kind: ClusterPolicyKind
  readonly policy: string
  readonly rule: number
}

/** What one event means. */
export type LogEntry =
  /** A new connection that is denied. */
  | ({ readonly verdict: 'denied' } & Denier)
  /** An established connection that a policy change denies; once for each flow. */
  | ({ readonly verdict: 'cut' } & Denier)
  /** The same, seen on a packet that goes back to the one who opened the connection. */
  | ({ readonly verdict: 'cut'; readonly reply: true } & ClusterRulePlace)
  /** One side's policy allows a new connection; the other side may still deny it. `rule` counts from 0. */
  | { readonly verdict: 'accepted'; readonly direction: Direction; readonly policy: string; readonly rule: number }
  | ({ readonly verdict: 'accepted' } & ClusterRulePlace)
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
    case 'accepted':
      return fit(
        `moat:${'reply' in entry ? 'cut-reply' : entry.verdict}:${entry.direction}:`,
        'subject' in entry ? entry.subject : ruleName(entry),
      )
    case 'admitted':
    case 'spoofed':
      return `moat:${entry.verdict}`
  }
}

function ruleName(entry: {
  readonly policy: string
  readonly rule: number
  readonly kind?: ClusterPolicyKind
}): string {
  return `${entry.kind ? `${entry.kind}/` : ''}${entry.policy}#${entry.rule}`
}

function fit(head: string, name: string): string {
  return head + shorten(quotable(name), LONGEST - head.length)
}

/** What a received prefix means, by the table of the ruleset it comes from; `undefined` when it is not one of its own. */
export function readLogPrefix(table: ReadonlyMap<string, LogEntry>, prefix: string): LogEntry | undefined {
  return table.get(prefix.trimEnd())
}
