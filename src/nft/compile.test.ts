// The compiled ruleset, judged by packets: what each policy shape lets through, on which port, in which family.
import { describe, expect, it } from 'vitest'
import { address, block, own, pod, policy, ports, rule, service, snapshot } from '../../tests/support/snapshots.ts'
import type { Snapshot } from '../policy/snapshot.ts'
import { compileRuleset, type CompileOptions } from './compile.ts'
import { interpret, type Outcome, type Packet } from './interpret.ts'
import { readLogPrefix } from './log-prefix.ts'
import { printRuleset } from './print.ts'
import { readTable } from './read.ts'

const slm = pod('ai-models/slm', 1, { ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] })
const api = pod('ai-models/api', 2)
const stranger = pod('ai-models/stranger', 3)
const foreign = pod('web/api', 4, { ports: [{ name: 'http', port: 9000, protocol: 'TCP' }] })
const pods = [slm, api, stranger, foreign]

function world(parts: Partial<Snapshot>): Snapshot {
  return snapshot({ pods, ...parts })
}

/** Sends `FROM TO PROTOCOL/PORT`, an end being a pod's number in IPv4 (`1`) or IPv6 (`:1`) or an address. */
function sender(parts: Partial<Snapshot>, options: CompileOptions = {}) {
  const table = readTable(printRuleset(compileRuleset(world(parts), options)))
  const end = (text: string): string => text.replace(/^(\d+)$/, '10.244.0.$1').replace(/^:(\w+)$/, 'fd00:244::$1')
  return (text: string, more: Partial<Packet> = {}): Outcome => {
    const [from, to, what] = text.split(' ') as [string, string, string]
    const [protocol, port] = what.split('/') as [Packet['protocol'], string?]
    const packet = { source: address(end(from)), destination: address(end(to)), protocol, port: Number(port ?? 0) }
    return interpret(table, { ...packet, ...more })
  }
}

describe('a compiled policy', () => {
  const slmIsolation = policy(
    'ai-models/slm-isolation',
    { app: 'slm' },
    { ingress: [rule([own({ app: 'api' })])], egress: [rule([block('203.0.113.0/24', '203.0.113.128/25')])] },
  )
  const send = sender({ networkPolicies: [slmIsolation] })
  const verdict = (text: string): string => send(text).verdict

  it('accepts the caller on both families and denies everybody else', () => {
    expect(['2 1 TCP/8080', ':2 :1 TCP/8080', '2 1 UDP/1', '2 1 ICMP'].map(verdict)).toEqual(Array(4).fill('accept'))
    expect(['3 1 TCP/8080', ':3 :1 TCP/8080', '4 1 TCP/8080', '192.0.2.1 1 TCP/8080', '3 1 ICMP'].map(verdict)).toEqual(
      Array(5).fill('drop'),
    )
  })

  it('never lets a block of one family admit the other (S25), and leaves out what is excepted (S23)', () => {
    expect(['1 203.0.113.5 TCP/443', '1 203.0.113.127 UDP/9'].map(verdict)).toEqual(['accept', 'accept'])
    expect(
      ['1 203.0.113.128 TCP/443', '1 203.0.112.255 TCP/443', ':1 2001:db8::1 TCP/443', '1 2 TCP/1'].map(verdict),
    ).toEqual(Array(4).fill('drop'))
  })

  it('leaves pods that no policy isolates alone', () => {
    expect(['3 2 TCP/1', ':3 :4 SCTP/1', '3 192.0.2.1 UDP/53', '192.0.2.1 3 TCP/1'].map(verdict)).toEqual(
      Array(4).fill('accept'),
    )
  })

  it('lets a pod reach itself whatever the policies say (S31)', () => {
    expect(['1 1 TCP/8080', ':1 :1 TCP/9'].map(verdict)).toEqual(['accept', 'accept'])
  })

  it('never selects pods on the host network (S33) or finished ones (S38)', () => {
    const send = sender({
      pods: [{ ...slm, hostNetwork: true }, { ...api, phase: 'Succeeded' }, stranger],
      networkPolicies: [slmIsolation, policy('ai-models/all', {}, { ingress: [rule([own({ app: 'api' })])] })],
    })
    expect(send('3 1 TCP/8080').verdict).toBe('accept')
    expect(send('2 3 TCP/8080').verdict).toBe('drop')
  })
})

