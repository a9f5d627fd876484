// The engine against the reference oracle on random clusters, all profiles and all policy APIs. MOAT_DIFF_RUNS sets the
// number of clusters (600 of each shape reach a million connections), MOAT_DIFF_SEED the first seed; what disagrees is minimised and
// written to tests/cases/.
import { describe, expect, it } from 'vitest'
import type { ProfileName } from '../src/engine/profile.ts'
import { compare, type Match, probesOf, record } from './support/differential.ts'
import { ENGINE, formatProbe, REFERENCE, TRUTH, type Verdict } from './support/oracles.ts'
import { ADMIN_SHAPE, type ClusterShape, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'
import { randomFrom } from './support/random.ts'
import { rawClusterPolicies } from './support/raw-objects.ts'

const RUNS = Number(process.env['MOAT_DIFF_RUNS'] ?? 600)
/** Clusters with admin policies take longer: fewer of them where nothing is asked for. */
const ADMIN_RUNS = Number(process.env['MOAT_DIFF_RUNS'] ?? 200)
const FIRST_SEED = Number(process.env['MOAT_DIFF_SEED'] ?? Date.now() % 1_000_000_000)
const PROFILES: readonly ProfileName[] = ['spec', 'conformance', 'calico', 'cilium']

type Counts = Record<Verdict, number>

const none = (): Counts => ({ Allowed: 0, Denied: 0, Depends: 0 })

function add(total: Counts, counts: Readonly<Counts>): void {
  for (const verdict of ['Allowed', 'Denied', 'Depends'] as const) total[verdict] += counts[verdict]
}

const sum = ({ Allowed, Denied, Depends }: Counts): number => Allowed + Denied + Depends

function clusterOf(seed: number, shape: ClusterShape) {
  return randomCluster(seed, { ...shape, policies: 1 + (seed % 6) })
}

describe(`the engine against the reference oracle, seeds from ${FIRST_SEED}`, () => {
  it(`agrees on every probe of ${RUNS} random clusters`, { timeout: 60_000 + RUNS * 1_000 }, () => {
    const total = none()
    for (let run = 0; run < RUNS; run++) {
      const seed = FIRST_SEED + run
      const cluster = clusterOf(seed, FULL_SHAPE)
      const match: Match = { left: ENGINE, right: REFERENCE, profile: PROFILES[seed % 4] as ProfileName }
      const probes = probesOf(cluster, randomFrom(seed), { addresses: 6, ports: 4 })
      const { counts, disagreements } = compare(cluster, match, probes)
      add(total, counts)
      const [first] = disagreements
      if (first) {
        throw new Error(`seed ${seed}, ${match.profile}: ${formatProbe(first.probe)}\n${record(cluster, match, first)}`)
      }
    }
    process.stderr.write(
      `compared ${sum(total)} connections of ${RUNS} clusters, seeds from ${FIRST_SEED}: ${JSON.stringify(total)}\n`,
    )
    expect(sum(total)).toBeGreaterThan(RUNS * 500)
    expect(Math.min(total.Allowed, total.Denied, total.Depends)).toBeGreaterThan(0)
  })

  it(
    `agrees where ${ADMIN_RUNS} random clusters have admin policies too`,
    { timeout: 60_000 + ADMIN_RUNS * 1_000 },
    () => {
      const totals = { older: none(), newer: none(), mixed: none() }
      for (let run = 0; run < ADMIN_RUNS; run++) {
        const seed = FIRST_SEED + run
        const cluster = clusterOf(seed, ADMIN_SHAPE)
        const kinds = new Set(rawClusterPolicies(cluster).map(({ kind }) => kind))
        const newer = kinds.has('ClusterNetworkPolicy')
        const api = newer && kinds.size > 1 ? 'mixed' : newer ? 'newer' : 'older'
        const match: Match = { left: ENGINE, right: REFERENCE, profile: PROFILES[seed % 4] as ProfileName }
        const probes = probesOf(cluster, randomFrom(seed), { addresses: 6, ports: 4 })
        const { counts, disagreements } = compare(cluster, match, probes)
        add(totals[api], counts)
        const [first] = disagreements
        if (first) {
          throw new Error(
            `seed ${seed}, ${match.profile}: ${formatProbe(first.probe)}\n${record(cluster, match, first)}`,
          )
        }
      }
      process.stderr.write(
        `compared connections of ${ADMIN_RUNS} clusters with admin policies, seeds from ${FIRST_SEED}: ${JSON.stringify(totals)}\n`,
      )
      for (const total of Object.values(totals)) {
        expect(sum(total)).toBeGreaterThan(ADMIN_RUNS * 50)
        expect(Math.min(total.Allowed, total.Denied, total.Depends)).toBeGreaterThan(0)
      }
    },
  )

  // A careful Depends is a loss of sharpness, a wrong Allowed or Denied is a mistake.
  it(`is sure of nothing that some way things could be makes false`, { timeout: 60_000 + ADMIN_RUNS * 1_000 }, () => {
    const seen = { sure: 0, open: 0, careful: 0 }
    const runs = Math.ceil(ADMIN_RUNS / 2)
    for (let run = 0; run < runs; run++) {
      const seed = FIRST_SEED + run
      const cluster = clusterOf(seed, ADMIN_SHAPE)
      const match: Match = { left: ENGINE, right: TRUTH, profile: PROFILES[seed % 4] as ProfileName }
      const probes = probesOf(cluster, randomFrom(seed), { addresses: 4, ports: 2 })
      const { counts, disagreements } = compare(cluster, match, probes)
      const wrong = disagreements.find(({ left }) => left !== 'Depends')
      if (wrong) {
        throw new Error(`seed ${seed}, ${match.profile}: ${formatProbe(wrong.probe)}\n${record(cluster, match, wrong)}`)
      }
      seen.careful += disagreements.length
      seen.open += counts.Depends
      seen.sure += counts.Allowed + counts.Denied - disagreements.length
    }
    process.stderr.write(`against every way things could be, seeds from ${FIRST_SEED}: ${JSON.stringify(seen)}\n`)
    expect(Math.min(seen.sure, seen.open)).toBeGreaterThan(0)
  })
})
