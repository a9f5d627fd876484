// The conformance table asked of every oracle: NetworkPolicy rule by rule, each with the smallest manifests that show it.
import { readFileSync } from 'node:fs'
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
const table = load(readFileSync(join(folder, 'network-policy.yaml'), 'utf8')) as readonly ConformanceCase[]

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

/** Rules that no verdict about a connection can show, and where they are shown instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  S20: 'through a Service: src/engine/service-path.test.ts',
  S26: 'rewritten source addresses are outside of what policies say: a residual of every proof',
  S30: 'replies belong to their connection: the kernel tests of the sandbox',
  S34: 'only TCP, UDP and SCTP have verdicts; other protocols are a residual',
  S36: 'the moment of a change: the kernel tests of the sandbox',
  S37: 'the moment of a change: a residual of every proof',
  S42: 'labels of pods made by workloads: src/policy/endpoints.test.ts',
  S43: 'whether anything enforces: the sandbox, and later staging in a cluster',
  S44: 'DNS: a question of lint',
  S45: 'ingress controllers: a question of maps',
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

/** Why an oracle cannot be asked about a line; `undefined` when it can. */
function unaskable(oracle: Oracle, { profile }: ConformanceCase, line: string): string | undefined {
  if (oracle !== RULESET) return undefined
  if (profile !== undefined) return `a ruleset has no profile ${profile}`
  if (line.endsWith('Depends')) return 'a packet has no Depends'
  const [source, , destination] = line.split(' ')
  if (/\/(on-|done)/.test(line)) return 'it says nothing about the host network and about pods without an address'
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
})

describe('the table', () => {
  it('has a case, a refusal or a reason for every rule from S01 to S48', () => {
    const all = Array.from({ length: 48 }, (_, index) => `S${String(index + 1).padStart(2, '0')}`)
    const shown = new Set([
      ...table.map(({ rule }) => rule),
      ...REFUSED.map(([rule]) => rule),
      ...Object.keys(ELSEWHERE),
    ])
    expect(all.filter((rule) => !shown.has(rule))).toEqual([])
  })
})
