// Random snapshots for the ruleset's tests: parsed from random raw clusters, with Services that have cluster addresses.
import { parse } from '../../src/parse/parse.ts'
import type { ClusterNetworkPolicy } from '../../src/policy/cluster-network-policy.ts'
import type { Service, Snapshot } from '../../src/policy/snapshot.ts'
import { ADMIN_SHAPE, randomCluster, type ClusterShape, PLAIN_SHAPE } from './random-cluster.ts'
import { type Random, randomFrom } from './random.ts'
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

/** Edits of the policies of the admin APIs: one more, one less, another action, another order of rules, another priority. */
function clusterEdits(random: Random, seed: number): ((snapshot: Snapshot) => Snapshot)[] {
  const { clusterPolicies: others } = randomSnapshot(seed + 1_000_000, {
    clusterPolicies: ADMIN_SHAPE.clusterPolicies,
  })
  const each =
    (change: (policy: ClusterNetworkPolicy) => ClusterNetworkPolicy) =>
    (s: Snapshot): Snapshot => ({
      ...s,
      clusterPolicies: s.clusterPolicies.map((policy) => (random.chance(1, 2) ? change(policy) : policy)),
    })
  return [
    (s) => ({ ...s, clusterPolicies: s.clusterPolicies.filter(() => random.chance(2, 3)) }),
    (s) => ({
      ...s,
      clusterPolicies: [
        ...s.clusterPolicies,
        ...others.filter((one) => !s.clusterPolicies.some(({ kind, name }) => one.kind === kind && one.name === name)),
      ],
    }),
    each((policy) => ({ ...policy, ingress: policy.ingress.toReversed(), egress: policy.egress.toReversed() })),
    each((policy) => ({ ...policy, priority: policy.kind === 'BaselineAdminNetworkPolicy' ? 0 : random.below(8) })),
    each((policy) => ({
      ...policy,
      ingress: policy.ingress.map((rule) => ({
        ...rule,
        action: random.pick(
          policy.kind === 'BaselineAdminNetworkPolicy'
            ? (['Accept', 'Deny'] as const)
            : (['Accept', 'Deny', 'Pass'] as const),
        ),
      })),
    })),
  ]
}

/**
 * A snapshot a few edits away: policies of every API added, removed, changed and put in another order, pods added, removed, relabelled and readdressed, as a
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
    ...(snapshot.clusterPolicies.length > 0 ? clusterEdits(random, seed) : []),
  ]
  return random.times(1 + random.below(2), () => random.pick(edits)).reduce((s, edit) => edit(s), snapshot)
}
