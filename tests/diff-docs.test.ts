// docs/diff.md shows what `moat diff` prints, and docs/schemas/diff.json says what its JSON is. MOAT_UPDATE=1 writes the examples anew.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { diff } from '../src/analysis/diff/diff.ts'
import { diffDiagnostics } from '../src/render/diff/diagnostics.ts'
import { diffJson } from '../src/render/diff/json.ts'
import { randomlyEdited, randomSnapshot } from './support/random-snapshots.ts'

const root = resolve(import.meta.dirname, '..')
const document = resolve(root, 'docs/diff.md')

function moat(args: readonly string[]) {
  return spawnSync(process.execPath, ['bin/moat.mjs', ...args], { cwd: root, encoding: 'utf8' })
}

const EXAMPLE = ['examples/diff/before', 'examples/diff/after']

describe('docs/diff.md', () => {
  it('shows what each of its commands prints', () => {
    const text = readFileSync(document, 'utf8')
    const commands: string[] = []
    const anew = text.replaceAll(/```console\n\$ moat (.*)\n[^]*?```\n/g, (_, command: string) => {
      commands.push(command)
      return `\`\`\`console\n$ moat ${command}\n${moat(command.split(' ')).stdout}\`\`\`\n`
    })
    if (process.env['MOAT_UPDATE'] === '1') writeFileSync(document, anew)
    expect(commands).toHaveLength(3)
    expect(text).toBe(anew)
  })
})

describe('moat diff', () => {
  it('exits with 1 when something opened, or as --fail-on says', () => {
    const codes = (args: readonly string[]) => moat(['diff', ...args]).status
    expect(codes(EXAMPLE)).toBe(1)
    expect(codes(EXAMPLE.toReversed())).toBe(0)
    expect(codes([...EXAMPLE.toReversed(), '--fail-on', 'closed'])).toBe(1)
    expect(codes([...EXAMPLE.toReversed(), '--fail-on', 'any'])).toBe(1)
    expect(codes([...EXAMPLE, '--fail-on', 'closed'])).toBe(0)
    expect(codes([...EXAMPLE, '--fail-on', 'none'])).toBe(0)
    expect(codes(['examples/diff/before', 'examples/diff/before', '--fail-on', 'any'])).toBe(0)
    expect(codes(['examples/diff/before', 'examples/none'])).toBe(2)
    expect(codes(['examples/diff/before'])).toBe(2)
  })

  it('annotates the line that did it', () => {
    const { stdout } = moat(['diff', ...EXAMPLE, '-o', 'github'])
    expect(stdout).toMatch(
      /^::warning file=examples\/diff\/after\/policies.yaml,line=16,.*title=connection-opened::.*one dash more/,
    )
    const { runs } = JSON.parse(moat(['diff', ...EXAMPLE, '-o', 'sarif']).stdout) as {
      runs: { results: { ruleId: string; locations: { physicalLocation: { region: { startLine: number } } }[] }[] }[]
    }
    expect(
      runs[0]?.results.map(({ ruleId, locations }) => [ruleId, locations[0]?.physicalLocation.region.startLine]),
    ).toEqual([['connection-opened', 16]])
  })

  it('reads standard input as one of its sides', () => {
    const text = readFileSync(resolve(root, 'examples/diff/before/policies.yaml'), 'utf8')
    const input = `${text}---\n${readFileSync(resolve(root, 'examples/diff/before/workloads.yaml'), 'utf8')}`
    const { status, stdout } = spawnSync(process.execPath, ['bin/moat.mjs', 'diff', '-', 'examples/diff/after'], {
      cwd: root,
      encoding: 'utf8',
      input,
    })
    expect([status, stdout]).toEqual([1, moat(['diff', ...EXAMPLE]).stdout])
  })
})

describe('the JSON of a diff', () => {
  const schema = JSON.parse(readFileSync(resolve(root, 'docs/schemas/diff.json'), 'utf8')) as Record<string, unknown>
  const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema)

  function expectValid(data: unknown): void {
    validate(JSON.parse(JSON.stringify(data)))
    expect(validate.errors ?? []).toEqual([])
  }

  it('is as its schema says', () => {
    expectValid(JSON.parse(moat(['diff', ...EXAMPLE, '-o', 'json']).stdout))
    const kinds = new Set<string>()
    let [possible, both] = [0, 0]
    for (let seed = 1; seed <= 100; seed++) {
      const before = randomSnapshot(seed)
      const answer = diff(before, randomlyEdited(before, seed))
      for (const { kind } of answer.edits) kinds.add(kind)
      possible += answer.possible.length
      both += answer.changes.filter(({ cause }) => cause === 'both').length
      expectValid(diffJson(answer))
      expect(diffDiagnostics(answer).every(({ message }) => message.length > 0)).toBe(true)
    }
    expect(kinds.size).toBeGreaterThan(8)
    expect(possible).toBeGreaterThan(5)
    expect(both).toBeGreaterThan(0)
  })

  it('is not as its schema says when a field is missing or too many', () => {
    const data = JSON.parse(moat(['diff', ...EXAMPLE, '-o', 'json']).stdout) as { changes: Record<string, unknown>[] }
    expect(validate({ ...data, more: 1 })).toBe(false)
    expect(validate({ ...data, changes: data.changes.map(({ kind: _kind, ...rest }) => rest) })).toBe(false)
  })
})
