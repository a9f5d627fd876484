// Policies of the admin APIs as chains, judged by packets: order, actions, peers, what fails closed, and what is said of a cut.
import { describe, expect, it } from 'vitest'
import {
  admits,
  BASE,
  everybody,
  from,
  labelled,
  networks,
  policy,
  port,
  rule,
} from '../../tests/support/admin-cluster.ts'
import { address } from '../../tests/support/snapshots.ts'
import type { ClusterNetworkPolicy } from '../policy/cluster-network-policy.ts'
import { EVERYTHING } from '../policy/selector.ts'
import type { Node, Snapshot } from '../policy/snapshot.ts'
import { compileRuleset, type CompileOptions } from './compile.ts'
import { interpret, type Packet } from './interpret.ts'
import { readLogPrefix } from './log-prefix.ts'
import { printRuleset } from './print.ts'
import { readTable } from './read.ts'
import { isOrdered } from './names.ts'

const [WEB, DB, FAR] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const

function network(parts: Partial<Snapshot>, options: CompileOptions = {}) {
  const ruleset = compileRuleset({ ...BASE, ...parts }, options)
  const table = readTable(printRuleset(ruleset))
  const send = (source: string, destination: string, { port, ...more }: Partial<Packet> & { port: number }) => {
    const packet = { source: address(source), destination: address(destination), protocol: 'TCP', port } as const
    const { verdict, logs } = interpret(table, { ...packet, ...more })
    return { verdict, entries: logs.map((prefix) => readLogPrefix(ruleset.logPrefixes, prefix)) }
  }
  return { ruleset, send, verdict: (...args: Parameters<typeof send>) => send(...args).verdict }
}

function ofPolicies(...clusterPolicies: ClusterNetworkPolicy[]) {
  return network({ clusterPolicies })
}

