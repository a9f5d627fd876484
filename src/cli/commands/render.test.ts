// `moat render` as a process: what goes to stdout, what to stderr, and how it ends.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')

function moat(args: readonly string[], input = '') {
  const env = { ...process.env, NO_COLOR: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/moat.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    input,
    env,
  })
  return { status, stdout, stderr }
}

const MOAT = readFileSync(`${root}/examples/seed/moat.yaml`, 'utf8')
const SAID = MOAT.replace('  callers:', '    port: 8080\n  callers:')

describe('moat render', () => {
  it('prints the manifests of a folder with one sentence per rule, and notes on stderr', () => {
    const { status, stdout, stderr } = moat(['render', 'examples/seed'])
    expect(status).toBe(0)
    expect(stdout).toBe(readFileSync(`${root}/tests/golden/seed-render.yaml`, 'utf8'))
    expect(stderr).toContain('examples/seed/policy.yaml:6:9: note: NetworkPolicy ai-models/slm-isolation is set aside')
  })

  it('prints the same objects as plain YAML and as a JSON List', () => {
    const yaml = moat(['render', '-f', 'examples/seed', '-o', 'yaml']).stdout
    const json = moat(['render', '-f', 'examples/seed', '-o', 'json']).stdout
    expect(yaml).not.toContain('#')
    expect(JSON.parse(json)).toEqual({ apiVersion: 'v1', kind: 'List', items: [load(yaml)] })
  })

  it('reads standard input, and files named apart', () => {
    expect(moat(['render', '-f', '-'], SAID)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('port: 8080'),
    })
    const files = ['examples/seed/moat.yaml', 'examples/seed/workloads.yaml'].flatMap((path) => ['-f', path])
    expect(moat(['render', ...files])).toMatchObject({ status: 0, stderr: '' })
  })

  it('exits with 2 and prints no manifest when a Moat cannot be rendered', () => {
    const { status, stdout, stderr } = moat(['render', '-'], MOAT)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('[moat-port-unknown]')
    expect(stderr).toContain('spec.model.port')
  })

  it('exits with 2 when there is no Moat, no file, or no manifest', () => {
    expect(moat(['render', 'examples/plain-policies'])).toMatchObject({ status: 2, stdout: '' })
    expect(moat(['render', 'examples/plain-policies']).stderr).toContain('[no-moat]')
    const missing = moat(['render', 'examples/none'])
    expect(missing).toMatchObject({ status: 2, stdout: '' })
    expect(missing.stderr).toBe('error: there is no file or folder `examples/none` [missing-file]\n')
  })

  it('exits with 2 and shows the place when the input is wrong', () => {
    const { status, stdout, stderr } = moat(['render', '-'], SAID.replace('callers:', 'caller:'))
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^<stdin>:\d+:\d+: error: /)
    expect(stderr).toContain('`callers`')
  })

  it('says that scrapers can call where metrics share the API port', () => {
    const scraped = `${SAID}  scrapers:\n  - name: prometheus\n    namespaceSelector: {}\n`
    const { status, stderr } = moat(['render', '-'], scraped)
    expect(status).toBe(0)
    expect(stderr).toContain('[metrics-on-api-port]')
  })
})
