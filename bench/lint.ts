// `moat lint` as a whole process beside `moat map` of the same manifests: CPU time, as a ratio.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { cpuOf } from './children.ts'
import { benchManifests } from './manifests.ts'

const moat = resolve(import.meta.dirname, '../bin/moat.mjs')
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 250, 500, 1000]

/** Findings are expected on random policies: exit code 1 is as good as 0. */
function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [moat, ...args], { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status !== 0 && status !== 1) throw new Error(`moat ${args.join(' ')}: exit ${status}\n${stderr.slice(0, 500)}`)
}

const folder = mkdtempSync(join(tmpdir(), 'moat-bench-'))
try {
  process.stdout.write('workloads/policies   moat map   moat lint to it\n')
  for (const workloads of sizes) {
    const path = join(folder, 'all.json')
    writeFileSync(path, benchManifests(workloads))
    const map = cpuOf(() => run(['map', path]), { times: 2, rounds: 3 })
    const lint = cpuOf(() => run(['lint', path]), { times: 2, rounds: 3 })
    process.stdout.write(`${workloads}/${workloads / 2}   ${map.toFixed(0)} ms   ${(lint / map).toFixed(1)}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
