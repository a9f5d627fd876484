// `moat lint` as a process: exit codes, output forms, and fixes that change just their lines.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { RULES } from '../../analysis/lint/registry.ts'

const root = resolve(import.meta.dirname, '../../..')
const folder = mkdtempSync(join(tmpdir(), 'moat-lint-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function moat(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'src/cli/main.ts'), 'lint', ...args], {
    encoding: 'utf8',
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { status, stdout, stderr }
}

function fixture(rule: string, which = 'fires'): string {
  return `tests/lint/${rule}/${which}.yaml`
}

/** A copy of a fixture to be changed, with another line end where one is given. */
function copy(rule: string, eol = '\n', start = ''): { path: string; text: string } {
  const text = start + readFileSync(join(root, fixture(rule)), 'utf8').replaceAll('\n', eol)
  const path = join(folder, `${rule}.yaml`)
  writeFileSync(path, text)
  return { path, text }
}

describe('moat lint', () => {
  it('exits with 0 without findings, with 1 on a warning, and on a note where that is asked for', () => {
    expect(moat(fixture('service-port', 'silent'))).toMatchObject({ status: 0, stdout: '', stderr: 'no findings\n' })
    expect(moat(fixture('service-port')).status).toBe(1)
    expect(moat(fixture('service-port'), '--fail-on', 'error').status).toBe(0)
    expect(moat(fixture('redundant-rule')).status).toBe(0)
    expect(moat(fixture('redundant-rule'), '--fail-on', 'note').status).toBe(1)
  })

  it('asks the rules that are named, without those that are skipped, and knows what is misspelt', () => {
    expect(moat(fixture('service-port'), '--rule', 'dns-everywhere,one-sided').status).toBe(0)
    expect(moat(fixture('service-port'), '--skip', 'service-port').status).toBe(0)
    const { status, stderr } = moat(fixture('service-port'), '--rule', 'service-prot')
    expect(status).toBe(2)
    expect(stderr).toContain('there is no rule `service-prot` [usage]\n  help: did you mean `service-port`?')
  })

  it('has what reading the input had to say in JSON, SARIF and annotations too, which does not count for the exit code', () => {
    const path = join(folder, 'odd.yaml')
    writeFileSync(
      path,
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.5/8}}]}]}\n',
    )
    const args = [path, '--rule', 'priority-tie', '-o']
    const json = moat(...args, 'json')
    expect(json.stderr).toContain('[cidr-host-bits]')
    expect(json.status).toBe(0)
    expect(JSON.parse(json.stdout)).toMatchObject({
      findings: [],
      input: [{ code: 'cidr-host-bits', location: { line: 4 } }],
    })
    expect(JSON.parse(moat(...args, 'sarif').stdout)).toMatchObject({
      runs: [{ results: [{ ruleId: 'cidr-host-bits' }] }],
    })
    expect(moat(...args, 'github').stdout).toContain('cidr-host-bits')
  })

  it('lists its rules, also as JSON', () => {
    const { rules } = JSON.parse(moat('--rules', '-o', 'json').stdout) as { rules: { id: string }[] }
    expect(rules.map(({ id }) => id)).toEqual(RULES.map(({ id }) => id))
    expect(moat('--rules').stdout.trimEnd().split('\n')).toHaveLength(RULES.length)
  })

  it('prints JSON with places and fixes', () => {
    const { stdout } = moat(fixture('service-port'), '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [
        {
          rule: 'service-port',
          severity: 'warning',
          location: { file: fixture('service-port') },
          docs: 'docs/lint.md#service-port',
          fix: { keepsMeaning: false, edits: [{ text: '5432' }] },
        },
      ],
      counts: { error: 0, warning: 1, note: 0 },
    })
  })

  it('prints SARIF, annotations, JUnit and Markdown', () => {
    const sarif = JSON.parse(moat(fixture('service-port'), '-o', 'sarif').stdout) as {
      runs: { results: { ruleId: string }[] }[]
    }
    expect(sarif.runs[0]?.results.map(({ ruleId }) => ruleId)).toEqual(['service-port'])
    expect(moat(fixture('service-port'), '-o', 'github').stdout).toMatch(/^::warning file=tests\/lint\/service-port/)
    expect(moat(fixture('service-port'), '-o', 'junit').stdout).toContain('failures="1"')
    expect(moat(fixture('service-port'), '-o', 'markdown').stdout).toContain('| `service-port` |')
  })
})

describe('moat lint --fix', () => {
  it.each([
    ['dns-protocol-missing', '\r\n', ''],
    ['private-range-left-in', '\r\n', ''],
    ['redundant-rule', '\n', '\ufeff'],
    ['split-peers', '\n', ''],
  ])('changes only the lines of its fixes: %s', (rule, eol, start) => {
    const { path, text } = copy(rule, eol, start)
    chmodSync(path, 0o640)
    const { status, stderr } = moat(path, '--fix')
    expect(stderr).toContain(`[${rule}]`)
    expect(status).toBe(0)
    const now = readFileSync(path, 'utf8')
    expect(now.startsWith(start)).toBe(true)
    expect(now.split('\n').length - 1).toBe(now.split(eol).length - 1)
    const before = new Set(text.split(eol))
    const after = new Set(now.split(eol))
    expect([...after].filter((line) => !before.has(line)).length).toBeLessThan(8)
    expect(now).toContain(text.split(eol)[0] as string) // the comment at the top
    expect(now).not.toBe(text)
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(moat(path, '--fix').stderr).toBe('no findings\n')
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('leaves standard input alone and says so', () => {
    const input = readFileSync(join(root, fixture('service-port')), 'utf8')
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'src/cli/main.ts'), 'lint', '-', '--fix'], {
      encoding: 'utf8',
      input,
      env: { ...process.env, NO_COLOR: '1' },
    })
    expect(status).toBe(1)
    expect(stderr).toContain('not fixed: <stdin>:')
  })
})
