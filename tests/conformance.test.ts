// The conformance tables asked of every oracle: the policy APIs rule by rule, each with the smallest manifests that show it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load, loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { parse } from '../src/parse/parse.ts'
import type { ProfileName } from '../src/engine/profile.ts'
import type { Protocol } from '../src/sets/connection-set.ts'
import { type Oracle, ORACLES, type Probe } from './support/oracles.ts'
import type { RawObject } from './support/raw-objects.ts'
import { RULESET } from './support/ruleset-oracle.ts'

interface ConformanceCase {
  readonly rule: string
  /** What the rule says here, as the end of a sentence that starts with its number. */
  readonly says: string
  /** Policies and further objects, as YAML. */
  readonly add: string
  readonly profile?: ProfileName
  readonly expect: readonly string[]
}

const folder = join(import.meta.dirname, 'conformance')
const base = readFileSync(join(folder, 'cluster.yaml'), 'utf8')
const table = ['network-policy.yaml', 'admin-policies.yaml'].flatMap(
  (name) => load(readFileSync(join(folder, name), 'utf8')) as readonly ConformanceCase[],
)

/** `source -> destination protocol/port [v6] = verdict`. */
function readLine(line: string): { readonly probe: Probe; readonly verdict: string } {
  const match = /^(\S+) -> (\S+) (tcp|udp|sctp)\/(\d+)( v6)? = (Allowed|Denied|Depends)$/.exec(line)
  if (!match) throw new Error(`not a line of the table: ${line}`)
  const [, source = '', destination = '', protocol = '', port, six, verdict = ''] = match
  const probe: Probe = {
    source,
    destination,
    protocol: protocol.toUpperCase() as Protocol,
    port: Number(port),
    family: six === undefined ? 4 : 6,
  }
  return { probe, verdict }
}

/** Inputs that the API server refuses, or reads in a way that must be told, by the code of the diagnostic. */
const REFUSED: readonly (readonly [rule: string, code: string, spec: string])[] = [
  ['S07', 'empty-peer', '{podSelector: {}, ingress: [{from: [{}]}]}'],
  [
    'S11',
    'ip-block-with-selector',
    '{podSelector: {}, ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}',
  ],
  ['S19', 'invalid-end-port', '{podSelector: {}, ingress: [{ports: [{port: 90, endPort: 80}]}]}'],
  ['S19', 'invalid-end-port', '{podSelector: {}, ingress: [{ports: [{port: http, endPort: 80}]}]}'],
  ['S19', 'invalid-end-port', '{podSelector: {}, ingress: [{ports: [{endPort: 80}]}]}'],
  [
    'S23',
    'except-outside',
    '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}',
  ],
  [
    'S23',
    'except-outside',
    '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/9]}}]}]}',
  ],
  ['S24', 'cidr-host-bits', '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.5/8}}]}]}'],
  ['S02', 'ignored-rules', '{podSelector: {}, policyTypes: [Egress], ingress: [{}]}'],
  ['S46', 'too-many-policy-types', '{podSelector: {}, policyTypes: [Ingress, Egress, Ingress]}'],
  ['S46', 'unknown-value', '{podSelector: {}, policyTypes: [ingress]}'],
  ['S47', 'unknown-field', '{podSelector: {}, Ingress: [{}]}'],
  ['S47', 'duplicate-key', '{podSelector: {}, podSelector: {}}'],
  ['S48', 'removed-api-version', 'extensions/v1beta1'],
]

const CNP = 'tier: Admin, priority: 1, subject: {namespaces: {}}'
const ANP = 'priority: 1, subject: {namespaces: {}}'
const BLOCKS = Array.from({ length: 26 }, (_, at) => `10.${at}.0.0/16`).join(', ')