describe('chains of admin policies', () => {
  it('decide by the first rule that matches, by priority, whatever the place of the policies', () => {
    const deny = policy('deny', { priority: 2, ingress: [rule('Deny', [everybody])] })
    const accept = policy('accept', { priority: 1, ingress: [rule('Accept', [from('prod')], port(80))] })
    for (const { verdict } of [ofPolicies(deny, accept), ofPolicies(accept, deny)]) {
      expect([verdict(WEB, DB, { port: 80 }), verdict(WEB, DB, { port: 81 }), verdict(FAR, DB, { port: 80 })]).toEqual([
        'accept',
        'drop',
        'drop',
      ])
    }
    expect(ofPolicies({ ...deny, priority: 0 }, accept).verdict(WEB, DB, { port: 80 })).toBe('drop')
  })

  it('accept over a NetworkPolicy, pass on to it, and reach the baseline only where none isolates', () => {
    const baseline = policy('base', { tier: 'baseline', ingress: [rule('Deny', [everybody])] })
    const rules = [
      rule('Accept', [everybody], port(80)),
      rule('Pass', [everybody], port(443)),
      rule('Deny', [everybody]),
    ]
    const clusterPolicies = [policy('admin', { ingress: rules }), baseline]
    const isolated = network({ clusterPolicies, networkPolicies: [admits(443, 'data')] })
    expect([80, 443, 444].map((number) => isolated.verdict(WEB, DB, { port: number }))).toEqual([
      'accept',
      'accept',
      'drop',
    ])
    const open = network({ clusterPolicies })
    expect([80, 443].map((number) => open.verdict(WEB, DB, { port: number }))).toEqual(['accept', 'drop'])
  })

  it('hold for their subjects only, by namespace and by pod, in their own direction', () => {
    const subject = { namespaces: labelled('env', 'dev'), pods: labelled('app', 'db') }
    const { verdict } = ofPolicies(policy('p', { subject, ingress: [rule('Deny', [everybody])] }))
    expect([verdict(WEB, DB, { port: 80 }), verdict(DB, WEB, { port: 80 }), verdict(WEB, FAR, { port: 80 })]).toEqual([
      'drop',
      'accept',
      'accept',
    ])
    const none = { namespaces: labelled('env', 'dev'), pods: labelled('app', 'web') }
    const empty = ofPolicies(policy('p', { subject: none, ingress: [rule('Deny', [everybody])] }))
    expect(empty.verdict(WEB, DB, { port: 80 })).toBe('accept')
  })

  it('mean networks by address, nodes by the addresses of those that the labels select, and domain names by none', () => {
    const node = (name: string, text: string): Node => ({
      name,
      labels: new Map([['role', name]]),
      addresses: [address(text)],
    })
    const nodes = [node('one', '192.168.0.1'), node('two', '192.168.0.2')]
    const egress = [
      rule('Deny', [networks('203.0.113.0/24')]),
      rule('Deny', [{ kind: 'nodes', nodes: labelled('role', 'one') }]),
      rule('Deny', [{ kind: 'domainNames', names: ['example.org'] }]),
    ]
    const { verdict } = network({ nodes, clusterPolicies: [policy('p', { egress })] })
    const to = ['203.0.113.9', '192.168.0.1', '192.168.0.2', '198.51.100.1']
    expect(to.map((text) => verdict(WEB, text, { port: 443 }))).toEqual(['drop', 'drop', 'accept', 'accept'])
  })

  it('fail closed where a rule is not understood: an Accept matches nothing, any other denies everything', () => {
    const unknown = { kind: 'unknown' } as const
    const after = rule('Deny', [everybody])
    expect(
      ofPolicies(policy('p', { ingress: [rule('Accept', [unknown]), after] })).verdict(WEB, DB, { port: 80 }),
    ).toBe('drop')
    for (const action of ['Deny', 'Pass'] as const) {
      for (const one of [rule(action, [unknown]), rule(action, [from('nobody')], [unknown])]) {
        expect(ofPolicies(policy('p', { ingress: [one] })).verdict(WEB, DB, { port: 80 })).toBe('drop')
      }
    }
  })

  it('are shared by pods with the same policies, and keep the order of their rules', () => {
    const all = policy('all', { egress: [rule('Deny', [networks('203.0.113.0/24')]), rule('Accept', [everybody])] })
    const some = policy('some', {
      priority: 1,
      subject: { namespaces: EVERYTHING, pods: labelled('app', 'web') },
      egress: [rule('Pass', [everybody])],
    })
    const { table } = ofPolicies(all, some).ruleset
    const tiers = [...table.chains.values()].filter(({ name }) => isOrdered(name))
    // One for the pods of both policies, one for all others; the rules of the first policy stand first.
    expect(tiers.map(({ rules }) => rules[0]?.comment)).toEqual(
      expect.arrayContaining(['ClusterNetworkPolicy some egress[0]', 'ClusterNetworkPolicy all egress[0]']),
    )
    expect(tiers).toHaveLength(2)
  })

  it('say which rule denied, which accepted where that is asked for, and which way a packet of a cut flow went', () => {
    const rules = [rule('Accept', [from('prod')], port(80)), rule('Deny', [everybody])]
    const clusterPolicies = [policy('p', { ingress: rules })]
    const place = { direction: 'ingress', kind: 'ClusterNetworkPolicy', policy: 'p' }
    const { send, ruleset } = network({ clusterPolicies }, { logAccepts: true })
    expect(send(WEB, DB, { port: 81 }).entries).toEqual([{ verdict: 'denied', ...place, rule: 1 }])
    expect(send(WEB, DB, { port: 80 }).entries[0]).toEqual({ verdict: 'accepted', ...place, rule: 0 })
    expect(network({ clusterPolicies }).send(WEB, DB, { port: 80 }).entries).toEqual([])
    expect(send(WEB, DB, { port: 81, state: 'established' }).entries).toEqual([{ verdict: 'cut', ...place, rule: 1 }])
    // The interpreter sends no replies: the kernel's rule for them stands before the other.
    const chain = [...ruleset.table.chains.values()].find(({ rules }) =>
      rules.some(({ matches }) => matches.some(({ keys }) => keys[0] === 'ct direction')),
    )
    const log = chain?.rules[0]?.statements.find((statement) => statement.do === 'log')
    expect(log?.do === 'log' && readLogPrefix(ruleset.logPrefixes, log.prefix)).toEqual({
      verdict: 'cut',
      reply: true,
      ...place,
      rule: 1,
    })
  })
})
