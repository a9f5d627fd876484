// What it costs to start: CPU time of whole processes, of the built package and of the sources, beside an empty Node process.
// `npm run build` first.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROUNDS = Number(process.env['MOAT_BENCH_ROUNDS'] ?? 15)
const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'moat-start-'))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** As `bin/moat.mjs` does, with a compile cache of its own. */
function starter(name: string, main: string): string {
  const cache = JSON.stringify(join(folder, `${name}-cache`))
  return file(
    `${name}.mjs`,
    `import module from 'node:module'\nmodule.enableCompileCache(${cache})\nawait import(${JSON.stringify(main)})\n`,
  )
}

const empty = file('empty.mjs', '')
const built = starter('built', join(root, 'dist/cli/moat.js'))
const source = starter('source', join(root, 'src/cli/main.ts'))
const seed = ['explain', '-f', join(root, 'examples/seed/policy.yaml')]
const RUNS: readonly (readonly [string, readonly string[]])[] = [
  ['an empty Node process', [empty]],
  ['moat --version, built', [built, '--version']],
  ['moat explain on the seed, built', [built, ...seed]],
  ['moat --version, from source', [source, '--version']],
  ['moat explain on the seed, from source', [source, ...seed]],
]

/** User and system time of one process, in ms. */
function cpuOf(args: readonly string[]): number {
  const script = [
    'import resource, subprocess, sys',
    'cpu = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])',
    'before = cpu()', // python itself may have been started by a script with children
    'subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)',
    'print((cpu() - before) * 1000)',
  ].join('\n')
  const { stdout } = spawnSync('python3', ['-c', script, process.execPath, ...args], { encoding: 'utf8' })
  return Number(stdout)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number
}

try {
  const times = RUNS.map((): number[] => [])
  for (const [, args] of RUNS) cpuOf(args) // fills the caches
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [, args]] of RUNS.entries()) times[index]?.push(cpuOf(args))
  }
  const base = median(times[0] as number[])
  process.stdout.write('| | CPU | : an empty process |\n|---|---|---|\n')
  for (const [index, [name]] of RUNS.entries()) {
    const time = median(times[index] as number[])
    process.stdout.write(`| ${name} | ${time.toFixed(0)} ms | ${(time / base).toFixed(2)} |\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
