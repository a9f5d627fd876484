// `moat diff` as a whole process beside `moat map` of one of its sides: CPU time, as ratios.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuOf } from './children.ts'
import { benchManifests } from './manifests.ts'
import { moat, sizes } from './moat.ts'

interface Item {
  readonly kind: string
  readonly spec?: { ingress?: unknown[]; policyTypes?: string[] }
}

/** Every so many-th policy loses what it lets in: `Infinity` for none, 1 for all. */
function edited(text: string, every: number): string {
  const list = JSON.parse(text) as { items: Item[] }
  let count = 0
  for (const { kind, spec } of list.items) {
    if (kind === 'NetworkPolicy' && spec && count++ % every === 0 && Number.isFinite(every)) spec.ingress = []
  }
  return JSON.stringify(list)
}

const folder = mkdtempSync(join(tmpdir(), 'moat-bench-'))
try {
  process.stdout.write('workloads/policies   moat map   diff, nothing changed   one policy   a tenth   all\n')
  for (const workloads of sizes([100, 500, 1000])) {
    const text = benchManifests(workloads)
    const before = join(folder, 'before.json')
    writeFileSync(before, text)
    const map = cpuOf(() => moat(['map', before]), { times: 2, rounds: 3 })
    const ratios = [Infinity, 100_000, 10, 1].map((every) => {
      const after = join(folder, 'after.json')
      writeFileSync(after, edited(text, every))
      const own = cpuOf(() => moat(['diff', before, after, '--fail-on', 'none']), { times: 2, rounds: 3 })
      return (own / map).toFixed(1)
    })
    process.stdout.write(`${workloads}/${workloads / 2}   ${map.toFixed(0)} ms   ${ratios.join('   ')}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