/** The same of the admin APIs: `c` a ClusterNetworkPolicy, `a` an AdminNetworkPolicy, `b` its baseline. */
const REFUSED_ADMIN: readonly (readonly [rule: string, code: string, spec: string])[] = [
  ['A02', 'invalid-priority', 'c: tier: Admin, priority: 1001, subject: {namespaces: {}}'],
  ['A02', 'missing-field', 'a: subject: {namespaces: {}}'],
  ['A03', 'baseline-name', 'b: subject: {namespaces: {}}'],
  ['A05', 'unknown-value', 'b: subject: {namespaces: {}}, ingress: [{action: Pass, from: [{namespaces: {}}]}]'],
  ['A05', 'unknown-value', `c: ${CNP}, ingress: [{action: Allow, from: [{namespaces: {}}]}]`],
  ['A05', 'unknown-value', `a: ${ANP}, ingress: [{action: Accept, from: [{namespaces: {}}]}]`],
  ['A08', 'choose-one', 'c: tier: Admin, priority: 1, subject: {}'],
  ['A08', 'choose-one', 'a: priority: 1, subject: {namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}'],
  ['A08', 'missing-field', 'a: priority: 1, subject: {pods: {podSelector: {}}}'],
  ['A09', 'misplaced-peer', `c: ${CNP}, ingress: [{action: Deny, from: [{networks: [10.0.0.0/8]}]}]`],
  ['A09', 'misplaced-peer', `a: ${ANP}, ingress: [{action: Deny, from: [{nodes: {}}]}]`],
  ['A10', 'misplaced-peer', 'b: subject: {namespaces: {}}, egress: [{action: Allow, to: [{domainNames: [a.b]}]}]'],
  ['A13', 'domain-names-not-accepted', `c: ${CNP}, egress: [{action: Deny, to: [{domainNames: [a.b]}]}]`],
  ['A13', 'invalid-domain-name', `a: ${ANP}, egress: [{action: Allow, to: [{domainNames: ["a.*.b"]}]}]`],
  [
    'A14',
    'named-port-outside',

    `c: ${CNP}, egress: [{action: Deny, to: [{nodes: {}}], protocols: [{destinationNamedPort: http}]}]`,
  ],
  ['A15', 'fails-closed', `c: ${CNP}, egress: [{action: Deny, to: [{serviceAccounts: {}}]}]`],
  ['A15', 'unknown-field', `c: ${CNP}, egress: [{action: Deny, to: [{namespces: {}}]}]`],
  ['A15', 'choose-one', `a: ${ANP}, egress: [{action: Deny, to: [{}]}]`],
  ['A16', 'unknown-field', `a: ${ANP}, egress: [{action: Deny, to: [{namespaces: {}}], protocols: []}]`],
  ['A17', 'choose-one', `c: ${CNP}, egress: [{action: Deny, to: [{namespaces: {}}], protocols: [{tcp: {}}]}]`],
  [
    'A18',
    'invalid-port-range',

    `a: ${ANP}, egress: [{action: Deny, to: [{namespaces: {}}], ports: [{portRange: {start: 80, end: 80}}]}]`,
  ],
  ['A19', 'too-many-items', `c: ${CNP}, egress: [{action: Deny, to: [{networks: [${BLOCKS}]}]}]`],
  ['A19', 'duplicate-item', `a: ${ANP}, egress: [{action: Deny, to: [{networks: [10.0.0.0/8, 10.0.0.0/8]}]}]`],
  ['A20', 'empty-list', `c: ${CNP}, egress: [{action: Deny, to: []}]`],
  ['A20', 'empty-list', `a: ${ANP}, egress: [{action: Deny, to: [{namespaces: {}}], ports: []}]`],
  ['A28', 'removed-field', `a: ${ANP}, ingress: [{action: Deny, from: [{namespaces: {sameLabels: [team]}}]}]`],
  [
    'A30',
    'mixed-admin-apis',

    `c: ${CNP}}\n---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: p}\nspec: {${ANP}`,
  ],
]

const KINDS = {
  a: 'v1alpha1\nkind: AdminNetworkPolicy',
  b: 'v1alpha1\nkind: BaselineAdminNetworkPolicy',
  c: 'v1alpha2\nkind: ClusterNetworkPolicy',
} as const

/**
 * Residuals: other protocols than TCP, UDP and SCTP, addresses that are rewritten, pods that start before policy holds, whether
 * anything enforces, DNS and ingress controllers (questions of lint and of the map), replies.
 */
const BEYOND_VERDICTS = ['S34', 'S26', 'S37', 'S43', 'S44', 'S45', 'A29']

