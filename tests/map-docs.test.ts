// What the documents say of `moat map`: its examples as printed, its JSON by its schema, and its graphs by Graphviz itself.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { mapOf, type ReachMap, withExposure } from '../src/analysis/map/map.ts'
import { createEngine } from '../src/engine/engine.ts'
import { mapDot } from '../src/render/map/dot.ts'
import { mapJson } from '../src/render/map/json.ts'
import { snapshotOf } from './support/oracles.ts'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'
import { missing } from './support/skip.ts'

const root = resolve(import.meta.dirname, '..')
const SEEDS = Array.from({ length: 20 }, (_, index) => 7_000 + index)

function randomMap(seed: number): ReachMap {
  const snapshot = snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))
  return withExposure(mapOf(createEngine(snapshot), snapshot), snapshot)
}

describe('docs/map.md', () => {
  const text = readFileSync(join(root, 'docs/map.md'), 'utf8')
  const shown = [...text.matchAll(/^```text\n\$ npx moat (map [^\n]*)\n([^]*?)^```$/gm)]

  it('has examples', () => {
    expect(shown.length).toBeGreaterThan(3)
  })

  it.each(shown.map(([, command = '', output = '']) => ({ command, output })))(
    'prints `moat $command` to the letter',
    ({ command, output }) => {
      const { stdout, status } = spawnSync(process.execPath, ['bin/moat.mjs', ...command.split(' ')], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1' },
      })
      expect(status).toBe(0)
      expect(stdout.trimEnd()).toBe(output.trimEnd())
    },
  )

  it('shows the picture that `-o svg` draws', () => {
    const { stdout } = spawnSync(process.execPath, ['bin/moat.mjs', 'map', 'examples/ollama-rag', '-o', 'svg'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stdout).toBe(readFileSync(join(root, 'docs/moat-map.svg'), 'utf8'))
  })
})

describe('the JSON of maps', () => {
  const schema = JSON.parse(readFileSync(join(root, 'docs/schemas/map.json'), 'utf8')) as Record<string, unknown>
  const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema)

  it.each(SEEDS)('is as its schema says: random cluster %i', (seed) => {
    const json: unknown = JSON.parse(JSON.stringify(mapJson(randomMap(seed))))
    validate(json)
    expect(validate.errors ?? []).toEqual([])
  })

  it.each(SEEDS.slice(0, 5))('does not depend on the order of the input: random cluster %i', (seed) => {
    const snapshot = snapshotOf(randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE))
    const turned = {
      ...snapshot,
      pods: snapshot.pods.toReversed(),
      workloads: snapshot.workloads.toReversed(),
      networkPolicies: snapshot.networkPolicies.toReversed(),
    }
    const [one, other] = [snapshot, turned].map((each) => mapJson(mapOf(createEngine(each), each)))
    expect(other?.connections).toEqual(one?.connections)
  })
})

describe.skipIf(missing('dot'))('the graph [needs dot]', () => {
  it.each(SEEDS.slice(0, 5))('is one that Graphviz reads: random cluster %i', (seed) => {
    const { status, stderr } = spawnSync('dot', ['-Tcanon'], { input: mapDot(randomMap(seed)), encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })
})
