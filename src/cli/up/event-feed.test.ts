// What a person reads of the kernel's events.
import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../nft/log-prefix.ts'
import type { FlowEvent } from '../../sandbox/events.ts'
import { type Address, formatAddress, parseAddress } from '../../sets/ip-address.ts'
import { describeEvent, feed, type FeedEntry } from './event-feed.ts'

function address(text: string): Address {
  const found = parseAddress(text)
  if (!found) throw new Error(text)
  return found
}

const NAMES = new Map([
  ['10.0.0.1', 'a/stranger'],
  ['10.0.0.2', 'a/slm'],
])
const nameOf = (one: Address): string => NAMES.get(formatAddress(one)) ?? formatAddress(one)

const SYN: FlowEvent = {
  verdict: 'Denied',
  prefix: 'x',
  protocol: 'TCP',
  source: address('10.0.0.1'),
  destination: address('10.0.0.2'),
  sourcePort: 40_000,
  destinationPort: 8080,
  atMs: 1,
}
/** The packet that goes back. */
const REPLY: FlowEvent = {
  ...SYN,
  source: SYN.destination,
  destination: SYN.source,
  sourcePort: SYN.destinationPort,
  destinationPort: SYN.sourcePort,
}
const DENIED: LogEntry = { verdict: 'denied', direction: 'ingress', subject: 'a/slm', policies: ['a/moat'] }

describe('an event', () => {
  it('says who was denied what, and by which policies', () => {
    expect(describeEvent(SYN, DENIED, nameOf)).toEqual({
      verdict: 'DENY',
      connection: 'a/stranger → a/slm tcp/8080',
      by: 'ingress of a/slm: no rule of NetworkPolicy a/moat allows it',
    })
  })

  it('names the caller first when a reply of the model is what was cut', () => {
    const entry = describeEvent(REPLY, { ...DENIED, verdict: 'cut' }, nameOf)
    expect(entry).toMatchObject({ verdict: 'CUT', connection: 'a/stranger → a/slm tcp/8080' })
  })

  it('names the caller first whichever end a policy protects and whichever way the packet goes', () => {
    const shown = (event: FlowEvent, entry: LogEntry) => describeEvent(event, entry, nameOf)?.connection
    const egress: LogEntry = { verdict: 'cut', direction: 'egress', subject: 'a/stranger', policies: ['a/p'] }
    const rule = { direction: 'ingress', kind: 'ClusterNetworkPolicy', policy: 'platform', rule: 0 } as const
    for (const connection of [
      shown(SYN, egress),
      shown(REPLY, egress),
      shown(SYN, { verdict: 'cut', ...rule }),
      shown(REPLY, { verdict: 'cut', reply: true, ...rule }),
      shown(REPLY, { verdict: 'cut', reply: true, ...rule, direction: 'egress' }),
    ]) {
      expect(connection).toBe('a/stranger → a/slm tcp/8080')
    }
  })

  it('counts rules from one, and says nothing of the admission that a rule has announced', () => {
    const accepted: LogEntry = { verdict: 'accepted', direction: 'egress', policy: 'a/moat', rule: 0 }
    expect(describeEvent(SYN, accepted, nameOf)?.by).toBe('egress: NetworkPolicy a/moat, rule 1')
    expect(describeEvent(SYN, { verdict: 'admitted' }, nameOf)).toBeUndefined()
  })

  it('has no port where the protocol has none', () => {
    const ping = {
      ...SYN,
      protocol: 'ICMP',
      sourcePort: 0,
      destinationPort: 0,
      destination: address('192.0.2.1'),
    } as const
    expect(describeEvent(ping, DENIED, nameOf)?.connection).toBe('a/stranger → 192.0.2.1 icmp')
  })
})

describe('the feed', () => {
  const shown = (most?: number) => {
    const lines: string[] = []
    const read = (event: FlowEvent): FeedEntry => ({
      verdict: 'DENY',
      connection: `to ${event.destinationPort}`,
      by: 'p',
    })
    const events = feed(read, (entry, repeated) => lines.push(`${entry?.connection ?? ''}${repeated}`), most)
    return { lines, events }
  }

  it('shows an event once, counts its repeats at the flush, and shows it anew after a quiet time', () => {
    const { lines, events } = shown()
    for (let i = 0; i < 4; i++) events.take(SYN)
    expect(lines).toEqual(['to 8080'])
    events.flush()
    expect(lines).toEqual(['to 8080', 'to 8080×3'])
    events.take(SYN)
    events.flush()
    expect(lines).toEqual(['to 8080', 'to 8080×3', 'to 8080×1'])
    events.flush()
    events.take(SYN)
    expect(lines.at(-1)).toBe('to 8080')
  })

  it('counts a flood of different events as a whole', () => {
    const { lines, events } = shown(2)
    for (let port = 1; port <= 10; port++) events.take({ ...SYN, destinationPort: port })
    events.flush()
    expect(lines).toEqual(['to 1', 'to 2', '8 other events'])
  })
})
