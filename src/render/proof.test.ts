// A proof in print: every verdict, witnesses of every kind, and the same as data.
import { describe, expect, it } from 'vitest'
import { pod, policy, ports, proofOf, SEED } from '../../tests/support/proofs.ts'
import { proofJson, proofLines } from './proof.ts'
import { displayWidth, lineWidth, plainText } from './styled-text.ts'

const OPEN = policy(
  'ai-models',
  'open',
  'podSelector: {}\ningress:\n- from: [{namespaceSelector: {matchLabels: {team: ml}}}]',
)
const DENY = policy('ai-models', 'deny', 'podSelector: {}\npolicyTypes: [Egress]')
const BLOCK = policy(
  'ai-models',
  'block',
  'podSelector: {}\ningress:\n- from: [{ipBlock: {cidr: 10.0.0.0/8}}]\n  ports: [{port: 8080}]',
)
const NAMED = policy(
  'ai-models',
  'named',
  'podSelector: {}\npolicyTypes: [Egress]\negress: [{ports: [{port: web}], to: [{podSelector: {}}]}]',
)

/** The text of a claim with its witness, on one line. */
function entryOf(text: string, claim: string): string {
  const one = text.replaceAll(/\n {14}/g, ' ').split('\n')
  const found = one.find((line) => line.includes(claim))
  if (found === undefined) throw new Error(`${claim} not in:\n${text}`)
  return found
}

describe('a proof in print', () => {
  it('opens with what it is about, one line for each claim, and ends with what remains', () => {
    const text = plainText(proofLines(proofOf([SEED])))
    const lines = text.split('\n')
    expect(lines.slice(0, 5)).toEqual([
      'slm-isolation @ ai-models',
      'model: no pod of the input',
      'policies: ai-models/slm-isolation',
      'over all pods that could exist, all ports, IPv4 and IPv6; profile spec',
      'PROVEN        only pods {ns=ai-models, app=feature-api} can open tcp/8080',
    ])
    expect(lines.filter((line) => line.startsWith('RESIDUAL      ')).length).toBeGreaterThan(5)
  })

  it('keeps to its width where words allow', () => {
    for (const width of [60, 80, 100]) {
      const lines = proofLines(proofOf([SEED, OPEN, DENY, NAMED]), width)
      expect(lines.filter((line) => lineWidth(line) > width)).toEqual([])
    }
    expect(displayWidth('─')).toBe(1)
  })

  it('says which rule lets a witness in, and where it stands', () => {
    const text = plainText(proofLines(proofOf([SEED, OPEN])))
    expect(entryOf(text, 'no pod can open any other port')).toMatch(
      /^REFUTED {7}.*witness: any pod other\/any-pod \{\} in a namespace \{team=ml\} to any pod ai-models\/model \{app=small-language-model\} tcp\/80, let in by NetworkPolicy ai-models\/open, ingress rule 1 \(in\.yaml:\d+:\d+\)$/,
    )
  })

  it('says which policy denies a caller', () => {
    const text = plainText(
      proofLines(proofOf([SEED, DENY, pod('ai-models', 'feature-api'), pod('ai-models', 'small-language-model')])),
    )
    expect(entryOf(text, 'caller feature-api')).toMatch(
      /witness: pod ai-models\/feature-api to pod ai-models\/small-language-model tcp\/8080, denied: NetworkPolicy ai-models\/deny selects ai-models\/feature-api for egress, and no rule allows it \(in\.yaml:/,
    )
  })

  it('names the port that a destination would have to declare', () => {
    const text = plainText(proofLines(proofOf([SEED, NAMED])))
    expect(entryOf(text, 'the model can open nothing but')).toMatch(
      /to any pod \S+ \{\}, port web = 8080, .* tcp\/8080, let out by/,
    )
  })

  it('says why a claim is out of scope', () => {
    const text = plainText(proofLines(proofOf([SEED, BLOCK])))
    expect(entryOf(text, 'can open tcp/8080')).toMatch(
      /^OUT OF SCOPE {2}.* whether an ipBlock .* network plugin; .* \(in\.yaml:/,
    )
  })

  it('shows control characters of hostile input as text', () => {
    const proof = proofOf([SEED])
    const hostile = { ...proof, residuals: ['\u001b[31mred'] }
    expect(plainText(proofLines(hostile))).toContain(String.raw`\u{1b}[31mred`)
  })
})

describe('a proof as data', () => {
  it('has verdict, witness with both ends, reason and place for each claim', () => {
    const json = proofJson(
      proofOf([SEED, OPEN, pod('ai-models', 'small-language-model', ports('{name: http, containerPort: 8080}'))]),
    )
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
    const refuted = json.find(({ id }) => id === 'other-ports')
    expect(refuted).toEqual({
      moat: 'ai-models/slm-isolation',
      id: 'other-ports',
      claim: 'no pod can open any other port of the model',
      verdict: 'REFUTED',
      witness: {
        source: {
          pod: 'other/any-pod',
          labels: {},
          namespaceLabels: { team: 'ml', 'kubernetes.io/metadata.name': 'other' },
          present: false,
        },
        destination: {
          pod: 'ai-models/small-language-model',
          labels: { app: 'small-language-model' },
          namespaceLabels: { 'kubernetes.io/metadata.name': 'ai-models' },
          present: true,
          ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        },
        protocol: 'TCP',
        port: 80,
        family: 4,
        allowed: true,
      },
      reason: 'let in by NetworkPolicy ai-models/open, ingress rule 1',
      location: expect.stringMatching(/^in\.yaml:\d+:\d+$/),
    })
    expect(json.find(({ id }) => id === 'metadata')).not.toHaveProperty('witness')
  })

  it('has an address for an end outside the cluster', () => {
    const json = proofJson(proofOf([SEED, BLOCK]))
    expect(json.find(({ id }) => id === 'no-outside')?.witness?.source).toEqual({ address: '10.0.0.1' })
  })
})
