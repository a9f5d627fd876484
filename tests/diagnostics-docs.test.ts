// Every code that the command line and the Moat can report has its section in docs/diagnostics.md.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

function codesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(join(root, folder, name), 'utf8').matchAll(/\bcode: '([a-z0-9-]+)'/g)])
    .map((match) => match[1] as string)
}

describe('docs/diagnostics.md', () => {
  const text = readFileSync(join(root, 'docs/diagnostics.md'), 'utf8')
  const sections = [...text.matchAll(/^## ([a-z0-9-]+)$/gm)].map((match) => match[1] as string)

  it('has a section for each code of a Moat', () => {
    const codes = new Set(codesIn('src/intent'))
    expect(codes.size).toBeGreaterThan(8)
    expect([...codes].filter((code) => !sections.includes(code))).toEqual([])
  })

  it('has no section twice', () => {
    expect(sections.filter((section, index) => sections.indexOf(section) !== index)).toEqual([])
  })
})
