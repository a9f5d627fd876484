// What the policies speak of: label keys and values, port names, address borders. Nothing else can tell endpoints apart.
import type { ClusterPeer, ClusterPort } from '../policy/cluster-network-policy.ts'
import type { Peer, PortMatch } from '../policy/network-policy.ts'
import type { Labels, Selector } from '../policy/selector.ts'
import type { ContainerPort, Snapshot } from '../policy/snapshot.ts'
import { type IpSet, ipSetOf, singleAddress } from '../sets/ip-set.ts'
import { addressesOf, NEVER_PODS } from './match.ts'

/** Label keys that some selector asks for, each with the values it is compared to. */
type Mentioned = ReadonlyMap<string, ReadonlySet<string>>

export interface Vocabulary {
  /** True when a rule speaks of nodes: pods on the host network are then known by theirs. */
  readonly nodes: boolean
  /** Namespaces that have policies of their own. */
  readonly governed: ReadonlySet<string>
  readonly podLabels: Mentioned
  readonly namespaceLabels: Mentioned
  readonly portNames: ReadonlySet<string>
  /** Borders of the ipBlocks, ascending: two addresses of one family between the same borders are in the same blocks. */
  readonly borders: { readonly v4: readonly number[]; readonly v6: readonly bigint[] }
}

function mention(into: Map<string, Set<string>>, selector: Selector): void {
  for (const { key, values } of selector.requirements) {
    let known = into.get(key)
    if (!known) into.set(key, (known = new Set()))
    for (const value of values) known.add(value)
  }
}

function ascending<T extends number | bigint>(values: Iterable<T>): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1))
}

type Spoken = Pick<Snapshot, 'networkPolicies' | 'clusterPolicies' | 'nodes'>

/** Gathers what policies speak of. */
class Gathering {
  readonly podLabels = new Map<string, Set<string>>()
  readonly namespaceLabels = new Map<string, Set<string>>()
  readonly portNames = new Set<string>()
  readonly #v4: number[] = []
  readonly #v6: bigint[] = []
  nodes = false

  get borders(): Vocabulary['borders'] {
    return { v4: ascending(this.#v4), v6: ascending(this.#v6) }
  }

  ports(ports: 'any' | readonly (PortMatch | ClusterPort)[]): void {
    for (const port of ports === 'any' ? [] : ports) if (port.kind === 'named') this.portNames.add(port.name)
  }

  block({ v4, v6 }: IpSet): void {
    this.#v4.push(...v4)
    this.#v6.push(...v6)
  }

  peer(peer: Peer | ClusterPeer): void {
    switch (peer.kind) {
      case 'pods':
        mention(this.podLabels, peer.pods)
        if (peer.namespaces !== 'own') mention(this.namespaceLabels, peer.namespaces)
        return
      case 'ipBlock':
        return this.block(addressesOf(peer))
      case 'networks':
        return peer.cidrs.forEach((cidr) => this.block(ipSetOf(cidr)))
      case 'nodes':
        this.nodes = true
        return
      case 'domainNames':
      case 'unknown':
    }
  }
}

/** Everything that the policies speak of. */
export function vocabularyOf({ networkPolicies, clusterPolicies, nodes }: Spoken): Vocabulary {
  const all = new Gathering()
  for (const policy of networkPolicies) mention(all.podLabels, policy.subject)
  for (const { subject } of clusterPolicies) {
    mention(all.podLabels, subject.pods)
    mention(all.namespaceLabels, subject.namespaces)
  }
  for (const { ingress, egress } of [...networkPolicies, ...clusterPolicies]) {
    for (const { peers, ports } of [...(ingress ?? []), ...(egress ?? [])]) {
      all.ports(ports)
      for (const peer of peers === 'any' ? [] : peers) all.peer(peer)
    }
  }
  if (all.nodes) {
    all.block(NEVER_PODS)
    for (const { addresses } of nodes) for (const address of addresses) all.block(singleAddress(address))
  }
  const { podLabels, namespaceLabels, portNames, borders } = all
  const governed = new Set(networkPolicies.map((policy) => policy.namespace))
  return { governed, nodes: all.nodes, podLabels, namespaceLabels, portNames, borders }
}

/** The part of the labels that selectors can see, by key; a value that none compares to is only known to be there. */
export function visibleLabels(labels: Labels, mentioned: Mentioned): string[] {
  const seen: string[] = []
  for (const [key, value] of labels) {
    const values = mentioned.get(key)
    if (values) seen.push(values.has(value) ? `${key}=${value}` : key)
  }
  return seen.sort()
}

/** The part of the container ports that rules can see. */
export function visiblePorts(ports: readonly ContainerPort[], names: ReadonlySet<string>): string[] {
  if (names.size === 0) return []
  const seen = ports.filter(({ name }) => name !== undefined && names.has(name))
  return [...new Set(seen.map(({ name, protocol, port }) => `${name} ${protocol} ${port}`))].sort()
}

/** How many of the ascending values are not above this one. */
export function rank<T extends number | bigint>(sorted: readonly T[], value: T): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const bound = sorted[middle] as T
    if (bound <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** The addresses of both families, cut at the borders: two addresses of one piece are in the same blocks. */
export function piecesOf({ v4, v6 }: Vocabulary['borders']): IpSet[] {
  const [low, high] = [
    [0, ...v4],
    [0n, ...v6],
  ] as const
  const inner4 = [...new Set([...low, 2 ** 32])]
  const inner6 = [...new Set([...high, 1n << 128n])]
  return [
    ...inner4.slice(1).map((end, i): IpSet => ({ v4: [inner4[i] as number, end], v6: [] })),
    ...inner6.slice(1).map((end, i): IpSet => ({ v4: [], v6: [inner6[i] as bigint, end] })),
  ]
}
