// Random policies of the three admin APIs and random nodes, over the vocabulary of random-cluster.ts.
import type { Random } from './random.ts'
import type {
  RawAdminPort,
  RawClusterPeer,
  RawClusterPolicy,
  RawClusterPolicyKind,
  RawClusterProtocol,
  RawClusterRule,
  RawNode,
  RawSelector,
} from './raw-objects.ts'

/** What policies and pods of one cluster have in common. */
export interface Vocabulary {
  readonly podSelector: (random: Random) => RawSelector
  readonly namespaceSelector: (random: Random) => RawSelector
  readonly labels: (random: Random) => Record<string, string>
  readonly blocks: readonly string[]
  readonly portNames: readonly string[]
  readonly numbers: readonly number[]
}

type Action = RawClusterRule['action']

interface RuleShape {
  readonly kind: RawClusterPolicyKind
  readonly direction: 'ingress' | 'egress'
}

const ACTIONS: Readonly<Record<RawClusterPolicyKind, readonly Action[]>> = {
  AdminNetworkPolicy: ['Allow', 'Deny', 'Pass'],
  BaselineAdminNetworkPolicy: ['Allow', 'Deny'],
  ClusterNetworkPolicy: ['Accept', 'Deny', 'Pass'],
}

function pods(random: Random, words: Vocabulary): Pick<RawClusterPeer, 'namespaces' | 'pods'> {
  if (random.chance(1, 2)) return { namespaces: words.namespaceSelector(random) }
  return { pods: { namespaceSelector: words.namespaceSelector(random), podSelector: words.podSelector(random) } }
}

function peer(random: Random, words: Vocabulary, shape: RuleShape & { action: Action }): RawClusterPeer {
  const { kind, direction, action } = shape
  // A field of an API that is newer than everybody.
  if (random.chance(1, 24)) return { serviceAccounts: {} } as RawClusterPeer
  if (direction === 'ingress' || random.chance(1, 2)) return pods(random, words)
  if (random.chance(1, 4)) return { nodes: words.podSelector(random) }
  const named = kind !== 'BaselineAdminNetworkPolicy' && (action === 'Allow' || action === 'Accept')
  if (named && random.chance(1, 4)) return { domainNames: ['example.com', '*.example.net'] }
  return { networks: [...new Set(random.times(1 + random.below(2), () => random.pick(words.blocks)))] }
}

function range(random: Random, words: Vocabulary): { start: number; end: number } {
  const [start, end] = [random.pick(words.numbers), random.pick(words.numbers)].sort((a, b) => a - b) as [
    number,
    number,
  ]
  return start < end ? { start, end } : { start: 1, end: 100 }
}

function adminPort(random: Random, words: Vocabulary, named: boolean): RawAdminPort {
  if (random.chance(1, 24)) return { icmpTypes: [8] } as RawAdminPort
  if (named && random.chance(1, 3)) return { namedPort: random.pick(words.portNames) }
  const protocol = random.chance(1, 3) ? {} : { protocol: random.pick(['TCP', 'UDP', 'SCTP']) }
  if (random.chance(1, 2)) return { portNumber: { ...protocol, port: random.pick(words.numbers) } }
  return { portRange: { ...protocol, ...range(random, words) } }
}

function clusterProtocol(random: Random, words: Vocabulary, named: boolean): RawClusterProtocol {
  if (random.chance(1, 24)) return { icmp: {} } as RawClusterProtocol
  if (named && random.chance(1, 3)) return { destinationNamedPort: random.pick(words.portNames) }
  const destinationPort = random.chance(1, 2) ? { number: random.pick(words.numbers) } : { range: range(random, words) }
  return { [random.pick(['tcp', 'udp', 'sctp'])]: { destinationPort } }
}

function rule(random: Random, words: Vocabulary, shape: RuleShape): RawClusterRule {
  const action = random.pick(ACTIONS[shape.kind])
  const peers = random.times(1 + random.below(2), () => peer(random, words, { ...shape, action }))
  // Only pods have named ports.
  const named = peers.every((one) => !one.networks && !one.nodes && !one.domainNames)
  const some = random.chance(1, 2)
  const ports =
    shape.kind === 'ClusterNetworkPolicy'
      ? { protocols: some ? random.times(1 + random.below(2), () => clusterProtocol(random, words, named)) : null }
      : { ports: some ? random.times(1 + random.below(2), () => adminPort(random, words, named)) : null }
  return {
    ...(random.chance(1, 4) && { name: 'a rule' }),
    action,
    [shape.direction === 'ingress' ? 'from' : 'to']: peers,
    ...(some || random.chance(1, 3) ? ports : {}),
  }
}

function rules(random: Random, words: Vocabulary, shape: RuleShape) {
  const spelling = random.below(8)
  if (spelling === 0) return {}
  if (spelling === 1) return { [shape.direction]: null }
  const count = spelling === 2 ? 0 : 1 + random.below(3)
  return { [shape.direction]: random.times(count, () => rule(random, words, shape)) }
}

function policy(random: Random, words: Vocabulary, kind: RawClusterPolicyKind): RawClusterPolicy['spec'] {
  return {
    ...(kind === 'ClusterNetworkPolicy' && { tier: random.pick(['Admin', 'Admin', 'Baseline'] as const) }),
    // Few numbers, so that ties are frequent.
    ...(kind !== 'BaselineAdminNetworkPolicy' && { priority: random.pick([0, 1, 1, 7, 1_000]) }),
    subject: random.chance(1, 3) ? { namespaces: {} } : pods(random, words),
    ...rules(random, words, { kind, direction: 'ingress' }),
    ...rules(random, words, { kind, direction: 'egress' }),
  }
}

/** At most so many policies, of the older API, the newer, or both. */
export function randomClusterPolicies(random: Random, words: Vocabulary, most: number): RawClusterPolicy[] {
  const api = random.below(5)
  const baseline = api !== 1 && random.chance(1, 2)
  const kinds = random.times(random.below(most) + (baseline ? 0 : 1), (): RawClusterPolicyKind => {
    const newer = api === 0 ? random.chance(1, 2) : api < 3
    return newer ? 'ClusterNetworkPolicy' : 'AdminNetworkPolicy'
  })
  return [...kinds, ...(baseline ? (['BaselineAdminNetworkPolicy'] as const) : [])].map((kind, index) => ({
    apiVersion: `policy.networking.k8s.io/${kind === 'ClusterNetworkPolicy' ? 'v1alpha2' : 'v1alpha1'}`,
    kind,
    metadata: { name: kind === 'BaselineAdminNetworkPolicy' ? 'default' : `cluster-${index}` },
    spec: policy(random, words, kind),
  }))
}

/** Their addresses are among those that tests ask about as outside ones (probes.ts). */
const NODES: readonly (readonly [name: string, addresses: readonly string[]])[] = [
  ['node-a', ['10.0.0.200', 'fd00::ffff']],
  ['node-b', ['198.51.100.255']],
]

/** None, or both nodes that pods run on, or one of them; not all with addresses. */
export function randomNodes(random: Random, words: Vocabulary): RawNode[] {
  if (random.chance(1, 3)) return []
  return random
    .times(NODES.length, (at) => NODES[at] as (typeof NODES)[number])
    .filter(() => random.chance(4, 5))
    .map(([name, addresses]) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: words.labels(random) },
      ...(random.chance(4, 5) && {
        status: {
          addresses: [
            { type: 'Hostname', address: name },
            ...addresses.map((address) => ({ type: random.pick(['InternalIP', 'ExternalIP']), address })),
          ],
        },
      }),
    }))
}
