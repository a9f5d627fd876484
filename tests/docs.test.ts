// The documents keep up with the code: each code has its section, and each Moat in them is one that moat reads.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { allProfiles } from '../src/intent/runtimes/profiles.ts'
import { formatDiagnostic } from '../src/diag/diagnostic.ts'
import { PARSE_CODES } from '../src/parse/codes.ts'
import { parse } from '../src/parse/parse.ts'

const root = resolve(import.meta.dirname, '..')

/** The text of a file, or of all sources below a folder, without tests. */
function readSources(path: string): string {
  if (path.endsWith('.ts')) return readFileSync(join(root, path), 'utf8')
  return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(root, path, name), 'utf8'))
    .join('\n')
}

function codesIn(path: string): string[] {
  return [...readSources(path).matchAll(/\bcode: '([a-z0-9-]+)'/g)].map((match) => match[1] as string)
}

describe('docs/diagnostics.md', () => {
  const text = readFileSync(join(root, 'docs/diagnostics.md'), 'utf8')
  const sections = [...text.matchAll(/^## ([a-z0-9-]+)$/gm)].map((match) => match[1] as string)

  it('has a section for each code of a Moat', () => {
    const codes = new Set(codesIn('src/intent'))
    expect(codes.size).toBeGreaterThan(8)
    expect([...codes].filter((code) => !sections.includes(code))).toEqual([])
  })

  it('has a section for each code of reading manifests and files', () => {
    const codes = [...PARSE_CODES, ...codesIn('src/cli/input')]
    expect(codes.length).toBeGreaterThan(50)
    expect(codes.filter((code) => !sections.includes(code))).toEqual([])
  })

  it('shows what moat says of each manifest in it, to the letter', () => {
    const shown = [
      ...text.matchAll(/^## ([a-z0-9-]+)\n(?:(?!^## )[^])*?^```yaml\n([^]*?)^```\n\n```text\n([^]*?)^```$/gm),
    ]
    expect(shown.length).toBeGreaterThan(40)
    for (const [, code, yaml = '', output] of shown) {
      const { diagnostics } = parse([{ name: 'file.yaml', text: yaml }])
      expect(`${diagnostics.map(formatDiagnostic).join('\n')}\n`).toBe(output)
      expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code])
    }
    const without = PARSE_CODES.filter((code) => !shown.some((match) => match[1] === code))
    // These need more than a few lines, or characters that a document should not hold; their tests are in src/parse.
    expect(without).toEqual(['too-deep', 'control-character', 'too-many-aliases', 'too-many-problems'])
  })

  it('has sections only for codes that exist', () => {
    const words = readSources('src')
    expect(sections.filter((section) => !words.includes(`'${section}'`))).toEqual([])
  })

  it('has no section twice', () => {
    expect(sections.filter((section, index) => sections.indexOf(section) !== index)).toEqual([])
  })
})

describe('docs/moat.md', () => {
  const text = readFileSync(join(root, 'docs/moat.md'), 'utf8')

  it('shows a Moat that moat reads and renders', () => {
    const yaml = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] as string)
    expect(yaml).toHaveLength(1)
    const { snapshot, diagnostics } = parse([{ name: 'docs/moat.md', text: yaml[0] as string }])
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    const { moats, diagnostics: more } = policiesInForce(snapshot)
    expect(more).toEqual([])
    expect(moats[0]?.rendered.policies[0]).toMatchObject({ ingress: { length: 3 }, egress: { length: 2 } })
  })

  it('lists each runtime with its ports', () => {
    for (const { runtime, apiPorts } of allProfiles()) {
      const row = text.split('\n').find((line) => line.startsWith(`| ${runtime} |`))
      for (const { port } of apiPorts) expect(row).toContain(`${port}`)
    }
  })
})
