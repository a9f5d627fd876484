// Random clusters as raw Kubernetes objects, for every test that compares one oracle with another.
//
//   const cluster = randomCluster(seed)            // the same seed, the same objects
//   parse([{ name: `seed-${seed}`, text: rawText(cluster) }])
//   rawPods(cluster), rawPolicies(cluster), …      // raw-objects.ts
//   boundaryPorts(cluster), OUTSIDE_ADDRESSES      // probes.ts: where answers can change
//
// Every pod name is unique in its namespace and every address in the cluster; all objects pass the API server's
// validation. Small vocabularies make rules meet pods often. Default shape: everything the API can say, with odd
// spellings (`null` and empty lists, all orders of `policyTypes`). Switches turn off what an oracle cannot have.
import { randomClusterPolicies, randomNodes, type Vocabulary } from './random-cluster-policies.ts'
import { randomFrom, type Random } from './random.ts'
import type {
  RawCluster,
  RawContainer,
  RawExpression,
  RawNamespace,
  RawObject,
  RawPeer,
  RawPod,
  RawPolicy,
  RawPort,
  RawRule,
  RawSelector,
} from './raw-objects.ts'

export interface ClusterShape {
  readonly namespaces: number
  readonly pods: number
  readonly policies: number
  /** Pods on the host network, with and without a node's name. */
  readonly hostNetwork: boolean
  /** Pods that have ended. */
  readonly ended: boolean
  /** Pods without any address, and with one family only. */
  readonly missingAddresses: boolean
  /** Namespaces without an object of their own. */
  readonly undeclaredNamespaces: boolean
  /** At most so many policies of the admin APIs, and nodes with them; 0: neither. */
  readonly clusterPolicies: number
}

export const FULL_SHAPE: ClusterShape = {
  namespaces: 3,
  pods: 7,
  policies: 5,
  hostNetwork: true,
  ended: true,
  missingAddresses: true,
  undeclaredNamespaces: true,
  clusterPolicies: 0,
}

/** The same with policies of the admin APIs, which stand before the NetworkPolicies and behind them. */
export const ADMIN_SHAPE: ClusterShape = { ...FULL_SHAPE, clusterPolicies: 4 }

/** Nothing that Kubernetes leaves open and nothing without an address: every oracle must say Allowed or Denied. */
export const PLAIN_SHAPE: ClusterShape = {
  ...FULL_SHAPE,
  hostNetwork: false,
  ended: false,
  missingAddresses: false,
  undeclaredNamespaces: false,
}

const KEYS = ['app', 'tier', 'env']
const VALUES = ['a', 'b', 'c', '']
const PORT_NAMES = ['http', 'metrics', 'dns']
const NUMBERS = [1, 53, 80, 81, 8080, 9090, 65_535]
const PROTOCOLS = ['TCP', 'UDP', 'SCTP']
const NAMESPACE_LABEL = 'kubernetes.io/metadata.name'

/** Blocks that hold some pods (10.0.0.0/24, fd00::/64), some of the outside, or neither; none of a node's own kind. */
const BLOCKS_4 = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.0.0.0/29',
  '10.0.0.4/30',
  '10.0.0.3/32',
  '203.0.113.0/24',
  '198.51.100.128/25',
]
const BLOCKS_6 = ['::/0', 'fd00::/16', 'fd00::/125', 'fd00::4/126', 'fd00::3/128', '2001:db8::/32', '2001:db8:1::/48']
const EXCEPT: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['10.0.0.0/8', '169.254.0.0/16', '203.0.113.64/26', '128.0.0.0/1'],
  '10.0.0.0/8': ['10.0.0.0/30', '10.0.0.5/32', '10.128.0.0/9'],
  '10.0.0.0/29': ['10.0.0.2/31', '10.0.0.4/30'],
  '203.0.113.0/24': ['203.0.113.0/25', '203.0.113.255/32'],
  '::/0': ['fd00::/8', 'fe80::/10', '2001:db8::/33'],
  'fd00::/16': ['fd00::2/127', 'fd00::5/128'],
  '2001:db8::/32': ['2001:db8::/48', '2001:db8:ffff::/48'],
}

function expression(random: Random, keys: readonly string[], values: readonly string[]): RawExpression {
  const key = random.pick(keys)
  const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist'] as const)
  if (operator === 'In' || operator === 'NotIn') {
    return { key, operator, values: random.times(1 + random.below(2), () => random.pick(values)) }
  }
  return random.chance(1, 3) ? { key, operator, values: random.pick([null, []]) } : { key, operator }
}

function selector(random: Random, keys: readonly string[] = KEYS, values: readonly string[] = VALUES): RawSelector {
  switch (random.below(6)) {
    case 0:
      return random.pick<RawSelector>([{}, { matchLabels: {} }, { matchLabels: null, matchExpressions: [] }])
    case 1:
    case 2:
      return { matchLabels: { [random.pick(keys)]: random.pick(values) } }
    case 3:
      return { matchExpressions: [expression(random, keys, values)] }
    case 4:
      return { matchExpressions: random.times(2, () => expression(random, keys, values)) }
    default:
      return {
        matchLabels: { [random.pick(keys)]: random.pick(values) },
        matchExpressions: [expression(random, keys, values)],
      }
  }
}

function namespaceSelector(random: Random): RawSelector {
  if (random.chance(1, 3)) return { matchLabels: { [NAMESPACE_LABEL]: random.pick(['n0', 'n1', 'n2', 'n3']) } }
  return selector(random, [...KEYS, NAMESPACE_LABEL], [...VALUES, 'n0', 'n1'])
}

