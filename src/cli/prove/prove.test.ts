// `moat prove` as a process: what it prints, and its exit codes.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { pod, policy, SEED } from '../../../tests/support/proofs.ts'

const moat = resolve(import.meta.dirname, '../../../bin/moat.mjs')

/** `moat prove -f -` with the documents as standard input. */
function prove(documents: readonly string[], ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [moat, 'prove', '-f', '-', ...args], {
    encoding: 'utf8',
    input: documents.join('\n---\n'),
  })
  return { status, stdout, stderr }
}

const BLOCK = policy(
  'ai-models',
  'block',
  'podSelector: {}\ningress:\n- from: [{ipBlock: {cidr: 10.0.0.0/8}}]\n  ports: [{port: 8080}]',
)
const OPEN = policy('ai-models', 'open', 'podSelector: {}\ningress: [{}]')
const UNSURE = policy(
  'ai-models',
  'deny',
  'podSelector: {matchLabels: {app: feature-api}}\npolicyTypes: [Egress]\negress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]',
)

describe('moat prove', () => {
  it('exits with 0 when every claim is proven', () => {
    const { status, stdout } = prove([SEED, pod('ai-models', 'small-language-model')])
    expect(status).toBe(0)
    expect(stdout).toContain('PROVEN        only pods {ns=ai-models, app=feature-api} can open tcp/8080\n')
  })

  it('exits with 1 when a claim is refuted, and counts on stderr', () => {
    const { status, stdout, stderr } = prove([SEED, OPEN], '-o', 'json')
    expect(status).toBe(1)
    const claims = JSON.parse(stdout) as { id: string; verdict: string }[]
    expect(claims.find(({ id }) => id === 'no-outside')).toMatchObject({ verdict: 'REFUTED' })
    expect(stderr).toMatch(/\d+ proven, \d+ refuted, 0 out of scope\n$/)
  })

  it('exits with 1 when a claim is out of scope, with 0 where that is accepted or a profile settles it', () => {
    expect(prove([SEED, UNSURE]).status).toBe(1)
    expect(prove([SEED, UNSURE], '--accept-out-of-scope').status).toBe(0)
    expect(prove([SEED, BLOCK], '--profile', 'cilium').stdout).toMatch(/^PROVEN +only pods/m)
  })

  it('exits with 2 when the input has no Moat, and says what to do', () => {
    const { status, stdout, stderr } = prove([OPEN])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('[no-moat]\n  help: ')
  })

  it('says that a policy which the Moat replaces is not what the proof is about', () => {
    const old = policy('ai-models', 'slm-isolation', 'podSelector: {}\ningress: [{}]')
    const { status, stdout, stderr } = prove([SEED, old])
    expect(status).toBe(0)
    expect(stderr).toContain('[moat-replaces-policy]')
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('RESIDUAL NetworkPolicy ai-models/slm-isolation at <stdin>:')
  })
})

describe('moat prove with assertions', () => {
  const root = resolve(import.meta.dirname, '../../..')
  const ASSERTIONS = `apiVersion: modelmoat.dev/v1alpha1
kind: Assertions
assertions:
- {name: only the api, from: {pod: ai-models/feature-api}, to: {pod: ai-models/small-language-model}, expect: Only}
- {name: no stranger, from: {pod: ai-models/stranger}, to: {pod: ai-models/small-language-model}, expect: Denied}`
  const NAMES = ['small-language-model', 'feature-api', 'stranger']
  const PODS = NAMES.map((name) => pod('ai-models', name))

  it('proves them without a Moat, each apart from any', () => {
    const { status, stdout } = prove([ASSERTIONS, ...PODS, BLOCK], '-o', 'json', '--profile', 'conformance')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ id: 'assertion/only the api', verdict: 'REFUTED' }),
      expect.objectContaining({ id: 'assertion/no stranger', verdict: 'OUT_OF_SCOPE' }),
    ])
    expect(stdout).not.toContain('"moat"')
  })

  it('proves them beside a Moat, and what it prints is as the schema has it', () => {
    const { status, stdout } = prove([SEED, ASSERTIONS, ...PODS, BLOCK], '-o', 'json')
    expect(status).toBe(1)
    const claims = JSON.parse(stdout) as { moat?: string; verdict: string }[]
    expect(claims.slice(0, -2).every(({ moat }) => moat === 'ai-models/slm-isolation')).toBe(true)
    expect(new Set(claims.map(({ verdict }) => verdict))).toEqual(new Set(['PROVEN', 'REFUTED', 'OUT_OF_SCOPE']))
    const schema = JSON.parse(readFileSync(resolve(root, 'docs/schemas/prove.json'), 'utf8')) as object
    const validate = new Ajv2020().compile(schema)
    expect(validate(claims) || validate.errors).toBe(true)
  })
})
