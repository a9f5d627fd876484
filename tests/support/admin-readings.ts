// Admin policies between two given ends, reading by reading: every way in which what is not known could be is gone through, and in
// each the first rule that matches decides. Shares no code with the engine's tiers; too slow for anything but small cases.
import type { Engine } from '../../src/engine/engine.ts'
import type { Endpoint } from '../../src/engine/endpoint.ts'
import type { DependsReason } from '../../src/engine/reach.ts'
import type {
  ClusterNetworkPolicy,
  ClusterPeer,
  ClusterPods,
  ClusterPort,
  ClusterRule,
  ClusterTier,
} from '../../src/policy/cluster-network-policy.ts'
import type { Direction } from '../../src/policy/network-policy.ts'
import { matches, satisfies } from '../../src/policy/selector.ts'
import { NAMESPACE_NAME_LABEL, type Pod, type Snapshot } from '../../src/policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  connection,
  connections,
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../../src/sets/connection-set.ts'
import type { Family } from '../../src/sets/ip-address.ts'
import { hasAddress, ipSetOf } from '../../src/sets/ip-set.ts'
import { ALL_PORTS, portRange } from '../../src/sets/port-set.ts'

/** Answers of what is not known, asked for by key: the first time an open question comes up, both answers are gone through. */
type Reading = (key: string, ways: number) => number

/** Runs `body` once for every combination of answers that it asks for. */
function everyReading<T>(body: (reading: Reading) => T): T[] {
  const results: T[] = []
  const open: ReadonlyMap<string, number>[] = [new Map()]
  for (let known = open.pop(); known; known = open.pop()) {
    const answers = new Map(known)
    results.push(
      body((key, ways) => {
        const found = answers.get(key)
        if (found !== undefined) return found
        for (let other = 1; other < ways; other++) open.push(new Map([...answers, [key, other]]))
        answers.set(key, 0)
        return 0
      }),
    )
  }
  return results
}

interface Path {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly family: Family
  readonly snapshot: Snapshot
  /** Answers what is not known. */
  readonly reading: Reading
}

function inPods({ namespaces, pods }: ClusterPods, end: Endpoint, { snapshot, reading }: Path): boolean {
  if (end.kind !== 'pod' || end.pod.hostNetwork || !matches(pods, end.pod.labels)) return false
  const { namespace } = end.pod
  const found = snapshot.namespaces.get(namespace)
  return namespaces.requirements.every((requirement) => {
    if (requirement.key === NAMESPACE_NAME_LABEL) return satisfies(new Map([[requirement.key, namespace]]), requirement)
    if (found?.declared) return satisfies(found.labels, requirement)
    return reading(`ns ${namespace} ${JSON.stringify(requirement)}`, 2) === 1
  })
}

function isPeer(peer: ClusterPeer, end: Endpoint, path: Path): boolean {
  const { reading } = path
  switch (peer.kind) {
    case 'pods':
      return inPods(peer, end, path)
    case 'networks': {
      const blocks = peer.cidrs.filter(({ address }) => address.family === path.family)
      if (end.kind === 'outside') return blocks.some((cidr) => hasAddress(ipSetOf(cidr), end.address))
      const address = end.pod.addresses.find(({ family }) => family === path.family)
      if (address) return blocks.some((cidr) => hasAddress(ipSetOf(cidr), address))
      return (
        end.pod.addresses.length === 0 && blocks.length > 0 && reading(`at ${JSON.stringify(blocks, text)}`, 2) === 1
      )
    }
    case 'nodes': {
      if (end.kind === 'pod') return false
      const node = path.snapshot.nodes.find(({ addresses }) =>
        addresses.some(({ family, value }) => family === end.address.family && value === end.address.value),
      )
      return node ? matches(peer.nodes, node.labels) : reading(`node ${JSON.stringify(peer.nodes)}`, 2) === 1
    }
    case 'domainNames':
      return end.kind === 'outside' && reading(`name ${peer.names.join()}`, 2) === 1
    case 'unknown':
      return false
  }
}

function text(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}

function portsOf(ports: 'any' | readonly ClusterPort[], destination: Endpoint): ConnectionSet {
  if (ports === 'any') return ALL_CONNECTIONS
  return ports.reduce((all, port): ConnectionSet => {
    switch (port.kind) {
      case 'unknown':
        return all
      case 'all':
        return unionConnections(all, connections(port.protocol, ALL_PORTS))
      case 'range':
        return unionConnections(all, connections(port.protocol, portRange(port.first, port.last)))
      case 'named': {
        const declared: Pod['ports'] = destination.kind === 'pod' ? destination.pod.ports : []
        return declared
          .filter(({ name, protocol }) => name === port.name && protocol === port.protocol)
          .reduce((set, one) => unionConnections(set, connection(port.protocol, one.port)), all)
      }
    }
  }, NO_CONNECTIONS)
}