function peer(random: Random): RawPeer {
  switch (random.below(5)) {
    case 0:
      return { podSelector: selector(random) }
    case 1:
      return { namespaceSelector: namespaceSelector(random) }
    case 2:
      return { podSelector: selector(random), namespaceSelector: namespaceSelector(random) }
    default: {
      const cidr = random.pick(random.chance(1, 2) ? BLOCKS_4 : BLOCKS_6)
      const except = random.some(EXCEPT[cidr] ?? [])
      if (except.length > 0 && random.chance(2, 3)) return { ipBlock: { cidr, except } }
      return { ipBlock: random.chance(1, 5) ? { cidr, except: random.pick([null, []]) } : { cidr } }
    }
  }
}

function port(random: Random): RawPort {
  const protocol = random.chance(1, 3) ? {} : { protocol: random.pick(PROTOCOLS) }
  switch (random.below(5)) {
    case 0:
      return { ...protocol }
    case 1:
    case 2:
      return { ...protocol, port: random.pick(PORT_NAMES) }
    case 3: {
      const [first, last] = [random.pick(NUMBERS), random.pick(NUMBERS)].sort((a, b) => a - b) as [number, number]
      return { ...protocol, port: first, endPort: last }
    }
    default:
      return { ...protocol, port: random.pick(NUMBERS) }
  }
}

/** A list that is there, or one of the spellings of its absence. */
function listOrNone<T, K extends string>(random: Random, key: K, make: () => T): { readonly [P in K]?: T[] | null } {
  const spelling = random.below(8)
  if (spelling === 0) return {}
  const list = spelling === 1 ? null : spelling === 2 ? [] : random.times(1 + random.below(2), make)
  return { [key]: list } as { readonly [P in K]?: T[] | null }
}

function rule(random: Random, peers: 'from' | 'to'): RawRule {
  if (random.chance(1, 12)) return {}
  return { ...listOrNone(random, peers, () => peer(random)), ...listOrNone(random, 'ports', () => port(random)) }
}

const POLICY_TYPES = [['Ingress'], ['Egress'], ['Ingress', 'Egress'], ['Egress', 'Ingress'], [], null]

function policy(random: Random, namespace: string, index: number): RawPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `policy-${index}`, namespace },
    spec: {
      podSelector: selector(random),
      ...(random.chance(1, 2) && { policyTypes: random.pick(POLICY_TYPES) }),
      ...listOrNone(random, 'ingress', () => rule(random, 'from')),
      ...listOrNone(random, 'egress', () => rule(random, 'to')),
    },
  }
}

function labels(random: Random): Record<string, string> {
  return Object.fromEntries(random.some(KEYS).map((key) => [key, random.pick(VALUES)]))
}

/** Names are unique within a container, as the API demands; another container may use them again. */
function container(random: Random, index: number): RawContainer {
  const named = random.some(PORT_NAMES).map((name) => ({ name, containerPort: random.pick(NUMBERS) }))
  const ports = random.chance(1, 4) ? [...named, { containerPort: random.pick(NUMBERS) }] : named
  const spelled = ports.map((one) => (random.chance(1, 3) ? one : { ...one, protocol: random.pick(PROTOCOLS) }))
  return { name: `c${index}`, image: 'image', ...(spelled.length > 0 && { ports: spelled }) }
}

function addresses(random: Random, index: number, shape: ClusterShape): string[] {
  const both = [`10.0.0.${index + 1}`, `fd00::${(index + 1).toString(16)}`]
  if (!shape.missingAddresses) return both
  const spelling = random.below(8)
  return spelling === 0 ? [] : spelling === 1 ? both.slice(0, 1) : spelling === 2 ? both.slice(1) : both
}

function pod(random: Random, index: number, shape: ClusterShape): RawPod {
  const ips = addresses(random, index, shape)
  const phase = shape.ended && random.chance(1, 8) ? random.pick(['Succeeded', 'Failed']) : 'Running'
  const hostNetwork = shape.hostNetwork && random.chance(1, 6)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${index}`, namespace: `n${random.below(shape.namespaces)}`, labels: labels(random) },
    spec: {
      containers: random.times(1 + random.below(2), (at) => container(random, at)),
      ...(hostNetwork && { hostNetwork }),
      ...(random.chance(2, 3) && { nodeName: random.pick(['node-a', 'node-b']) }),
    },
    status: { phase, ...(ips[0] !== undefined && { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }) },
  }
}

function namespace(random: Random, name: string): RawNamespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      ...(random.chance(3, 4) && {
        labels: { ...labels(random), ...(random.chance(1, 2) && { [NAMESPACE_LABEL]: name }) },
      }),
    },
  }
}

const WORDS: Vocabulary = {
  podSelector: (random) => selector(random),
  namespaceSelector,
  labels,
  blocks: [...BLOCKS_4, ...BLOCKS_6],
  portNames: PORT_NAMES,
  numbers: NUMBERS,
}

/** The cluster of a seed. Pods stand before policies; namespaces come first. */
export function randomCluster(seed: number, shape: ClusterShape = FULL_SHAPE): RawCluster {
  const random = randomFrom(seed)
  const names = random.times(shape.namespaces, (index) => `n${index}`)
  const declared = shape.undeclaredNamespaces ? names.filter(() => random.chance(3, 4)) : names
  const objects: RawObject[] = [
    ...declared.map((name) => namespace(random, name)),
    ...random.times(shape.pods, (index) => pod(random, index, shape)),
    ...random.times(1 + random.below(shape.policies), (index) => policy(random, random.pick(names), index)),
  ]
  if (shape.clusterPolicies === 0) return { objects }
  return {
    objects: [
      ...objects,
      ...randomNodes(random, WORDS),
      ...randomClusterPolicies(random, WORDS, shape.clusterPolicies),
    ],
  }
}
