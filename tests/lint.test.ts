// Every lint rule has its section, an example that fires and one that must not; a fix leaves nothing to be found.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lint } from '../src/analysis/lint/lint.ts'
import { RULES } from '../src/analysis/lint/registry.ts'
import type { Finding } from '../src/analysis/lint/rule.ts'
import { hasErrors } from '../src/diag/diagnostic.ts'
import { editedText } from '../src/diag/edit.ts'
import type { SourceFile } from '../src/diag/source.ts'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { parse } from '../src/parse/parse.ts'

const root = resolve(import.meta.dirname, '..')
const FOLDER = join(root, 'tests/lint')

function fixture(rule: string, which: string): SourceFile {
  const name = `tests/lint/${rule}/${which}.yaml`
  return { name, text: readFileSync(join(root, name), 'utf8') }
}

function findings(file: SourceFile): Finding[] {
  const { snapshot, diagnostics } = parse([file])
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  const inForce = policiesInForce(snapshot)
  expect(hasErrors(inForce.diagnostics)).toBe(false)
  return lint(inForce)
}

function of(rule: string, all: readonly Finding[]): Finding[] {
  return all.filter(({ code }) => code === rule)
}

describe('every lint rule', () => {
  const text = readFileSync(join(root, 'docs/lint.md'), 'utf8')
  const sections = new Map(
    [...text.matchAll(/^### ([a-z0-9-]+)\n([^]*?)(?=^##|$(?![^]))/gm)].map(([, id, body]) => [
      id as string,
      body ?? '',
    ]),
  )

  it('has an id of its own, and no folder of fixtures is without a rule', () => {
    const ids = RULES.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(readdirSync(FOLDER).filter((name) => !name.startsWith('_') && !ids.includes(name))).toEqual([])
    expect([...sections.keys()].sort()).toEqual([...ids].sort())
  })

  describe.each(RULES.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
    it('has a section in docs/lint.md that says its severity and more', () => {
      expect(sections.get(id)).toMatch(new RegExp(`^\\n\\*${rule.severity}`))
      expect((sections.get(id) ?? '').length).toBeGreaterThan(120)
    })

    it('fires on its example, with a place, and says what to do', () => {
      const found = of(id, findings(fixture(id, 'fires')))
      expect(found.length).toBeGreaterThan(0)
      for (const { span, help } of found) {
        expect(span).toBeDefined()
        expect(help).toBeDefined()
      }
    })

    it('is silent on its other example', () => {
      expect(of(id, findings(fixture(id, 'silent')))).toEqual([])
    })

    it('has the fixes that it promises, after which it has nothing to say, and no other', () => {
      let file = fixture(id, 'fires')
      let found = of(id, findings(file))
      expect(found.some(({ fix }) => fix)).toBe(rule.fixable === true)
      for (let left = found.length; rule.fixable && left > 0; left = found.length) {
        const { fix } = found.find((one) => one.fix) ?? {}
        expect(fix).toBeDefined()
        file = { ...file, text: editedText(file, fix?.edits ?? []) ?? '' }
        found = of(id, findings(file))
        expect(found.length).toBeLessThan(left)
      }
    })
  })

  it('has both fixtures', () => {
    const missing = RULES.flatMap(({ id }) =>
      ['fires', 'silent'].filter((which) => !existsSync(join(FOLDER, id, `${which}.yaml`))),
    )
    expect(missing).toEqual([])
  })
})