function newer({ peers, ports }: ClusterRule): boolean {
  return (
    peers.some(({ kind }) => kind === 'unknown') || (ports !== 'any' && ports.some(({ kind }) => kind === 'unknown'))
  )
}

/** Policies of a tier in order; of those with one priority any may come first. */
function ordered(
  policies: readonly ClusterNetworkPolicy[],
  tier: ClusterTier,
  reading: Reading,
): ClusterNetworkPolicy[] {
  const ranks = Map.groupBy(
    policies.filter((policy) => policy.tier === tier),
    ({ priority }) => priority,
  )
  return [...ranks]
    .sort(([a], [b]) => a - b)
    .flatMap(([priority, rank]) => {
      const left = [...rank]
      const taken: ClusterNetworkPolicy[] = []
      while (left.length > 0) {
        const next =
          left.length === 1 ? 0 : reading(`order ${tier} ${priority} ${taken.length} ${left.length}`, left.length)
        taken.push(...left.splice(next, 1))
      }
      return taken
    })
}

/** What a tier accepts of `left`, and what it leaves to the tiers behind. */
function tierAnswer(
  path: Path,
  at: { tier: ClusterTier; direction: Direction; left: ConnectionSet },
): { accepted: ConnectionSet; left: ConnectionSet } {
  const [subject, peer] = at.direction === 'egress' ? [path.source, path.destination] : [path.destination, path.source]
  let { left } = at
  let accepted = NO_CONNECTIONS
  let passed = NO_CONNECTIONS
  for (const policy of ordered(path.snapshot.clusterPolicies, at.tier, path.reading)) {
    if (policy[at.direction].length === 0 || !inPods(policy.subject, subject, path)) continue
    for (const rule of policy[at.direction]) {
      const all = rule.action !== 'Accept' && newer(rule)
      if (!all && !rule.peers.some((one) => isPeer(one, peer, path))) continue
      const taken = intersectConnections(left, all ? ALL_CONNECTIONS : portsOf(rule.ports, path.destination))
      left = subtractConnections(left, taken)
      if (all) continue
      if (rule.action === 'Accept') accepted = unionConnections(accepted, taken)
      if (rule.action === 'Pass') passed = unionConnections(passed, taken)
    }
  }
  return { accepted, left: unionConnections(left, passed) }
}

function oneWay(engine: Engine, path: Path, direction: Direction): ConnectionSet {
  const { source, destination, family } = path
  const reasons = engine.why(source, destination, family)[direction]
  if (reasons.ungoverned) return ALL_CONNECTIONS
  const admin = tierAnswer(path, { tier: 'admin', direction, left: ALL_CONNECTIONS })
  if (reasons.isolatedBy.length > 0) {
    const admitted = reasons.admittedBy
      .filter(({ reason }) => reason === undefined || path.reading(`${direction} ${reason}`, 2) === 1)
      .reduce((all, one) => unionConnections(all, one.connections), NO_CONNECTIONS)
    return unionConnections(admin.accepted, intersectConnections(admin.left, admitted))
  }
  const baseline = tierAnswer(path, { tier: 'baseline', direction, left: admin.left })
  return unionConnections(admin.accepted, unionConnections(baseline.accepted, baseline.left))
}

/** An engine that knows nothing of admin policies, made to obey those of the snapshot. What it says is open has one reason for all. */
export function withAdminTiers(engine: Engine, snapshot: Snapshot): Engine {
  if (snapshot.clusterPolicies.length === 0) return engine
  const reach: Engine['reach'] = (source, destination, family) => {
    const plain = engine.reach(source, destination, family)
    if (
      isEmpty(plain.allowed) &&
      plain.depends.length === 0 &&
      [source, destination].some((end) => ended(end, family))
    ) {
      return plain
    }
    const found = everyReading((reading) => {
      const path = { source, destination, family, snapshot, reading }
      return intersectConnections(oneWay(engine, path, 'egress'), oneWay(engine, path, 'ingress'))
    })
    const allowed = found.reduce(intersectConnections)
    const maybe = subtractConnections(found.reduce(unionConnections), allowed)
    const reason: DependsReason = 'priority-tie'
    return { allowed, depends: isEmpty(maybe) ? [] : [{ connections: maybe, reason }] }
  }
  return { ...engine, reach, why: (...ends) => ({ ...engine.why(...ends), reach: reach(...ends) }) }
}

function ended(end: Endpoint, family: Family): boolean {
  return end.kind === 'outside'
    ? end.address.family !== family
    : end.pod.phase === 'Succeeded' || end.pod.phase === 'Failed'
}
