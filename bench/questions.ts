// `moat map --exposure` and `moat explain` with its smallest edit, as whole processes beside `moat map`: CPU time, as ratios.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { cpuOf } from './children.ts'
import { benchManifests } from './manifests.ts'

const moat = resolve(import.meta.dirname, '../bin/moat.mjs')
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 500, 1000]

/** Pairs whose edits differ: a peer in two policies, one in one, a peer or rule less. */
const PAIRS = [
  ['n1/w1', 'n0/w0:8080'],
  ['n16/w16', 'n3/w3:8081'],
  ['n0/w100', 'n0/w0:87'],
] as const

function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [moat, ...args], { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`moat ${args.join(' ')}: exit ${status}\n${stderr.slice(0, 500)}`)
}

const folder = mkdtempSync(join(tmpdir(), 'moat-bench-'))
try {
  process.stdout.write('workloads/policies   moat map   --exposure   explain without an edit   with\n')
  for (const workloads of sizes) {
    const file = join(folder, 'manifests.json')
    writeFileSync(file, benchManifests(workloads))
    const map = cpuOf(() => run(['map', file]), { times: 2, rounds: 3 })
    const own = (args: readonly string[]): number => cpuOf(() => run(args), { times: 1, rounds: 3 }) / map
    const exposure = own(['map', file, '--exposure'])
    const pairs = PAIRS.filter(([source]) => workloads >= 500 || source !== 'n16/w16')
    const plain = pairs.map((pair) => own(['explain', ...pair, '-f', file, '--no-fix']))
    const edits = pairs.map((pair) => own(['explain', ...pair, '-f', file]))
    const range = (all: readonly number[]): string => `${Math.min(...all).toFixed(1)}-${Math.max(...all).toFixed(1)}`
    process.stdout.write(
      `${workloads}/${workloads / 2}   ${map.toFixed(0)} ms   ${exposure.toFixed(1)}   ${range(plain)}   ${range(edits)}\n`,
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
