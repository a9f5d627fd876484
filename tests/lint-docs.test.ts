// What docs/lint.md shows is what `moat lint` prints, and its JSON is as its schema says, for every fixture.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { lint } from '../src/analysis/lint/lint.ts'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { parse } from '../src/parse/parse.ts'
import { lintJson } from '../src/render/findings.ts'

const root = resolve(import.meta.dirname, '..')
const text = readFileSync(join(root, 'docs/lint.md'), 'utf8')

describe('docs/lint.md', () => {
  const shown = [...text.matchAll(/^```text\n\$ npx moat (lint [^\n]*)\n([^]*?)^```$/gm)]

  it('has examples', () => {
    expect(shown.length).toBeGreaterThan(1)
  })

  it.each(shown.map(([, command = '', output = '']) => ({ command, output })))(
    'prints `moat $command` to the letter',
    ({ command, output }) => {
      const { stdout, status } = spawnSync(process.execPath, ['bin/moat.mjs', ...command.split(' ')], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1' },
      })
      expect(status).toBe(1)
      expect(stdout.trimEnd()).toBe(output.trimEnd())
    },
  )
})

describe('the JSON of `moat lint`', () => {
  const schema = JSON.parse(readFileSync(join(root, 'docs/schemas/lint.json'), 'utf8')) as Record<string, unknown>
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)

  it.each(readdirSync(join(root, 'tests/lint')))('is as its schema says: %s', (rule) => {
    const name = `tests/lint/${rule}/fires.yaml`
    const { snapshot } = parse([{ name, text: readFileSync(join(root, name), 'utf8') }])
    const findings = lint(policiesInForce(snapshot))
    const document: unknown = JSON.parse(JSON.stringify(lintJson(findings, [])))
    expect(findings.length).toBeGreaterThan(0)
    expect(validate(document) ? [] : validate.errors).toEqual([])
  })

  it('has nothing that the schema does not know', () => {
    expect(validate({ findings: [], counts: { error: 0, warning: 0, note: 0 }, more: 1 })).toBe(false)
  })
})
