// `moat prove` as a process: what it prints, and its exit codes.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
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
