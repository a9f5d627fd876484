// docs/explain.md shows what `moat explain` prints, to the letter. MOAT_UPDATE=1 writes the document's examples anew.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const document = resolve(root, 'docs/explain.md')

function printed(command: string): string {
  const [program, ...args] = command.split(' ')
  expect(program).toBe('moat')
  const { stdout } = spawnSync(process.execPath, ['bin/moat.mjs', ...args], { cwd: root, encoding: 'utf8' })
  return stdout
}

describe('docs/explain.md', () => {
  it('shows what each of its commands prints', () => {
    const text = readFileSync(document, 'utf8')
    const commands: string[] = []
    const anew = text.replaceAll(/```console\n\$ (.*)\n[^]*?```\n/g, (_, command: string) => {
      commands.push(command)
      return `\`\`\`console\n$ ${command}\n${printed(command)}\`\`\`\n`
    })
    if (process.env['MOAT_UPDATE'] === '1') writeFileSync(document, anew)
    expect(commands.length).toBeGreaterThanOrEqual(4)
    expect(text).toBe(anew)
  })
})