describe('ports', () => {
  const send = sender({
    networkPolicies: [
      policy(
        'ai-models/in',
        {},
        {
          ingress: [
            rule('any', ports('TCP/80', 'TCP/8000-8100', 'UDP/*')),
            rule([own({ app: 'api' })], ports('TCP/http', 'SCTP/80')),
          ],
        },
      ),
      policy('web/out', {}, { egress: [rule('any', ports('TCP/http'))] }),
    ],
  })
  const verdict = (text: string): string => send(text).verdict

  it('are inclusive ranges, single numbers and whole protocols (S16, S19)', () => {
    expect(['3 2 TCP/80', '3 2 TCP/8000', '3 2 TCP/8100', ':3 :2 UDP/65535'].map(verdict)).toEqual(
      Array(4).fill('accept'),
    )
    expect(['3 2 TCP/79', '3 2 TCP/81', '3 2 TCP/7999', '3 2 TCP/8101', '3 2 SCTP/80'].map(verdict)).toEqual(
      Array(5).fill('drop'),
    )
  })

  it('of a whole protocol stay whole beside a number or a name of it', () => {
    const matched = ports('TCP/80', 'TCP/*', 'TCP/http')
    const send = sender({ networkPolicies: [policy('ai-models/in', {}, { ingress: [rule([own()], matched)] })] })
    expect(['2 3 TCP/80', '2 3 TCP/7', '2 3 UDP/7'].map((text) => send(text).verdict)).toEqual([
      'accept',
      'accept',
      'drop',
    ])
  })

  it('of rules that share a peer are kept apart, in chains that equal ports share', () => {
    const rules = [
      ports('TCP/80', 'UDP/53'),
      ports('TCP/81', 'UDP/53'),
      ports('TCP/http', 'UDP/54'),
      ports('TCP/web', 'UDP/54'),
    ]
    const networkPolicies = rules.map((matched, i) =>
      policy(
        `ai-models/in-${i}`,
        { app: pods[i]?.name ?? '' },
        { ingress: [rule([own()], matched), rule([own()], matched)] },
      ),
    )
    const { table } = compileRuleset(world({ networkPolicies }))
    const shared = [...table.chains.keys()].filter((name) => name.startsWith('accept/'))
    expect(shared).toHaveLength(4)
    const send = sender({ networkPolicies })
    const verdicts = ['2 1 TCP/80', '2 1 TCP/81', '1 2 TCP/81', '1 2 TCP/80', '1 3 TCP/8080', '1 3 UDP/54'].map(
      (text) => send(text).verdict,
    )
    expect(verdicts).toEqual(['accept', 'drop', 'accept', 'drop', 'drop', 'accept'])
  })

  it('that are one of a rule stand in the rule itself', () => {
    const { table } = compileRuleset(
      world({ networkPolicies: [policy('ai-models/in', {}, { ingress: [rule([own()], ports('TCP/80'))] })] }),
    )
    expect(table.chains.get('ingress/ai-models/in')?.rules.flatMap(({ statements }) => statements)).toEqual([
      { do: 'accept' },
      { do: 'accept' },
    ])
  })

  it('never make a rule that asks for both families at once', () => {
    const both = [rule([own(), block('192.0.2.0/24'), block('2001:db8::/32')], ports('TCP/http'))]
    const { table } = compileRuleset(world({ networkPolicies: [policy('ai-models/out', {}, { egress: both })] }))
    const rules = table.chains.get('egress/ai-models/out')?.rules.map((one) => JSON.stringify(one.matches)) ?? []
    expect(rules).toHaveLength(4)
    expect(rules.filter((text) => text.includes(' ip ') && text.includes(' ip6 '))).toEqual([])
  })

  it('deny ping where a rule names ports', () => {
    expect(['3 2 ICMP', ':3 :2 ICMP'].map(verdict)).toEqual(['drop', 'drop'])
  })

  it('by name are those of each destination pod (S17), and of no outside address (S18)', () => {
    expect(['2 1 TCP/8080', '2 1 SCTP/80', ':4 :1 TCP/8080'].map(verdict)).toEqual(['accept', 'accept', 'accept'])
    expect(['2 1 TCP/9000', '2 3 TCP/7001', '4 192.0.2.1 TCP/8080', '4 2 TCP/8080'].map(verdict)).toEqual([
      'drop',
      'drop',
      'drop',
      'drop',
    ])
  })
})

