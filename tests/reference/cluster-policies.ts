// The reference oracle's reading of the three admin APIs: policies of a tier by priority, rules in order, the first that
// matches decides.
import {
  type RawAdminPort,
  rawClusterPolicies,
  type RawClusterPeer,
  type RawClusterPolicy,
  type RawClusterProtocol,
  type RawClusterRule,
} from '../support/raw-objects.ts'
import { type Direction, servesByName } from './network-policies.ts'
import { holdsPod, inBlock, selectsNode } from './addresses.ts'
import { selects, selectsNamespace } from './labels.ts'
import { ask, labelsOf, namespaceOf, onHostNetwork, type Packet, type ReferenceEnd, type World } from './world.ts'

type Outcome = 'Accept' | 'Deny' | 'Pass'

const PEERS = ['namespaces', 'pods', 'networks', 'nodes', 'domainNames']
const PORTS = ['portNumber', 'portRange', 'namedPort', 'tcp', 'udp', 'sctp', 'destinationNamedPort']

/** "If an implementation sees no fields are set then it can infer that the deployed CRD is of an incompatible version." */
const isKnown = (one: object, fields: readonly string[]): boolean => fields.some((name) => name in one)

/** Pods by the labels of their namespace and their own. "Note that host-networked pods are not included." */
function selectsPod({ namespaces, pods }: RawClusterPeer, end: ReferenceEnd, world: World): boolean {
  if ('address' in end || onHostNetwork(end.pod)) return false
  if (pods && !selects(pods.podSelector, labelsOf(end.pod))) return false
  return selectsNamespace((pods ? pods.namespaceSelector : namespaces) ?? {}, namespaceOf(end.pod), world)
}

interface Case {
  readonly packet: Packet
  readonly other: ReferenceEnd
  readonly world: World
}

function peerMatches(peer: RawClusterPeer, { packet, other, world }: Case): boolean {
  // "cluster-internal traffic will be checked against the rule as well"
  if (peer.networks) {
    if ('address' in other) return peer.networks.some((cidr) => inBlock(cidr, other.address))
    const blocks = peer.networks.map((cidr) => ({ cidr }))
    return holdsPod(blocks, other.pod, { ...world, family: packet.family })
  }
  if (peer.nodes) return selectsNode(peer.nodes, other, world)
  // Which addresses a name has, no file tells.
  if (peer.domainNames) return ask(world, `has the packet an address of ${peer.domainNames.join()}`, [false, true])
  return selectsPod(peer, other, world)
}

function portMatches(port: RawAdminPort & RawClusterProtocol, packet: Packet): boolean {
  const name = port.namedPort ?? port.destinationNamedPort
  if (name !== undefined) return servesByName(packet, name)
  const within = (first: number, last: number) => packet.port >= first && packet.port <= last
  const { portNumber, portRange } = port
  if (portNumber) return (portNumber.protocol ?? 'TCP') === packet.protocol && within(portNumber.port, portNumber.port)
  if (portRange) return (portRange.protocol ?? 'TCP') === packet.protocol && within(portRange.start, portRange.end)
  const destination = { TCP: port.tcp, UDP: port.udp, SCTP: port.sctp }[packet.protocol]?.destinationPort
  if (destination === undefined) return false
  if (destination.number !== undefined) return within(destination.number, destination.number)
  return destination.range !== undefined && within(destination.range.start, destination.range.end)
}

function ruleSays(rule: RawClusterRule, one: Case): Outcome | undefined {
  const action = rule.action === 'Allow' ? 'Accept' : rule.action
  const peers = rule.from ?? rule.to ?? []
  const ports: readonly (RawAdminPort & RawClusterProtocol)[] | undefined = rule.ports ?? rule.protocols ?? undefined
  // "fail closed": an Accept rule matches no traffic, a Deny or Pass rule is a "Deny all" rule.
  if (!peers.every((peer) => isKnown(peer, PEERS)) || !(ports ?? []).every((port) => isKnown(port, PORTS))) {
    return action === 'Accept' ? undefined : 'Deny'
  }
  // "If unspecified, protocol-specific attributes will not be used to match traffic."
  if (ports && !ports.some((port) => portMatches(port, one.packet))) return undefined
  return peers.some((peer) => peerMatches(peer, one)) ? action : undefined
}

/** "a rule that appears at the top of the rules would take the highest precedence" */
function policySays(policy: RawClusterPolicy, direction: Direction, one: Case): Outcome | undefined {
  for (const rule of (direction === 'Ingress' ? policy.spec.ingress : policy.spec.egress) ?? []) {
    const said = ruleSays(rule, one)
    if (said) return said
  }
  return undefined
}

function tierOf({ kind, spec }: RawClusterPolicy): 'Admin' | 'Baseline' {
  return kind === 'ClusterNetworkPolicy' ? (spec.tier ?? 'Admin') : kind === 'AdminNetworkPolicy' ? 'Admin' : 'Baseline'
}

/** What a tier decides of a packet at a pod; `undefined` where it passes it on or has nothing to say. */
export function tierAllows(
  tier: 'Admin' | 'Baseline',
  at: { readonly packet: Packet; readonly direction: Direction },
  world: World,
): boolean | undefined {
  const { packet, direction } = at
  const [mine, other] =
    direction === 'Ingress' ? [packet.destination, packet.source] : [packet.source, packet.destination]
  const policies = rawClusterPolicies(world.cluster).filter((policy) => tierOf(policy) === tier)
  const priorityOf = ({ spec }: RawClusterPolicy): number => spec.priority ?? 0
  for (const priority of [...new Set(policies.map(priorityOf))].sort((a, b) => a - b)) {
    const said = policies
      .filter((policy) => priorityOf(policy) === priority && selectsPod(policy.spec.subject, mine, world))
      .map((policy) => policySays(policy, direction, { packet, other, world }))
      .filter((outcome) => outcome !== undefined)
    if (said.length === 0) continue
    // "the implementation can apply any of the matching policies to the connection"
    const outcome = world.reading.pick(undefined, [...new Set(said)])
    return outcome === 'Pass' ? undefined : outcome === 'Accept'
  }
  return undefined
}
