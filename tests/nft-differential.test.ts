// The compiled ruleset against the engine and the reference oracle on random clusters. MOAT_DIFF_RUNS sets the number of
// clusters, MOAT_DIFF_SEED the first seed; what disagrees is minimised and written to tests/cases/.
import { describe, expect, it } from 'vitest'
import { compare, type Match, probesOf, record } from './support/differential.ts'
import { ENGINE, formatProbe, type Oracle, REFERENCE } from './support/oracles.ts'
import { PLAIN_SHAPE, randomCluster } from './support/random-cluster.ts'
import { randomFrom } from './support/random.ts'
import { RULESET } from './support/ruleset-oracle.ts'

const RUNS = Number(process.env['MOAT_DIFF_RUNS'] ?? 60)
const FIRST_SEED = Number(process.env['MOAT_DIFF_SEED'] ?? Date.now() % 1_000_000_000)
const OTHERS: readonly Oracle[] = [ENGINE, REFERENCE]

describe.each(OTHERS)(`the ruleset against the oracle $name, seeds from ${FIRST_SEED}`, (other) => {
  it.each([
    ['NetworkPolicies alone', 0],
    ['admin policies too', 4],
  ])(
    `agrees on every probe of ${RUNS} random clusters with %s that is not open`,
    { timeout: 60_000 + RUNS * 2_000 },
    (what, clusterPolicies) => {
      const total = { Allowed: 0, Denied: 0 }
      for (let run = 0; run < RUNS; run++) {
        const seed = FIRST_SEED + run
        const shape = {
          ...PLAIN_SHAPE,
          undeclaredNamespaces: seed % 3 === 0,
          policies: 1 + (seed % 8),
          clusterPolicies,
        }
        const cluster = randomCluster(seed, shape)
        const match: Match = { left: RULESET, right: other, profile: 'conformance' }
        const probes = probesOf(cluster, randomFrom(seed), { addresses: 6, ports: 4 })
        const { counts, disagreements } = compare(cluster, match, probes)
        total.Allowed += counts.Allowed
        total.Denied += counts.Denied
        const first = disagreements.find(({ right }) => right !== 'Depends')
        if (first) throw new Error(`seed ${seed}: ${formatProbe(first.probe)}\n${record(cluster, match, first)}`)
      }
      process.stderr.write(
        `the ruleset agrees with ${other.name} on ${JSON.stringify(total)}, ${what}, seeds from ${FIRST_SEED}\n`,
      )
      expect(Math.min(total.Allowed, total.Denied)).toBeGreaterThan(RUNS * 100)
    },
  )
})
