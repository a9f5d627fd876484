// Policies of the admin APIs on a real kernel: the example of the platform team, judged from outside.
import { describe, expect, it } from 'vitest'
import { noSandbox } from '../support/skip.ts'
import { reportOf, runMoat } from '../support/up.ts'

describe.skipIf(noSandbox())(`moat up examples/admin --once -o json [${noSandbox() ?? 'sandbox'}]`, () => {
  it('agrees with the kernel on every cell, and exits 1 for the claim that the platform refutes', async () => {
    const outcome = await runMoat(['up', 'examples/admin', '--once', '--model', 'bundled', '-o', 'json'])
    expect(outcome.stderr).not.toContain('internal error')
    expect(outcome.status).toBe(1)
    const report = reportOf(outcome)
    expect(report.summary.cells).toBeGreaterThan(1_000)
    expect(report.summary).toMatchObject({ agree: report.summary.cells, disagree: 0, inconclusive: 0 })
    expect(report.proof.filter(({ verdict }) => verdict === 'REFUTED').map(({ id }) => id)).toEqual([
      'only-entrants/tcp/8080',
      'other-ports',
    ])
    expect(report.cells.some(({ phase, observed }) => phase !== 'open' && observed === 'Denied')).toBe(true)
    expect(outcome.leftFiles).toEqual([])
  })
})
