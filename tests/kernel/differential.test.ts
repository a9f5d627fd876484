// The kernel against the engine on random clusters that change in place. MOAT_KERNEL_RUNS sets the number of clusters,
// MOAT_DIFF_SEED the first seed; what differs is named with its seed.
import { describe, expect, it } from 'vitest'
import { noOrdinaryUser, runProgram, type User } from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

const RUNS = Number(process.env['MOAT_KERNEL_RUNS'] ?? 8)
const FIRST_SEED = Number(process.env['MOAT_DIFF_SEED'] ?? Date.now() % 1_000_000_000)
const CHANGES = 2

interface Output {
  readonly cells: number
  readonly Allowed: number
  readonly Denied: number
  readonly services: number
  readonly wrong: number
  readonly first: readonly string[]
}

async function compare(runs: number, user: User): Promise<Output> {
  const { code, stdout, stderr } = await runProgram('differential.ts', [`${FIRST_SEED}`, `${runs}`, `${CHANGES}`], user)
  if (code !== 0) throw new Error(`seed ${FIRST_SEED}, exit ${code}: ${stderr}`)
  process.stderr.write(`kernel and engine from seed ${FIRST_SEED}, ${user}: ${stdout}`)
  return JSON.parse(stdout) as Output
}

const reason = noSandbox()
const other = reason ?? noOrdinaryUser()

describe(`the kernel and the engine, seeds from ${FIRST_SEED}`, () => {
  it.skipIf(reason)(`agree on every cell of ${RUNS} random clusters${reason ? ` [${reason}]` : ''}`, async () => {
    const { first, cells, Allowed, Denied, services } = await compare(RUNS, 'self')
    expect(first).toEqual([])
    expect(cells).toBeGreaterThan(RUNS * 2500)
    expect(Math.min(Allowed, Denied, services)).toBeGreaterThan(RUNS * 10)
  })

  it.skipIf(other)(`agree for an ordinary user too${other ? ` [${other}]` : ''}`, async () => {
    const { first, cells } = await compare(2, 'nobody')
    expect(first).toEqual([])
    expect(cells).toBeGreaterThan(5000)
  })
})
