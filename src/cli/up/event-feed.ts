// Kernel events for people: who, whom, port, verdict, by which policy and rule; repeats are counted, not repeated.
import type { LogEntry } from '../../nft/log-prefix.ts'
import type { Address } from '../../sets/ip-address.ts'
import type { FlowEvent } from '../../sandbox/events.ts'
import { number } from './story.ts'

/** What is said about one kind of event. */
export interface FeedEntry {
  readonly verdict: 'allow' | 'DENY' | 'CUT' | 'SPOOF'
  /** `ai-models/stranger → ai-models/slm tcp/8080` */
  readonly connection: string
  /** `ingress: NetworkPolicy ai-models/slm-isolation, rule 1`, or what isolates without a rule that allows. */
  readonly by: string
}

export interface Feed {
  take(event: FlowEvent): void
  /** Says how often what was shown has happened again since, and forgets what has not. */
  flush(): void
}

/** Whether the packet goes back to the end that opened the connection: policies of a direction protect one of the two. */
function isReply(
  event: FlowEvent,
  entry: Extract<LogEntry, { verdict: 'cut' }>,
  nameOf: (address: Address) => string,
): boolean {
  if (!('subject' in entry)) return 'reply' in entry
  const own = entry.direction === 'ingress' ? event.destination : event.source
  return nameOf(own) !== entry.subject
}

/** `undefined` for what needs no line: the second half of an admission that a rule has announced already. */
export function describeEvent(
  event: FlowEvent,
  entry: LogEntry,
  nameOf: (address: Address) => string,
): FeedEntry | undefined {
  const protocol = `${event.protocol}`.toLowerCase()
  const cutReply = entry.verdict === 'cut' && isReply(event, entry, nameOf)
  const [from, to, port] = cutReply
    ? [event.destination, event.source, event.sourcePort]
    : [event.source, event.destination, event.destinationPort]
  const connection = `${nameOf(from)} → ${nameOf(to)} ${port === 0 ? protocol : `${protocol}/${port}`}`
  switch (entry.verdict) {
    case 'denied':
    case 'cut': {
      const by =
        'subject' in entry
          ? `${entry.direction} of ${entry.subject}: no rule of NetworkPolicy ${entry.policies.join(', ')} allows it`
          : ruleWords(entry)
      return { verdict: entry.verdict === 'cut' ? 'CUT' : 'DENY', connection, by }
    }
    case 'accepted':
      return { verdict: 'allow', connection, by: ruleWords(entry) }
    case 'spoofed':
      return { verdict: 'SPOOF', connection, by: 'the sender used an address that is not its own' }
    case 'admitted':
      return undefined
  }
}

function ruleWords(entry: Extract<LogEntry, { policy: string }>): string {
  const kind = 'kind' in entry ? entry.kind : 'NetworkPolicy'
  return `${entry.direction}: ${kind} ${entry.policy}, rule ${entry.rule + 1}`
}

/**
 * Shows each kind of event once and counts its repeats until the next flush. At most `most` kinds between two flushes: a flood of
 * different ones is counted as a whole.
 */
export function feed(
  read: (event: FlowEvent) => FeedEntry | undefined,
  show: (entry: FeedEntry | undefined, repeated: string) => void,
  most = 24,
): Feed {
  const repeats = new Map<string, { readonly entry: FeedEntry; count: number }>()
  let overflow = 0
  return {
    take(event) {
      const entry = read(event)
      if (!entry) return
      const key = `${entry.verdict} ${entry.connection} ${entry.by}`
      const known = repeats.get(key)
      if (known) known.count++
      else if (repeats.size >= most) overflow++
      else {
        repeats.set(key, { entry, count: 0 })
        show(entry, '')
      }
    },
    flush() {
      for (const { entry, count } of repeats.values()) if (count > 0) show(entry, `×${number(count)}`)
      if (overflow > 0) show(undefined, `${number(overflow)} other events`)
      for (const [key, repeat] of repeats) {
        if (repeat.count === 0) repeats.delete(key)
        repeat.count = 0
      }
      overflow = 0
    },
  }
}
