// `moat lint` as a whole process beside `moat map` of the same manifests: CPU time, as a ratio.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuOf } from './children.ts'
import { benchManifests } from './manifests.ts'
import { moat, sizes } from './moat.ts'

const folder = mkdtempSync(join(tmpdir(), 'moat-bench-'))
try {
  process.stdout.write('workloads/policies   moat map   moat lint to it\n')
  for (const workloads of sizes([100, 250, 500, 1000])) {
    const path = join(folder, 'all.json')
    writeFileSync(path, benchManifests(workloads))
    const map = cpuOf(() => moat(['map', path], [0, 1]), { times: 2, rounds: 3 })
    const lint = cpuOf(() => moat(['lint', path], [0, 1]), { times: 2, rounds: 3 })
    process.stdout.write(`${workloads}/${workloads / 2}   ${map.toFixed(0)} ms   ${(lint / map).toFixed(1)}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
