// `moat map --exposure` and `moat explain` with its smallest edit, as whole processes beside `moat map`: CPU time, as ratios.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuOf } from './children.ts'
import { benchManifests } from './manifests.ts'
import { moat, sizes } from './moat.ts'

/** Pairs whose edits differ: a peer in two policies, one in one, a peer or rule less. */
const PAIRS = [
  ['n1/w1', 'n0/w0:8080'],
  ['n16/w16', 'n3/w3:8081'],
  ['n0/w100', 'n0/w0:87'],
] as const

const folder = mkdtempSync(join(tmpdir(), 'moat-bench-'))
try {
  process.stdout.write('workloads/policies   moat map   --exposure   explain without an edit   with\n')
  for (const workloads of sizes([100, 500, 1000])) {
    const file = join(folder, 'manifests.json')
    writeFileSync(file, benchManifests(workloads))
    const map = cpuOf(() => moat(['map', file]), { times: 2, rounds: 3 })
    const own = (args: readonly string[]): number => cpuOf(() => moat(args), { times: 1, rounds: 3 }) / map
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
