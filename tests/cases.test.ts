// Every case file of tests/cases/, most of them minimised disagreements of the past, asked of every oracle.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProfileName } from '../src/engine/profile.ts'
import { formatProbe, ORACLES, type Probe, type Verdict } from './support/oracles.ts'
import type { RawCluster } from './support/raw-objects.ts'

interface Case extends RawCluster {
  readonly profile: ProfileName
  readonly probe: Probe
  /** `null` in a new file: somebody has to find out. */
  readonly expect: Verdict | null
}

const folder = join(import.meta.dirname, 'cases')
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

describe.each(cases)('the case $name', ({ text }) => {
  const one = JSON.parse(text) as Case

  it('has a verdict', () => {
    expect(one.expect).not.toBeNull()
  })

  it.each(ORACLES)(`gets it from the oracle $name: ${formatProbe(one.probe)}`, ({ read }) => {
    expect(read(one, one.profile)(one.probe)).toBe(one.expect)
  })
})

it('are there', () => {
  expect(cases.length).toBeGreaterThan(0)
})