/** Why an oracle cannot be asked about a line; `undefined` when it can. */
function unaskable(oracle: Oracle, { profile }: ConformanceCase, line: string): string | undefined {
  if (oracle !== RULESET) return undefined
  if (profile !== undefined) return `a ruleset has no profile ${profile}`
  if (line.endsWith('Depends')) return 'a packet has no Depends'
  const [source, , destination] = line.split(' ')
  if (/\/(on-|done|new)/.test(line)) return 'it says nothing about the host network and about pods without an address'
  return source === destination ? 'a pod reaches itself without any forwarding' : undefined
}

describe.each([...ORACLES, RULESET])('by the oracle $name', (oracle) => {
  for (const one of table) {
    const lines = one.expect.filter((line) => unaskable(oracle, one, line) === undefined)
    const reason = lines.length === 0 ? unaskable(oracle, one, one.expect[0] as string) : undefined
    it.skipIf(reason)(`${one.rule}: ${one.says}${reason === undefined ? '' : ` [${reason}]`}`, () => {
      const objects = (loadAll(`${base}---\n${one.add}`) as (RawObject | null)[]).filter((object) => object !== null)
      const ask = oracle.read({ objects }, one.profile ?? 'conformance')
      const answers = lines.map((line) => line.replace(/= \w+$/, `= ${ask(readLine(line).probe)}`))
      expect(lines.length).toBeGreaterThan(0)
      expect(answers).toEqual(lines)
    })
  }
})

describe('what the API server refuses or ignores', () => {
  it.each(REFUSED)('%s is reported as `%s`: %s', (_rule, code, spec) => {
    const isVersion = !spec.startsWith('{')
    const text = `apiVersion: ${isVersion ? spec : 'networking.k8s.io/v1'}
kind: NetworkPolicy
metadata: {name: p, namespace: red}
spec: ${isVersion ? '{podSelector: {}}' : spec}
`
    const { diagnostics } = parse([{ name: 'policy.yaml', text }])
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code)
    expect(diagnostics.find((diagnostic) => diagnostic.code === code)?.span).toBeDefined()
  })

  it.each(REFUSED_ADMIN)('%s is reported as `%s`: %s', (_rule, code, spec) => {
    const kind = KINDS[spec[0] as keyof typeof KINDS]
    const text = `apiVersion: policy.networking.k8s.io/${kind}\nmetadata: {name: ${code === 'baseline-name' ? 'base' : 'default'}}\nspec: {${spec.slice(3)}}\n`
    const { diagnostics } = parse([{ name: 'policy.yaml', text }])
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code])
    expect(diagnostics[0]?.span).toBeDefined()
  })
})

describe('docs/semantics.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../docs/semantics.md'), 'utf8')
  const rows = [...text.matchAll(/^\| ([SA]\d\d) \| .* \| ([^|]+) \|$/gm)].map(([, rule = '', shown = '']) => ({
    rule,
    shown,
  }))
  const cases = new Set(table.map(({ rule }) => rule))
  const refused = new Set([...REFUSED, ...REFUSED_ADMIN].map(([rule]) => rule))

  it('has a row for every rule from S01 to S48 and from A01 to A30, and no other', () => {
    const numbers = (letter: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`)
    expect(rows.map(({ rule }) => rule).sort()).toEqual([...numbers('A', 30), ...numbers('S', 48)])
  })

  it('says of a rule that cases or refusals show it exactly where there are some', () => {
    expect(rows.filter(({ shown }) => /\bcases?\b/.test(shown)).map(({ rule }) => rule)).toEqual(
      rows.map(({ rule }) => rule).filter((rule) => cases.has(rule)),
    )
    expect(rows.filter(({ shown }) => shown.includes('refusals')).map(({ rule }) => rule)).toEqual(
      rows.map(({ rule }) => rule).filter((rule) => refused.has(rule)),
    )
  })

  it('names only tests that are there', () => {
    const named = rows.flatMap(({ shown }) => [...shown.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((path) => !existsSync(join(import.meta.dirname, '..', path)))).toEqual([])
  })

  it('leaves nothing without a witness but what no verdict can show', () => {
    const bare = rows.filter(({ shown }) => shown === '–').map(({ rule }) => rule)
    expect(bare).toEqual(BEYOND_VERDICTS)
  })
})
