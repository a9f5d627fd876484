// Random admin policies over the labels, addresses and ports of random-moats.ts.
import type {
  Action,
  ClusterNetworkPolicy,
  ClusterPeer,
  ClusterPort,
  ClusterRule,
} from '../../src/policy/cluster-network-policy.ts'
import type { Requirement, Selector } from '../../src/policy/selector.ts'
import { NAMESPACE_NAME_LABEL } from '../../src/policy/snapshot.ts'
import { type Cidr, formatCidr, parseCidr } from '../../src/sets/ip-address.ts'
import { APPS, TEAMS } from './random-moats.ts'
import type { Random } from './random.ts'
import type {
  RawClusterPeer,
  RawClusterPolicy,
  RawClusterProtocol,
  RawClusterRule,
  RawSelector,
} from './raw-objects.ts'

const CIDRS = ['10.0.0.0/8', '203.0.113.0/24', '0.0.0.0/0', 'fd00::/16', '::/0'].map((cidr) => parseCidr(cidr) as Cidr)

function one(requirement: Omit<Requirement, 'values'> & { values?: readonly string[] }): Selector {
  return { requirements: [{ values: [], ...requirement }] }
}

function podSelector(random: Random): Selector {
  if (random.chance(1, 3)) return { requirements: [] }
  if (random.chance(1, 4)) return one({ key: 'role', operator: random.pick(['Exists', 'DoesNotExist']) })
  return one({ key: 'app', operator: random.pick(['In', 'In', 'NotIn']), values: [random.pick(APPS)] })
}

function namespaceSelector(random: Random): Selector {
  if (random.chance(1, 3)) return { requirements: [] }
  if (random.chance(1, 3)) {
    return one({ key: NAMESPACE_NAME_LABEL, operator: 'In', values: [random.pick(['m', 'm', 'd', 'u', 'new'])] })
  }
  return one({ key: 'team', operator: random.pick(['In', 'NotIn']), values: [random.pick(TEAMS)] })
}

function peer(random: Random, at: { direction: 'ingress' | 'egress'; action: Action }): ClusterPeer {
  if (random.chance(1, 25)) return { kind: 'unknown' }
  if (at.direction === 'egress' && random.chance(1, 3)) {
    if (random.chance(1, 6)) return { kind: 'nodes', nodes: { requirements: [] } }
    if (at.action === 'Accept' && random.chance(1, 6)) return { kind: 'domainNames', names: ['example.org'] }
    return { kind: 'networks', cidrs: [random.pick(CIDRS)] }
  }
  return { kind: 'pods', namespaces: namespaceSelector(random), pods: podSelector(random) }
}

function ports(random: Random): 'any' | readonly ClusterPort[] {
  if (random.chance(1, 3)) return 'any'
  return random.times(1 + random.below(2), () =>
    random.pick<ClusterPort>([
      { kind: 'range', protocol: 'TCP', first: 8080, last: 8080 },
      { kind: 'range', protocol: 'TCP', first: 80, last: 8080 },
      { kind: 'named', protocol: 'TCP', name: 'http' },
      { kind: 'range', protocol: 'UDP', first: 53, last: 53 },
      { kind: 'all', protocol: 'UDP' },
      ...(random.chance(1, 20) ? [{ kind: 'unknown' } as const] : []),
    ]),
  )
}

function rules(random: Random, direction: 'ingress' | 'egress', baseline: boolean): ClusterRule[] {
  return random.times(random.below(3), (index) => {
    const action = random.pick<Action>(baseline ? ['Accept', 'Deny', 'Deny'] : ['Accept', 'Deny', 'Deny', 'Pass'])
    const peers = random.times(1 + random.below(2), () => peer(random, { direction, action }))
    return { name: `r${index}`, action, peers, ports: ports(random) }
  })
}

/** One to three policies of both tiers, now and then of one priority. */
export function randomAdminPolicies(random: Random): ClusterNetworkPolicy[] {
  return random.times(1 + random.below(3), (index): ClusterNetworkPolicy => {
    const tier = random.pick(['admin', 'admin', 'baseline'] as const)
    return {
      kind: 'ClusterNetworkPolicy',
      name: `c${index}`,
      tier,
      priority: random.pick([1, 2, 3, 4, 5]),
      subject: { namespaces: namespaceSelector(random), pods: podSelector(random) },
      ingress: rules(random, 'ingress', tier === 'baseline'),
      egress: rules(random, 'egress', tier === 'baseline'),
    }
  })
}

function rawSelector({ requirements }: Selector): RawSelector {
  return {
    matchExpressions: requirements.map(({ key, operator, values }) => ({
      key,
      operator,
      ...(values.length > 0 && { values }),
    })),
  }
}

function rawPeer(peer: ClusterPeer): RawClusterPeer {
  switch (peer.kind) {
    case 'pods':
      return { pods: { namespaceSelector: rawSelector(peer.namespaces), podSelector: rawSelector(peer.pods) } }
    case 'networks':
      return { networks: peer.cidrs.map(formatCidr) }
    case 'nodes':
      return { nodes: rawSelector(peer.nodes) }
    case 'domainNames':
      return { domainNames: peer.names }
    case 'unknown':
      return {}
  }
}

function rawProtocol(port: ClusterPort): RawClusterProtocol {
  switch (port.kind) {
    case 'named':
      return { destinationNamedPort: port.name }
    case 'unknown':
      return {}
    default: {
      const [start, end] = port.kind === 'all' ? [1, 65_535] : [port.first, port.last]
      const destinationPort = start === end ? { number: start } : { range: { start, end } }
      return { [port.protocol.toLowerCase()]: { destinationPort } }
    }
  }
}

/** The policy as it would stand in a file. */
export function rawAdminPolicy(policy: ClusterNetworkPolicy): RawClusterPolicy {
  const rules = (direction: 'ingress' | 'egress', end: 'from' | 'to'): RawClusterRule[] =>
    policy[direction].map(({ name, action, peers, ports }) => ({
      name,
      action,
      [end]: peers.map(rawPeer),
      ...(ports !== 'any' && { protocols: ports.map(rawProtocol) }),
    }))
  const { namespaces, pods } = policy.subject
  return {
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name: policy.name },
    spec: {
      tier: policy.tier === 'admin' ? 'Admin' : 'Baseline',
      priority: policy.priority,
      subject: { pods: { namespaceSelector: rawSelector(namespaces), podSelector: rawSelector(pods) } },
      ingress: rules('ingress', 'from'),
      egress: rules('egress', 'to'),
    },
  }
}
