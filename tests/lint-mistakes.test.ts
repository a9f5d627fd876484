// Mistakes that real policies for model servers make: each manifest is written after one, and the rules it names must fire.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lint } from '../src/analysis/lint/lint.ts'
import { RULES } from '../src/analysis/lint/registry.ts'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { parse } from '../src/parse/parse.ts'

const root = resolve(import.meta.dirname, '..')
const FOLDER = 'tests/lint-mistakes'
const names = readdirSync(join(root, FOLDER)).sort()

describe('a mistake of real policies', () => {
  it('has a row in docs/lint.md, with the rules that see it', () => {
    const text = readFileSync(join(root, 'docs/lint.md'), 'utf8')
    const rows = [...text.matchAll(/^\| `(\d\d-[a-z-]+)` +\| [^|]+ \| (.+?) +\|$/gm)]
    expect(rows.map(([, name]) => `${name}.yaml`)).toEqual(names)
    const named = rows.map(([, , rules = '']) => [...rules.matchAll(/`([a-z-]+)`/g)].map((match) => match[1]))
    expect(named).toEqual(names.map(mustFire))
  })

  it.each(names)('%s is seen', (name) => {
    const file = { name: `${FOLDER}/${name}`, text: readFileSync(join(root, FOLDER, name), 'utf8') }
    const { snapshot, diagnostics } = parse([file])
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    const found = new Set(lint(policiesInForce(snapshot)).map(({ code }) => code))
    const wanted = mustFire(name)
    expect(wanted.length).toBeGreaterThan(0)
    expect(wanted.filter((id) => !RULES.some((rule) => rule.id === id))).toEqual([])
    expect(wanted.filter((id) => !found.has(id))).toEqual([])
  })
})

/** The second line of the manifest says it. */
function mustFire(name: string): string[] {
  const line = /^# must fire: (.*)$/m.exec(readFileSync(join(root, FOLDER, name), 'utf8'))
  return (line?.[1] ?? '').split(' ')
}
