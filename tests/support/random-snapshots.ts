// Random snapshots for the ruleset's tests: parsed from random raw clusters, with Services that have cluster addresses.
import { parse } from '../../src/parse/parse.ts'
import type { Service, Snapshot } from '../../src/policy/snapshot.ts'
import { randomCluster, type ClusterShape, PLAIN_SHAPE } from './random-cluster.ts'
import { randomFrom } from './random.ts'
import { rawText } from './raw-objects.ts'
import { service } from './snapshots.ts'

/** The snapshot of a seed: all pods have addresses; one or two Services stand before each namespace. */
export function randomSnapshot(seed: number, shape: Partial<ClusterShape> = {}): Snapshot {
  const { snapshot } = parse([
    { name: `seed-${seed}`, text: rawText(randomCluster(seed, { ...PLAIN_SHAPE, ...shape })) },
  ])
  const random = randomFrom(seed)
  const services = [...snapshot.namespaces.keys()].flatMap((namespace, n): Service[] =>
    random.times(1 + random.below(2), (index) =>
      service(`${namespace}/s${index}`, n * 10 + index + 1, {
        selector: random.pick(snapshot.networkPolicies)?.subject,
        ports: [{ port: 80, protocol: random.pick(['TCP', 'UDP', 'SCTP']), targetPort: random.pick([8080, 'http']) }],
      }),
    ),
  )
  return { ...snapshot, services }
}

/**
 * A snapshot a few edits away: policies added, removed and changed, pods added, removed, relabelled and readdressed, as a
 * user's or a controller's changes come.
 */
export function randomlyEdited(snapshot: Snapshot, seed: number): Snapshot {
  const random = randomFrom(seed)
  const other = randomSnapshot(seed + 1_000_000)
  const edits: ((s: Snapshot) => Snapshot)[] = [
    (s) => ({ ...s, networkPolicies: s.networkPolicies.filter(() => random.chance(2, 3)) }),
    (s) => ({
      ...s,
      networkPolicies: [
        ...s.networkPolicies,
        ...other.networkPolicies.map((policy) => ({ ...policy, name: `${policy.name}-${random.below(4)}` })),
      ].filter(
        (policy, i, all) => all.findIndex((p) => p.name === policy.name && p.namespace === policy.namespace) === i,
      ),
    }),
    (s) => ({
      ...s,
      networkPolicies: s.networkPolicies.map((policy) =>
        random.chance(1, 2) ? { ...policy, ingress: policy.ingress?.slice(1) } : { ...policy, egress: policy.ingress },
      ),
    }),
    (s) => ({ ...s, pods: s.pods.filter(() => random.chance(4, 5)) }),
    (s) => ({
      ...s,
      pods: s.pods.map((pod) => (random.chance(1, 3) ? { ...pod, labels: random.pick(other.pods).labels } : pod)),
    }),
    (s) => ({
      ...s,
      pods: s.pods.map((pod) => (random.chance(1, 3) ? { ...pod, ports: random.pick(other.pods).ports } : pod)),
    }),
    (s) => {
      const [first, second, ...rest] = s.pods
      if (!first || !second) return s
      return {
        ...s,
        pods: [{ ...first, addresses: second.addresses }, { ...second, addresses: first.addresses }, ...rest],
      }
    },
    (s) => ({ ...s, services: other.services }),
  ]
  return random.times(1 + random.below(2), () => random.pick(edits)).reduce((s, edit) => edit(s), snapshot)
}
