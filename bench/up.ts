// What `moat up` on the seed costs until the second truth table is probed, by phase; and how that compares with a real cluster.
//   npx node bench/up.ts [RUNS]
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import type { UpReport } from '../src/cli/up/report.ts'

const ROOT = resolve(import.meta.dirname, '..')
/** A real two-node Kubernetes, from nothing to nine probes of the same policy, on a machine like the one of bench/README.md. */
const CLUSTER_WALL_MS = 24_700
/** The load is measured after either table, for as long as it takes: it is no part of taking hold. */
const APART = new Set(['unprotected load', 'protected load'])

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function once(): UpReport {
  const args = [join(ROOT, 'bin/moat.mjs'), 'up', 'examples/seed', '--once', '--model', 'bundled', '-o', 'json']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`moat up ended with ${status}: ${stderr.slice(-1000)}`)
  return JSON.parse(stdout) as UpReport
}

const runs = Number(process.argv[2] ?? 5)
once()
const reports = Array.from({ length: runs }, once)
const phases = Object.keys(reports[0]?.timings ?? {}).filter((name) => !APART.has(name))
const of = (name: string, what: 'wallMs' | 'cpuMs'): number =>
  median(reports.map(({ timings }) => timings[name]?.[what] ?? 0))
const print = (text: string): boolean => process.stdout.write(`${text}\n`)
const row = (name: string, wall: number, cpu: number): boolean =>
  print(`${name.padEnd(16)}${wall.toFixed(0).padStart(10)}${cpu.toFixed(0).padStart(10)}`)

print(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${runs} runs, medians in milliseconds`,
)
print(`${reports[0]?.cells.length ?? 0} cells, mode ${reports[0]?.mode}`)
print(`${'phase'.padEnd(16)}${'wall'.padStart(10)}${'cpu'.padStart(10)}`)
for (const name of phases) row(name, of(name, 'wallMs'), of(name, 'cpuMs'))
const sum = (what: 'wallMs' | 'cpuMs'): number => phases.reduce((total, name) => total + of(name, what), 0)
row('together', sum('wallMs'), sum('cpuMs'))
print(
  `a real two-node cluster took ${(CLUSTER_WALL_MS / sum('wallMs')).toFixed(1)} times the wall time, and ${(CLUSTER_WALL_MS / sum('cpuMs')).toFixed(1)} times this CPU time`,
)
