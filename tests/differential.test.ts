// The engine against the reference oracle on random clusters, all profiles. MOAT_DIFF_RUNS sets the number of clusters,
// MOAT_DIFF_SEED the first seed; what disagrees is minimised and written to tests/cases/.
import { describe, expect, it } from 'vitest'
import type { ProfileName } from '../src/engine/profile.ts'
import { compare, type Match, probesOf, record } from './support/differential.ts'
import { ENGINE, formatProbe, REFERENCE, type Verdict } from './support/oracles.ts'
import { FULL_SHAPE, randomCluster } from './support/random-cluster.ts'
import { randomFrom } from './support/random.ts'

const RUNS = Number(process.env['MOAT_DIFF_RUNS'] ?? 600)
const FIRST_SEED = Number(process.env['MOAT_DIFF_SEED'] ?? Date.now() % 1_000_000_000)
const PROFILES: readonly ProfileName[] = ['spec', 'conformance', 'calico', 'cilium']

describe(`the engine against the reference oracle, seeds from ${FIRST_SEED}`, () => {
  it(`agrees on every probe of ${RUNS} random clusters`, { timeout: 60_000 + RUNS * 1_000 }, () => {
    const total: Record<Verdict, number> = { Allowed: 0, Denied: 0, Depends: 0 }
    for (let run = 0; run < RUNS; run++) {
      const seed = FIRST_SEED + run
      const cluster = randomCluster(seed, { ...FULL_SHAPE, policies: 1 + (seed % 6) })
      const match: Match = { left: ENGINE, right: REFERENCE, profile: PROFILES[seed % 4] as ProfileName }
      const probes = probesOf(cluster, randomFrom(seed), { addresses: 6, ports: 4 })
      const { counts, disagreements } = compare(cluster, match, probes)
      for (const verdict of ['Allowed', 'Denied', 'Depends'] as const) total[verdict] += counts[verdict]
      const [first] = disagreements
      if (first) {
        throw new Error(`seed ${seed}, ${match.profile}: ${formatProbe(first.probe)}\n${record(cluster, match, first)}`)
      }
    }
    const compared = total.Allowed + total.Denied + total.Depends
    process.stderr.write(
      `compared ${compared} connections of ${RUNS} clusters, seeds from ${FIRST_SEED}: ${JSON.stringify(total)}\n`,
    )
    expect(compared).toBeGreaterThan(RUNS * 500)
    expect(Math.min(total.Allowed, total.Denied, total.Depends)).toBeGreaterThan(0)
  })
})
