// The eight findings: all on the seed, and each only where its trait is.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { position } from '../diag/source.ts'
import { policiesInForce } from '../intent/policies-in-force.ts'
import { parse } from '../parse/parse.ts'
import { explainPolicies, type FindingId } from './policy-findings.ts'

const root = resolve(import.meta.dirname, '../..')

function explained(text: string, name = 'file.yaml') {
  const { snapshot, diagnostics } = parse([{ name, text }])
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new Error(diagnostics[0]?.message)
  return explainPolicies(policiesInForce(snapshot).snapshot)
}

function policy(spec: string, name = 'p', namespace = 'ai-models'): string {
  const indented = spec.replaceAll(/^/gm, '  ')
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec:\n${indented}\n---\n`
}

/** The findings of the first policy. */
function idsOf(...documents: string[]): FindingId[] {
  return (explained(documents.join(''))[0]?.findings ?? []).map(({ id }) => id)
}

const SUBJECT = 'podSelector: {matchLabels: {app: small-language-model}}'
const INGRESS = 'ingress: [{from: [{podSelector: {matchLabels: {app: feature-api}}}]}]'
const EGRESS = 'egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]'
const BOTH = 'policyTypes: [Ingress, Egress]'
const SEED = [SUBJECT, BOTH, INGRESS, EGRESS].join('\n')

const ALL: readonly FindingId[] = [
  'documentation-range',
  'no-ports',
  'dns-denied',
  'own-namespace-only',
  'monitoring-cut-off',
  'no-downloads',
  'only-these-pods',
  'self-asserted-label',
]

describe('the findings of a policy', () => {
  it('are eight for the plain policy of the seed, each with its line', () => {
    const text = readFileSync(resolve(root, 'examples/seed/policy.yaml'), 'utf8')
    const [only] = explained(text, 'policy.yaml')
    const lineOf = (words: string): number => text.split('\n').findIndex((line) => line.includes(words)) + 1
    const lines = (only?.findings ?? []).map(({ id, span }) => [id, span && position(span.file, span.start).line])
    expect(lines).toEqual([
      ['documentation-range', lineOf('- ipBlock')],
      ['no-ports', lineOf('- from')],
      ['dns-denied', lineOf('- to')],
      ['own-namespace-only', lineOf('- podSelector')],
      ['monitoring-cut-off', lineOf('- from')],
      ['no-downloads', lineOf('- to')],
      ['only-these-pods', lineOf('small-language-model')],
      ['self-asserted-label', lineOf('- podSelector')],
    ])
    expect(only?.findings[0]?.message).toContain('egress is in effect deny-all')
    expect(only?.findings[1]?.message).toContain('in either direction: ingress rule 1 and egress rule 1')
    expect(only?.findings[5]?.message).toContain('the model cannot download its weights')
  })

  it('are computed from the Moat of the seed too, where only the ports of the callers differ', () => {
    const files = ['moat.yaml', 'workloads.yaml'].map((name) => resolve(root, 'examples/seed', name))
    const text = files.map((file) => readFileSync(file, 'utf8')).join('\n---\n')
    const [only] = explained(text)
    expect(only?.findings.map(({ id }) => id)).toEqual(ALL)
    expect(only?.findings[1]?.message).toContain('no `ports`: egress rule 1')
  })

  const without: readonly (readonly [FindingId, string, readonly string[]])[] = [
    ['documentation-range', 'a range that somebody may have', [policy(SEED.replace('203.0.113.0/24', '8.8.4.0/24'))]],
    [
      'no-ports',
      'ports in both directions',
      [
        policy(
          SEED.replace('feature-api}}}]', 'feature-api}}}], ports: [{port: 8080}]').replace(
            '/24}}]',
            '/24}}], ports: [{port: 443}]',
          ),
        ),
      ],
    ],
    [
      'dns-denied',
      'another policy that opens DNS',
      [
        policy(SEED),
        policy(
          'podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}]',
          'dns',
        ),
      ],
    ],
    [
      'dns-denied',
      'the address of a node-local resolver',
      [policy(SEED.replace('egress: [{to', 'egress: [{to: [{ipBlock: {cidr: 169.254.20.10/32}}]}, {to'))],
    ],
    [
      'own-namespace-only',
      'a namespaceSelector',
      [
        policy(
          SEED.replace(
            '{podSelector: {matchLabels: {app: feature',
            '{namespaceSelector: {}, podSelector: {matchLabels: {app: feature',
          ),
        ),
      ],
    ],
    [
      'monitoring-cut-off',
      'a rule for Prometheus',
      [
        policy(
          SEED.replace(
            'ingress: [',
            'ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]}, ',
          ),
        ),
      ],
    ],
    [
      'monitoring-cut-off',
      'another policy for scrapers',
      [
        policy(SEED),
        policy(
          `${SUBJECT}\npolicyTypes: [Ingress]\ningress: [{from: [{podSelector: {matchLabels: {role: scraper}}}]}]`,
          'metrics',
        ),
      ],
    ],
    ['no-downloads', 'a way to the Internet', [policy(SEED.replace('203.0.113.0/24', '0.0.0.0/0'))]],
    [
      'only-these-pods',
      'a default deny beside it',
      [policy(SEED), policy('podSelector: {}\npolicyTypes: [Ingress, Egress]', 'default-deny')],
    ],
    [
      'self-asserted-label',
      'callers by namespace',
      [
        policy(
          SEED.replace(
            '{podSelector: {matchLabels: {app: feature-api}}}',
            '{namespaceSelector: {matchLabels: {team: apps}}}',
          ),
        ),
      ],
    ],
  ]

  it.each(without)('leave out %s where there is %s', (id, _, documents) => {
    expect(idsOf(policy(SEED))).toContain(id)
    expect(idsOf(...documents)).not.toContain(id)
  })

  it('say nothing of a direction that a policy does not isolate', () => {
    const ids = idsOf(policy(`${SUBJECT}\npolicyTypes: [Ingress]\n${INGRESS}`))
    expect(ids).toEqual([
      'no-ports',
      'own-namespace-only',
      'monitoring-cut-off',
      'only-these-pods',
      'self-asserted-label',
    ])
  })

  it('are none for a policy that opens everything, and none for one that selects no possible pod', () => {
    expect(idsOf(policy('podSelector: {}\ningress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]'))).toEqual(
      [],
    )
    const nobody = '{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}'
    expect(idsOf(policy(`podSelector: ${nobody}\n${BOTH}\n${INGRESS}`))).toEqual([])
  })
})
