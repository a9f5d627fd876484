// docs/tour.md is walked from its top to its end in a folder of its own, and shows what is printed, to the letter. So does README.md.
// The shop is read from the corpus; without it only the first stop is walked. MOAT_UPDATE=1 writes the page anew.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandsFor } from '../src/cli/registry.ts'
import { corpusFolder } from './support/corpus.ts'

const root = resolve(import.meta.dirname, '..')
const page = join(root, 'docs/tour.md')
const text = readFileSync(page, 'utf8')
const corpus = corpusFolder()
const reason = corpus === undefined ? ' [skipped: the corpus is not beside the checkout]' : ''

const SHOP = '\n## A real shop\n'
const BLOCK = /```console\n([^]*?)```\n/g

/** The commands of a block, each with its here-document. */
function commandsOf(block: string): string[] {
  const commands: string[] = []
  let end: string | undefined
  for (const line of block.split('\n')) {
    if (end !== undefined) {
      commands.push(`${commands.pop()}\n${line}`)
      if (line === end) end = undefined
    } else if (line.startsWith('$ ')) {
      commands.push(line.slice(2))
      end = /<<'(\w+)'$/.exec(line)?.[1]
    }
  }
  return commands
}

/** The part of the page with each block as its commands print it here and now. */
function walked(part: string, folder: string): { text: string; commands: number; errors: readonly string[] } {
  const errors: string[] = []
  let commands = 0
  const anew = part.replaceAll(BLOCK, (_, block: string) => {
    const shown = commandsOf(block).map((command) => {
      commands += 1
      const moat = `npx() { shift; '${process.execPath}' '${join(root, 'bin/moat.mjs')}' "$@"; }`
      const { stdout, status, stderr } = spawnSync('bash', ['-c', `set -o pipefail\n${moat}\n${command}`], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', MOAT_NO_FETCH: '1' },
      })
      if (status === null || status > 1 || /internal error/.test(stderr)) errors.push(`${command}: ${stderr}`)
      return `$ ${command}\n${stdout}`
    })
    return `\`\`\`console\n${shown.join('')}\`\`\`\n`
  })
  return { text: anew, commands, errors }
}

describe('docs/tour.md', () => {
  const [seed = '', shop = ''] = text.split(SHOP)
  let folder = ''

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'moat-tour-'))
    cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
    if (corpus === undefined) return
    for (const name of ['netpols.yaml', 'ns.yaml', 'pods.yaml']) {
      cpSync(join(corpus, 'input/onlineboutique', name), join(folder, 'onlineboutique', name))
    }
  })

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  /** The part as printed now, which is also written where that is asked for. */
  const anew = (part: string) => {
    const result = walked(part, folder)
    if (process.env['MOAT_UPDATE'] === '1')
      writeFileSync(
        page,
        readFileSync(page, 'utf8').replace(part, () => result.text),
      )
    return result
  }

  it('shows what its commands print at the first stop', () => {
    const { text: printed, commands, errors } = anew(seed)
    expect(errors).toEqual([])
    expect(commands).toBeGreaterThanOrEqual(5)
    expect(seed).toBe(printed)
  })

  it.skipIf(corpus === undefined)(`shows what its commands print in the shop${reason}`, () => {
    const { text: printed, commands, errors } = anew(shop)
    expect(errors).toEqual([])
    expect(commands).toBeGreaterThanOrEqual(12)
    expect(shop).toBe(printed)
  })

  it('begins in README.md, whose example is as printed and whose commands run, in the order of help', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const [, example = ''] = /\n(```console\n[^]*?```\n)/.exec(readme) ?? []
    expect(walked(example, folder)).toEqual({ text: example, commands: 1, errors: [] })
    const table = [...readme.matchAll(/^\|[ \d]*\| `(npx moat (\w+)[^`]*)` \|/gm)]
    const offline = table.filter(([, , name]) => !['up', 'scan', 'stage', 'watch', 'doctor'].includes(name ?? ''))
    const runs = offline.map(([, command]) => `\`\`\`console\n$ ${command}\n\`\`\`\n`).join('')
    expect(walked(runs, folder)).toMatchObject({ commands: 8, errors: [] })
    const names = (await commandsFor([])).map((command) => command.name())
    expect(table.map(([, , name]) => name)).toEqual(names)
  })

  it('has every command that works offline', () => {
    const used = new Set([...text.matchAll(/^\$ npx moat (\w+)/gm)].map(([, name]) => name))
    expect(used).toEqual(new Set(['map', 'prove', 'render', 'explain', 'assert', 'lint', 'diff', 'init']))
  })
})
