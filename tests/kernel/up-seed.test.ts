// The main job on the seed, judged from outside: as this user, as an ordinary one, and without a kernel.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { schemaErrors } from '../support/json-schemas.ts'
import { noSandbox } from '../support/skip.ts'
import { type Outcome, reportOf, ROOT, runMoat } from '../support/up.ts'

const ONCE = ['up', 'examples/seed', '--once', '--model', 'bundled', '-o', 'json']
const NOBODY = 65_534

/** The judge's complaints about a report; empty when the nine verdicts, the cells and the streams are as promised. */
function complaints({ stdout }: Outcome): string {
  const folder = mkdtempSync(join(tmpdir(), 'moat-judge-'))
  try {
    const file = join(folder, 'report.json')
    writeFileSync(file, stdout)
    const { status, stderr } = spawnSync(process.execPath, ['scripts/judge-up.ts', file], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    return status === 0 ? '' : stderr || `judge ended with ${status}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Why this run cannot become an ordinary user, or `undefined`. */
function cannotSwitch(): string | undefined {
  if (process.getuid?.() !== 0) return 'this is an ordinary user already'
  const reads = spawnSync('setpriv', [
    '--reuid',
    `${NOBODY}`,
    '--clear-groups',
    'test',
    '-r',
    join(ROOT, 'bin/moat.mjs'),
  ])
  return reads.status === 0 ? undefined : 'another user cannot read this checkout'
}

describe.skipIf(noSandbox())(`moat up examples/seed --once -o json [${noSandbox() ?? 'sandbox'}]`, () => {
  it('exits 0, agrees with the kernel on every cell, and holds the nine verdicts of the seed', async () => {
    const outcome = await runMoat(ONCE)
    expect(outcome.stderr).not.toContain('internal error')
    expect(complaints(outcome)).toBe('')
    expect(outcome.status).toBe(0)
    expect(outcome.leftFiles).toEqual([])
    const report = reportOf(outcome)
    expect(report.takeHold?.firstDenialMs).toBeGreaterThan(0)
    expect(schemaErrors('up', report)).toEqual([])
    expect(report.load?.protected.requests).toBeGreaterThan(0)
  })

  it.skipIf(cannotSwitch())(`does the same for an ordinary user [${cannotSwitch() ?? 'setpriv'}]`, async () => {
    const home = mkdtempSync(join(tmpdir(), 'moat-home-'))
    try {
      const as = ['setpriv', '--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups', '--']
      const outcome = await runMoat(ONCE, { as, env: { HOME: home, XDG_CACHE_HOME: undefined, TMPDIR: '/tmp' } })
      expect(complaints(outcome)).toBe('')
      expect(outcome.status).toBe(0)
      expect(reportOf(outcome).mode).toBe('user-namespace')
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  })

  it('tells its story in lines of at most 80 columns when it writes into a file', async () => {
    const { status, stdout } = await runMoat(['up', 'examples/seed', '--once', '--model', 'bundled'])
    expect(status).toBe(0)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    for (const part of ['OPEN', 'PROOF', 'PROVEN', 'MOAT', 'CUT', 'stream goes on', 'allow → deny'])
      expect(stdout).toContain(part)
    expect(stdout).not.toContain('\u001b')
  })
})

describe('moat up --simulate', () => {
  it('predicts without a kernel, says so in every output, and observes nothing', async () => {
    const json = await runMoat(['up', 'examples/seed', '--simulate', '-o', 'json'])
    expect(json.status).toBe(0)
    const report = reportOf(json)
    expect(report).toMatchObject({ mode: 'simulated', enforcedBy: 'none', streams: [] })
    expect(report.remarks.join()).toContain('no kernel enforced')
    expect(report.cells.length).toBeGreaterThan(200)
    expect(report.cells.every((cell) => cell.observed === undefined)).toBe(true)
    expect(report.summary).toMatchObject({ agree: 0, disagree: 0, inconclusive: 0 })
    const text = await runMoat(['up', 'examples/seed', '--simulate'])
    expect(text.stdout).toContain('no kernel enforced anything')
  })

  it('predicts only and exits 3 where tools are missing, with what to install', async () => {
    const { status, stdout, stderr } = await runMoat(['up', 'examples/seed', '-o', 'json'], {
      env: { PATH: '/nonexistent' },
    })
    expect(status).toBe(3)
    expect(stderr).toContain('[')
    expect(JSON.parse(stdout)).toMatchObject({ mode: 'simulated', enforcedBy: 'none' })
    accessSync(ROOT, constants.R_OK)
  })
})
