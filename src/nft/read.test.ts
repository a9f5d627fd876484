// Printing and reading are opposites, and the reader refuses what the printer never prints.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomSnapshot } from '../../tests/support/random-snapshots.ts'
import { compileRuleset } from './compile.ts'
import { printRuleset, printTable } from './print.ts'
import { readTable } from './read.ts'
import type { Chain, Key, Match, NftSet, NftTable, Rule, Statement, VerdictMap } from './ruleset.ts'

const name = fc.stringMatching(/^[a-z][a-z0-9/.-]{0,12}[a-z0-9]$/)
const text = fc.stringMatching(/^[ -!#-[\]-~]{0,20}$/)
const port = fc.integer({ min: 1, max: 65_535 })
const v4 = fc.ipV4()
const element = fc.oneof(
  v4,
  port.map(String),
  v4.map((a) => `${a} . 80`),
  v4.map((a) => `"v1" . ${a}`),
  fc.constant('fd00::1'),
)

function unique<T extends { readonly name: string }>(items: fc.Arbitrary<T>): fc.Arbitrary<ReadonlyMap<string, T>> {
  return fc
    .uniqueArray(items, { selector: (item) => item.name, maxLength: 4 })
    .map((all) => new Map(all.map((item) => [item.name, item])))
}

const plainSet = fc.record({ name, comment: text, elements: fc.uniqueArray(element) }).map((set): NftSet => ({
  ...set,
  type: ['ifname', 'ipv4_addr'],
  interval: false,
  elements: [...set.elements].sort(),
}))
const intervalSet = fc
  .record({ name, first: port })
  .map((set): NftSet => ({ name: set.name, type: ['inet_service'], interval: true, elements: ['0-5', `${set.first}`] }))
const map = fc
  .record({ name, elements: fc.dictionary(v4, name) })
  .map((map): VerdictMap => ({ name: map.name, type: ['ipv4_addr'], elements: new Map(Object.entries(map.elements)) }))
const keys: fc.Arbitrary<Key[]> = fc.array(
  fc.constantFrom<Key>(
    'ct original ip saddr',
    'ct reply ip6 saddr',
    'ct reply proto-src',
    'meta l4proto',
    'iifname',
    'ip daddr',
    'th dport',
  ),
  { minLength: 1, maxLength: 3 },
)
const match: fc.Arbitrary<Match> = fc
  .record({
    keys: fc.oneof(keys, fc.constantFrom<Key[]>(['ct state'], ['ct mark'])),
    not: fc.boolean(),
    right: fc.oneof(
      name.map((set) => ({ set })),
      fc
        .uniqueArray(fc.constantFrom('tcp', 'udp', '0x00000001', '"v*"', 'new'), { minLength: 1 })
        .map((values) => ({ values })),
    ),
  })
  .map(({ not, ...match }) => (not ? { ...match, not } : match))
const target = fc.record({ address: fc.oneof(v4, fc.constant('fd00::9')), port })
const statement: fc.Arbitrary<Statement> = fc.oneof(
  fc.constantFrom('accept', 'drop', 'masquerade').map((verdict) => ({ do: verdict })),
  fc.record({ do: fc.constantFrom('jump', 'goto'), chain: name }),
  fc.record({ do: fc.constant('vmap'), keys, map: name }),
  fc.record({ do: fc.constant('log'), prefix: text, group: fc.nat(9) }),
  fc.record({ do: fc.constant('reject'), with: fc.constantFrom('tcp reset', 'port-unreachable', 'admin-prohibited') }),
  fc.record({ do: fc.constant('set mark'), mark: fc.nat() }),
  fc.record({ do: fc.constant('dnat'), family: fc.constantFrom('ip', 'ip6'), to: fc.array(target, { minLength: 1 }) }),
)
const rule: fc.Arbitrary<Rule> = fc
  .record({
    matches: fc.array(match, { maxLength: 3 }),
    statements: fc.array(statement, { minLength: 1, maxLength: 3 }),
    comment: fc.option(text),
  })
  .map(({ comment, ...rule }) => (comment === null ? rule : { ...rule, comment }))
const chain = fc
  .record({ name, rules: fc.array(rule, { maxLength: 4 }), priority: fc.option(fc.integer({ min: -300, max: 300 })) })
  .map(({ priority, ...chain }): Chain =>
    priority === null ? chain : { ...chain, hook: { type: 'filter', hook: 'forward', priority } },
  )
const table: fc.Arbitrary<NftTable> = fc.record({
  name,
  sets: unique(fc.oneof(plainSet, intervalSet)),
  maps: unique(map),
  chains: unique(chain),
})

describe('reading', () => {
  it('gives back any table that was printed', () => {
    fc.assert(
      fc.property(table, (table) => {
        expect(readTable(printTable(table))).toEqual(table)
      }),
      { numRuns: 500 },
    )
  })

  it('gives back what random clusters compile to', () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, logAccepts) => {
        const ruleset = compileRuleset(randomSnapshot(seed), { logAccepts, denial: logAccepts ? 'reject' : 'drop' })
        expect(readTable(printRuleset(ruleset))).toEqual(ruleset.table)
      }),
      { numRuns: 60 },
    )
  })

  it('takes a listing of the kernel, which names priorities and writes ranges as blocks', () => {
    const listed = `table inet moat {
	set cidr4/203.0.113.0/24 {
		type ipv4_addr
		flags interval
		elements = { 203.0.113.0/25, 203.0.113.130,
			     203.0.113.192-203.0.113.200 }
	}

	chain antispoof {
		type filter hook prerouting priority raw; policy accept;
	}

	chain forward-ingress {
		type filter hook forward priority filter + 10; policy accept;
		ip daddr @clusterips4 reject
	}
}
`
    const table = readTable(listed)
    expect(table.sets.get('cidr4/203.0.113.0/24')?.elements).toEqual([
      '203.0.113.0-203.0.113.127',
      '203.0.113.130',
      '203.0.113.192-203.0.113.200',
    ])
    expect([...table.chains.values()].map(({ hook }) => hook?.priority)).toEqual([-300, 10])
    expect(table.chains.get('forward-ingress')?.rules[0]?.statements).toEqual([
      { do: 'reject', with: 'port-unreachable' },
    ])
  })

  it.each([
    [
      'table inet moat {\n\tchain c {\n\t\tcounter accept\n\t}\n}\n',
      'line 3: expected a match or a statement, found `counter`',
    ],
    ['table ip moat {\n}\n', 'line 1: expected `table inet`, found `table`'],
    ['table inet moat {\n\tset s {\n\t\ttype mark\n\t\ttimeout 1m\n', 'line 4: expected `type`, `flags interval`'],
    ['table inet moat {\n\tchain c {\n\t\taccept\n', 'expected a match or a statement, found the end'],
    ['table inet moat {\n}\ntable inet other {\n}\n', 'line 3: expected the end, found `table`'],
  ])('refuses %j', (text, message) => {
    expect(() => readTable(text)).toThrow(message)
  })
})
