// Large random snapshots with addresses, for the benchmarks: the same size and seed, the same snapshot.
import type { NetworkPolicy, Peer, PortMatch, Rule } from '../src/policy/network-policy.ts'
import type { Selector } from '../src/policy/selector.ts'
import { EMPTY_SNAPSHOT, type Namespace, type Pod, type Service, type Snapshot } from '../src/policy/snapshot.ts'
import { parseCidr } from '../src/sets/ip-address.ts'
import { randomFrom, type Random } from '../tests/support/random.ts'

export interface ClusterSize {
  readonly pods: number
  readonly policies: number
}

/** Ten pods to a namespace, four policies to a pod's labels on the average, rules of one to three peers and ports. */
export function largeCluster({ pods, policies }: ClusterSize, seed = 1): Snapshot {
  const random = randomFrom(seed)
  const names = Array.from({ length: Math.max(1, Math.ceil(pods / 10)) }, (_, i) => `ns-${i}`)
  const namespaces = new Map(
    names.map((name, i): [string, Namespace] => [
      name,
      {
        name,
        labels: new Map([
          ['kubernetes.io/metadata.name', name],
          ['team', `t${i % 4}`],
        ]),
        declared: true,
      },
    ]),
  )
  const made = random.times(pods, (i) => pod(random, names[i % names.length] as string, i))
  const services = names.map((namespace, i): Service => ({
    namespace,
    name: 'web',
    selector: labelled('app', `a${i % 8}`),
    ports: [{ port: 80, protocol: 'TCP', targetPort: 'http' }],
    headless: false,
    clusterIPs: [
      { family: 4, value: 0x0a60_0000 + i + 1 },
      { family: 6, value: (0xfd00_0096n << 96n) + BigInt(i + 1) },
    ],
  }))
  const networkPolicies = random.times(policies, (i) => policy(random, names[i % names.length] as string, i))
  return { ...EMPTY_SNAPSHOT, namespaces, pods: made, services, networkPolicies }
}

function pod(random: Random, namespace: string, i: number): Pod {
  return {
    namespace,
    name: `pod-${i}`,
    labels: new Map([
      ['app', `a${random.below(8)}`],
      ['tier', `t${random.below(4)}`],
      ['env', random.pick(['dev', 'prod'])],
    ]),
    annotations: new Map(),
    ports: [{ name: 'http', port: random.pick([80, 8080, 9000]), protocol: 'TCP' }],
    hostNetwork: false,
    addresses: [
      { family: 4, value: 0x0af4_0000 + i + 1 },
      { family: 6, value: (0xfd00_0244n << 96n) + BigInt(i + 1) },
    ],
  }
}

function labelled(key: string, value: string): Selector {
  return { requirements: [{ key, operator: 'In', values: [value] }] }
}

function selector(random: Random): Selector {
  return random.pick([
    () => labelled('app', `a${random.below(8)}`),
    () => labelled('tier', `t${random.below(4)}`),
    () => ({
      requirements: [...labelled('env', 'prod').requirements, ...labelled('tier', `t${random.below(4)}`).requirements],
    }),
  ])()
}

function peer(random: Random): Peer {
  if (random.chance(1, 5)) {
    const cidr = parseCidr(`10.${random.below(250)}.0.0/16`)
    if (!cidr) throw new Error('not a block')
    return { kind: 'ipBlock', cidr, except: [] }
  }
  const namespaces = random.chance(1, 2) ? 'own' : labelled('team', `t${random.below(4)}`)
  return { kind: 'pods', namespaces, pods: selector(random) }
}

function port(random: Random): PortMatch {
  const protocol = random.pick(['TCP', 'TCP', 'UDP'] as const)
  if (random.chance(1, 6)) return { kind: 'named', protocol: 'TCP', name: 'http' }
  const first = random.pick([53, 80, 443, 8080, 9000, 9090])
  return { kind: 'range', protocol, first, last: random.chance(1, 8) ? first + 100 : first }
}

function policy(random: Random, namespace: string, i: number): NetworkPolicy {
  const rules = (): Rule[] =>
    random.times(1 + random.below(3), () => ({
      peers: random.times(1 + random.below(3), () => peer(random)),
      ports: random.chance(1, 6) ? 'any' : random.times(1 + random.below(3), () => port(random)),
    }))
  const direction = random.below(3)
  return {
    namespace,
    name: `policy-${i}`,
    subject: selector(random),
    ingress: direction === 1 ? undefined : rules(),
    egress: direction === 0 ? undefined : rules(),
  }
}