describe('a Service', () => {
  const parts = {
    pods: [
      ...pods,
      pod('ai-models/slm-2', 5, { labels: { app: 'slm' }, ports: [{ name: 'http', port: 7070, protocol: 'TCP' }] }),
    ],
    services: [
      service('ai-models/slm', 1, { ports: [{ port: 80, protocol: 'TCP', targetPort: 'http' }] }),
      service('ai-models/nobody', 2),
      service('ai-models/unselected', 3, { selector: undefined }),
    ],
    networkPolicies: [
      policy('ai-models/in', { app: 'slm' }, { ingress: [rule([own({ app: 'api' })], ports('TCP/http'))] }),
    ],
  }
  const send = sender(parts)

  it('leads to its pods, each on its own named port, and policies see pod ports (S20)', () => {
    const first = send('2 10.96.0.1 TCP/80', { pick: 0 })
    const second = send(':2 fd00:96::1 TCP/80', { pick: 1 })
    expect([first.verdict, first.destination]).toEqual(['accept', { address: '10.244.0.1', port: 8080 }])
    expect([second.verdict, second.destination]).toEqual(['accept', { address: 'fd00:244::5', port: 7070 }])
    expect(send('3 10.96.0.1 TCP/80').verdict).toBe('drop')
  })

  it('finds a named port by its protocol too', () => {
    const dns = [
      { name: 'dns', port: 5353, protocol: 'UDP' } as const,
      { name: 'dns', port: 5354, protocol: 'TCP' } as const,
    ]
    const both = (['TCP', 'UDP'] as const).map((protocol) => ({ port: 53, protocol, targetPort: 'dns' }))
    const send = sender({
      pods: [api, pod('ai-models/dns', 6, { ports: dns })],
      services: [service('ai-models/dns', 4, { ports: both })],
    })
    expect(send('2 10.96.0.4 UDP/53').destination.port).toBe(5353)
    expect(send('2 10.96.0.4 TCP/53').destination.port).toBe(5354)
  })

  it('with nobody behind it, or on another port, answers with a rejection', () => {
    expect(send('3 10.96.0.2 TCP/80').verdict).toBe('reject')
    expect(send(':3 fd00:96::3 TCP/80').verdict).toBe('reject')
    expect(send('3 10.96.0.1 TCP/81').verdict).toBe('reject')
  })

  it('lets a pod through to itself, as a stranger to itself by address', () => {
    const outcome = send('1 10.96.0.1 TCP/80', { pick: 0 })
    expect([outcome.verdict, outcome.masqueraded]).toEqual(['accept', true])
    expect(send('2 10.96.0.1 TCP/80').masqueraded).toBe(false)
  })

  it('that is headless has no address to be found at', () => {
    const headless = sender({ ...parts, services: [service('ai-models/slm', 1, { headless: true })] })
    expect(headless('2 10.96.0.1 TCP/80').destination.address).toBe('10.96.0.1')
  })
})

describe('generations', () => {
  const networkPolicies = [policy('ai-models/in', { app: 'slm' }, { ingress: [rule([own({ app: 'api' })])] })]
  const send = sender({ networkPolicies }, { generation: 7 })

  it('mark what both directions accept, and accept it unseen from then on', () => {
    expect(send('2 1 TCP/1').mark).toBe(7)
    expect(send('3 1 TCP/1', { state: 'established', mark: 7 }).verdict).toBe('accept')
  })

  it('look again at flows of an earlier one: cut once with an event, and keep what stays allowed', () => {
    const cut = send('3 1 TCP/1', { state: 'established', mark: 6 })
    expect([cut.verdict, cut.logs]).toEqual(['drop', ['moat:cut:ingress:ai-models/slm']])
    expect(send('3 1 TCP/1', { state: 'established', mark: cut.mark }).logs).toEqual([])
    expect(send('2 1 TCP/1', { state: 'established', mark: cut.mark })).toMatchObject({ verdict: 'accept', mark: 7 })
    expect(send('2 1 TCP/1', { state: 'established', mark: 6 })).toMatchObject({ verdict: 'accept', mark: 7, logs: [] })
  })

  it('cut what was established before there were any rules, with an event', () => {
    expect(send('3 1 TCP/1', { state: 'established' }).logs).toEqual(['moat:cut:ingress:ai-models/slm'])
  })

  it('do not matter where established flows survive', () => {
    const send = sender({ networkPolicies }, { establishedSurvive: true })
    expect(send('3 1 TCP/1', { state: 'established', mark: 6 }).verdict).toBe('accept')
    expect(send('3 1 TCP/1').verdict).toBe('drop')
  })
})

