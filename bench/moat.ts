// Runs `moat` as a whole process of this checkout, as its users do.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const program = resolve(import.meta.dirname, '../bin/moat.mjs')

/** Throws on any exit code but these; 1 tells findings, which random manifests have. */
export function moat(args: readonly string[], accepted: readonly number[] = [0]): void {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status === null || !accepted.includes(status)) {
    throw new Error(`moat ${args.join(' ')}: exit ${status}\n${stderr.slice(0, 500)}`)
  }
}

/** The numbers of workloads that the command line names, else these. */
export function sizes(usual: readonly number[]): readonly number[] {
  return process.argv.length > 2 ? process.argv.slice(2).map(Number) : usual
}
