// Two oracles on one cluster: compare all probes, and make a disagreement as small as it gets.
import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ProfileName } from '../../src/engine/profile.ts'
import { PROTOCOLS } from '../../src/sets/connection-set.ts'
import { type Oracle, type Probe, type Verdict } from './oracles.ts'
import { boundaryPorts, OUTSIDE_ADDRESSES } from './probes.ts'
import type { Random } from './random.ts'
import { type RawCluster, type RawObject, rawPods } from './raw-objects.ts'

/** Two oracles and the profile under which both answer. */
export interface Match {
  readonly left: Oracle
  readonly right: Oracle
  readonly profile: ProfileName
}

export interface Disagreement {
  readonly probe: Probe
  readonly left: Verdict
  readonly right: Verdict
}

export interface Comparison {
  readonly counts: Readonly<Record<Verdict, number>>
  readonly disagreements: readonly Disagreement[]
}

/**
 * Probes of a cluster: all pairs of pods, each pod with some outside addresses both ways, both families, all protocols,
 * some of the ports where answers can change. `some` says how many addresses and ports.
 */
export function probesOf(cluster: RawCluster, random: Random, some: { addresses: number; ports: number }): Probe[] {
  const pods = rawPods(cluster).map(({ metadata }) => `${metadata.namespace ?? 'default'}/${metadata.name}`)
  const ports = boundaryPorts(cluster)
  const sample = <T>(from: readonly T[], count: number): T[] =>
    from.length <= count ? [...from] : random.times(count, () => random.pick(from))
  const outside = sample(OUTSIDE_ADDRESSES, some.addresses)
  const pairs = [
    ...pods.flatMap((source) => pods.map((destination) => [source, destination] as const)),
    ...pods.flatMap((pod) => outside.flatMap((address) => [[pod, address] as const, [address, pod] as const])),
  ]
  return pairs.flatMap(([source, destination]) => {
    const address = [source, destination].find((end) => !end.includes('/'))
    const families = address === undefined ? ([4, 6] as const) : ([address.includes(':') ? 6 : 4] as const)
    return families.flatMap((family) =>
      PROTOCOLS.flatMap((protocol) =>
        sample(ports, some.ports).map((port) => ({ source, destination, family, protocol, port })),
      ),
    )
  })
}

export function compare(cluster: RawCluster, { left, right, profile }: Match, probes: readonly Probe[]): Comparison {
  const [one, other] = [left.read(cluster, profile), right.read(cluster, profile)]
  const counts = { Allowed: 0, Denied: 0, Depends: 0 }
  const disagreements: Disagreement[] = []
  for (const probe of probes) {
    const [a, b] = [one(probe), other(probe)]
    counts[b]++
    if (a !== b) disagreements.push({ probe, left: a, right: b })
  }
  return { counts, disagreements }
}

/** Every variant of a JSON value with one list element or one optional field less, the biggest cuts first. */
function* smaller(value: unknown): Generator {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) yield value.toSpliced(i, 1)
    for (let i = 0; i < value.length; i++) for (const one of smaller(value[i])) yield value.with(i, one)
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    for (let i = 0; i < entries.length; i++) yield Object.fromEntries(entries.toSpliced(i, 1))
    for (const [key, inner] of entries) for (const one of smaller(inner)) yield { ...value, [key]: one }
  }
}

/** The smallest cluster reached by cutting, one piece at a time, on which the oracles still disagree about the probe. */
export function minimise(cluster: RawCluster, match: Match, probe: Probe): RawCluster {
  const disagrees = (objects: readonly RawObject[]): boolean => {
    try {
      return compare({ objects }, match, [probe]).disagreements.length > 0
    } catch {
      return false
    }
  }
  let { objects } = cluster
  for (let cut = true; cut;) {
    cut = false
    for (const candidate of smaller(objects)) {
      if (!disagrees(candidate as readonly RawObject[])) continue
      objects = candidate as readonly RawObject[]
      cut = true
      break
    }
  }
  return { objects }
}

/** Writes a disagreement, minimised, to `tests/cases/`, and says in one text what to do with it. */
export function record(cluster: RawCluster, match: Match, { probe, left, right }: Disagreement): string {
  const name = `differential-${match.left.name}-${match.right.name}-${Date.now()}`
  const small = minimise(cluster, match, probe)
  const folder = resolve(import.meta.dirname, '../cases')
  const file = resolve(folder, `${name}.json`)
  mkdirSync(folder, { recursive: true })
  const seen = { [match.left.name]: left, [match.right.name]: right }
  writeFileSync(
    file,
    `${JSON.stringify({ profile: match.profile, probe, seen, expect: null, ...small }, undefined, 2)}\n`,
  )
  return [
    `${match.left.name} says ${left}, ${match.right.name} says ${right}; the smallest case is in tests/cases/${name}.json`,
    `read both against the text of the API, mend the one that is wrong, set "expect" in the file to the right verdict`,
    `and keep the file: tests/cases.test.ts runs it with every oracle from then on`,
  ].join('\n')
}
