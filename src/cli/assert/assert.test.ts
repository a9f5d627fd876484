// `moat assert` as a process: what it reads, what it prints in each form, and its exit codes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const seed = join(root, 'examples/seed')
const FILES = ['moat.yaml', 'workloads.yaml'].flatMap((name) => ['-f', join(seed, name)])

function moat(args: readonly string[], { input = '', cwd = root } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/moat.mjs'), 'assert', ...args], {
    encoding: 'utf8',
    input,
    cwd,
  })
  return { status, stdout, stderr }
}

const BROKEN = readFileSync(join(seed, 'assertions.yaml'), 'utf8').replace('port: 8080', 'port: 9090')

describe('moat assert', () => {
  it('passes the assertions of the seed', () => {
    const { status, stdout, stderr } = moat([join(seed, 'assertions.yaml'), ...FILES])
    expect(status).toBe(0)
    expect(stdout.split('\n').filter((line) => line.startsWith('ok    '))).toHaveLength(5)
    expect(stderr).toBe('5 passed, 0 failed\n')
  })

  it('takes the manifests of this folder where only assertions are named', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'moat-assert-')), 'broken.yaml')
    writeFileSync(file, BROKEN)
    const { status, stdout, stderr } = moat([file], { cwd: seed })
    rmSync(dirname(file), { recursive: true })
    expect(status).toBe(1)
    expect(stdout).toContain('expected Allowed, found Denied: ai-models/feature-api to ai-models/slm')
    expect(stderr).toContain('4 passed, 1 failed')
  })

  it('exits with 1 when one fails, and prints a document as the schema has it', () => {
    const { status, stdout } = moat(['-', ...FILES, '-o', 'json'], { input: BROKEN })
    expect(status).toBe(1)
    const document: unknown = JSON.parse(stdout)
    const validate = new Ajv2020().compile(
      JSON.parse(readFileSync(join(root, 'docs/schemas/assert.json'), 'utf8')) as object,
    )
    expect(validate(document) || validate.errors).toBe(true)
    expect(document).toMatchObject({
      results: {
        0: {
          name: 'feature api reaches the model',
          expect: 'Allowed',
          verdict: 'Denied',
          pass: false,
          reason: expect.stringMatching(/^`NetworkPolicy ai-models\/slm-isolation` selects .*moat\.yaml:4:9\)$/),
          witness: {
            source: 'ai-models/feature-api',
            destination: 'ai-models/slm',
            protocol: 'TCP',
            port: 9090,
            family: 4,
          },
        },
      },
      passed: 4,
      failed: 1,
    })
  })

  it.each([
    ['junit', /<testsuites name="moat" tests="5" failures="1".*<failure message="expected Allowed, found Denied: /s],
    ['tap', /^TAP version 14\n1\.\.5\nnot ok 1 - feature api reaches the model\n {2}---\n/],
    ['github', /^::error line=6,.*title=assertion-failed::assertion `feature api reaches the model`: expected/],
    ['sarif', /"ruleId": "assertion-failed"/],
  ])('prints %s', (form, text) => {
    expect(moat(['-', ...FILES, '-o', form], { input: BROKEN }).stdout).toMatch(text)
  })

  it("reads netassert's tests, and fails those about a host name with the reason", () => {
    const input = `
- name: callers get in
  type: k8s
  targetPort: 8080
  src: {k8sResource: {kind: deployment, name: feature-api, namespace: ai-models}}
  dst: {k8sResource: {kind: deployment, name: slm, namespace: ai-models}}
- name: no way to a host
  type: k8s
  targetPort: 443
  exitCode: 1
  src: {k8sResource: {kind: deployment, name: slm, namespace: ai-models}}
  dst: {host: {name: example.org}}
`
    const { status, stdout } = moat(['-', ...FILES, '-o', 'json'], { input })
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      results: [
        { name: 'callers get in', pass: true },
        { name: 'no way to a host', verdict: 'Depends', pass: false, reason: expect.stringContaining('`example.org`') },
      ],
    })
  })

  it.each([
    ['no-assertions', [join(seed, 'workloads.yaml')]],
    ['no-pods', [join(seed, 'assertions.yaml'), '-f', join(seed, 'policy.yaml')]],
  ])('exits with 2 and says %s where there is nothing to check', (code, args) => {
    const { status, stdout, stderr } = moat(args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(`[${code}]\n  help: `)
  })
})
