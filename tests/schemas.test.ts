// Each command that prints JSON of its own has a schema in docs/schemas, and prints what it says on every example.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandsFor } from '../src/cli/registry.ts'
import { schemaErrors, SCHEMAS } from './support/json-schemas.ts'

const root = resolve(import.meta.dirname, '..')

function printed(args: readonly string[]): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ['bin/moat.mjs', ...args, '-o', 'json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  })
  if (stdout === '') throw new Error(`moat ${args.join(' ')} printed nothing: ${stderr}`)
  return JSON.parse(stdout)
}

const EXAMPLES = readdirSync(join(root, 'examples'))
  .map((name) => `examples/${name}`)
  .filter((folder) => existsSync(join(root, folder, 'workloads.yaml')))
const WITH_MOAT = EXAMPLES.filter((folder) => existsSync(join(root, folder, 'moat.yaml')))

const RUNS: readonly (readonly string[])[] = [
  ...EXAMPLES.flatMap((folder) => [
    ['map', folder],
    ['map', folder, '--exposure'],
    ['lint', folder],
    ['scan', folder],
    ['explain', '-f', folder],
  ]),
  ...WITH_MOAT.flatMap((folder) => [
    ['prove', folder],
    ['up', folder, '--simulate'],
  ]),
  ['map', 'examples/diff/after'],
  ['diff', 'examples/diff/before', 'examples/diff/after'],
  ['diff', 'examples/plain-policies', 'examples/ollama-rag'],
  ['explain', 'ai-models/stranger', 'ai-models/slm:8080', '-f', 'examples/seed'],
  ['explain', 'ai-models/slm', 'internet', '-f', 'examples/seed'],
  ['assert', 'examples/seed'],
  ['watch', '--once', '-f', 'examples/seed/moat.yaml', '--live', 'examples/seed/workloads.yaml'],
  ['doctor'],
]

describe('the schemas', () => {
  it('are there for each command that prints JSON of its own', async () => {
    // `init` writes a file, and `render` prints a List as Kubernetes has it.
    const others = ['init', 'render']
    const names = (await commandsFor([])).map((command) => command.name()).filter((name) => !others.includes(name))
    expect(new Set(SCHEMAS)).toEqual(new Set(names))
    // These need a cluster: their own tests hold them to their schemas.
    const live = ['stage']
    expect(new Set([...live, ...RUNS.map(([name]) => name)])).toEqual(new Set(names))
  })

  it.each(RUNS.map((args) => [args.join(' '), args] as const))('say what `moat %s -o json` prints', (_, args) => {
    expect(schemaErrors(args[0] ?? '', printed(args))).toEqual([])
  })

  it('refuse a field that is missing and one that is not known', () => {
    const document = printed(['up', 'examples/seed', '--simulate']) as Record<string, unknown>
    const { summary: _, ...without } = document
    expect(schemaErrors('up', without)).not.toEqual([])
    expect(schemaErrors('up', { ...document, more: 1 })).not.toEqual([])
    expect(schemaErrors('up', { ...document, mode: 'root' })).not.toEqual([])
    expect(schemaErrors('doctor', { capabilities: [{ name: 'nft', state: 'well', detail: '' }] })).not.toEqual([])
  })
})
