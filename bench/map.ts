// `moat map` as a whole process, beside another analyser where its program is named: CPU time of both, as ratios.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { cpuOf } from './children.ts'
import { benchManifests } from './manifests.ts'
import { sizes } from './moat.ts'

const moat = resolve(import.meta.dirname, '../bin/moat.mjs')
/** np-guard's netpol-analyzer 1.4.4; without it our own times are printed alone. */
const peer = process.env['NETPOL_ANALYZER']
/** Beyond this size the other takes minutes and more. */
const peerMost = Number(process.env['NETPOL_ANALYZER_MOST'] ?? 500)

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${status}\n${stderr.slice(0, 500)}`)
}

/** How fast time grows with the size: 1 is in proportion. */
function exponent(before: readonly [number, number], now: readonly [number, number]): string {
  return (Math.log(now[1] / before[1]) / Math.log(now[0] / before[0])).toFixed(1)
}

const folder = mkdtempSync(join(tmpdir(), 'moat-bench-'))
try {
  const empty = cpuOf(() => run(process.execPath, ['-e', '0']), { times: 5 })
  process.stdout.write(`an empty Node process: ${empty.toFixed(0)} ms of CPU time\n`)
  process.stdout.write('workloads/policies   moat map   : empty   grows with   other analyser   other : moat\n')
  let last: [number, number] | undefined
  for (const workloads of sizes([50, 100, 200, 500, 1000, 2000])) {
    const place = join(folder, `${workloads}`)
    const file = join(place, 'input.json')
    mkdirSync(place)
    writeFileSync(file, benchManifests(workloads))
    const own = cpuOf(() => run(process.execPath, [moat, 'map', file]), { times: 3, rounds: 3 })
    const grows = last ? `n^${exponent(last, [workloads, own])}` : ''
    const cells = [`${workloads}/${workloads / 2}`, `${own.toFixed(0)} ms`, (own / empty).toFixed(1), grows]
    if (peer !== undefined && workloads <= peerMost) {
      const rounds = workloads > 200 ? 1 : 2
      const theirs = cpuOf(() => run(peer, ['list', '--dirpath', place, '-q']), { times: 1, rounds })
      cells.push(`${(theirs / 1000).toFixed(2)} s`, (theirs / own).toFixed(0))
    }
    process.stdout.write(`${cells.join('   ')}\n`)
    last = [workloads, own]
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