describe('packets that are not part of a new connection', () => {
  const send = sender({ networkPolicies: [policy('ai-models/in', {}, { ingress: [] })] })

  it('are dropped when conntrack cannot place them', () => {
    expect(send('2 4 TCP/1', { state: 'invalid' }).verdict).toBe('drop')
  })

  it('are accepted when they are ICMP errors about one', () => {
    expect(send('4 1 ICMP', { state: 'related' }).verdict).toBe('accept')
    expect(send(':4 :1 ICMP', { state: 'related' }).verdict).toBe('accept')
  })
})

describe('log events', () => {
  const parts = {
    networkPolicies: [
      policy(
        'ai-models/a',
        { app: 'slm' },
        { ingress: [rule([own({ app: 'stranger' })]), rule([own({ app: 'api' })])] },
      ),
      policy('ai-models/b', {}, { ingress: [], egress: [rule('any')] }),
    ],
  }
  const prefixes = compileRuleset(world(parts), { logAccepts: true }).logPrefixes

  it('tell the subject and what isolates it when a new connection is denied, once', () => {
    const { logs } = sender(parts)('4 1 TCP/1')
    expect(logs.map((prefix) => readLogPrefix(prefixes, prefix))).toEqual([
      { verdict: 'denied', direction: 'ingress', subject: 'ai-models/slm', policies: ['ai-models/a', 'ai-models/b'] },
    ])
  })

  it('tell the policy and the rule of each side that accepts, when asked', () => {
    const { logs } = sender(parts, { logAccepts: true })('2 1 TCP/1')
    expect(logs.map((prefix) => readLogPrefix(prefixes, prefix))).toEqual([
      { verdict: 'accepted', direction: 'egress', policy: 'ai-models/b', rule: 0 },
      { verdict: 'accepted', direction: 'ingress', policy: 'ai-models/a', rule: 1 },
      { verdict: 'admitted' },
    ])
    expect(sender(parts)('2 1 TCP/1').logs).toEqual([])
  })

  it('tell the rules of one policy apart', () => {
    const accepted = (text: string) =>
      sender(parts, { logAccepts: true })(text).logs.map((prefix) => readLogPrefix(prefixes, prefix))
    expect(accepted('3 1 TCP/1')).toContainEqual({
      verdict: 'accepted',
      direction: 'ingress',
      policy: 'ai-models/a',
      rule: 0,
    })
    expect(accepted('2 1 TCP/1')).toContainEqual({
      verdict: 'accepted',
      direction: 'ingress',
      policy: 'ai-models/a',
      rule: 1,
    })
  })

  it('are not repeated for a flow that another generation looks at again', () => {
    const send = sender(parts, { logAccepts: true, generation: 3 })
    expect(send('2 1 TCP/1', { state: 'established', mark: 2 }).logs).toEqual([])
  })

  it('are never longer than the kernel keeps, and stay apart', () => {
    const long = (end: string) => pod(`${'n'.repeat(63)}/${'p'.repeat(200)}${end}`, 9)
    const policies = [policy(`${'n'.repeat(63)}/${'q'.repeat(250)}`, {}, { ingress: [rule('any')], egress: [] })]
    const { logPrefixes, table } = compileRuleset(
      snapshot({ pods: [long('a'), long('b')], networkPolicies: policies }),
      {
        logAccepts: true,
      },
    )
    expect([...logPrefixes.keys()].every((prefix) => prefix.length <= 127)).toBe(true)
    expect([...table.chains.keys()].every((name) => name.length <= 127)).toBe(true)
    expect([...logPrefixes.values()].filter(({ verdict }) => verdict === 'denied')).toHaveLength(4)
  })
})

describe('options', () => {
  const networkPolicies = [policy('ai-models/in', {}, { ingress: [] })]

  it('let a denial be answered instead of met with silence', () => {
    const send = sender({ networkPolicies }, { denial: 'reject' })
    expect([send('2 1 TCP/1').verdict, send('2 1 UDP/1').verdict]).toEqual(['reject', 'reject'])
  })

  it('drop what a pod sends under another address than its own', () => {
    const interfaces = {
      prefix: 'v',
      of: new Map([
        ['ai-models/api', 'v2'],
        ['ai-models/stranger', 'v3'],
      ]),
    }
    const send = sender({}, { interfaces })
    expect(send('2 4 TCP/1', { interface: 'v2' }).verdict).toBe('accept')
    expect(send('2 4 TCP/1', { interface: 'v3' })).toMatchObject({ verdict: 'drop', logs: ['moat:spoofed'] })
    expect(send(':2 :4 TCP/1', { interface: 'v3' }).verdict).toBe('drop')
    expect(send('192.0.2.1 4 TCP/1', { interface: 'outside' }).verdict).toBe('accept')
  })
})
