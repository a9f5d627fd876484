// The reference oracle: one packet at a time over raw objects, written from the text of the NetworkPolicy API. It shares
// no code with src/. Slow, short, obvious: when another oracle disagrees with it, read both against the API text.
import { BlockList } from 'node:net'
import type { RawCluster, RawPeer, RawPod, RawPolicy, RawPort, RawRule, RawSelector } from '../support/raw-objects.ts'

export type ReferenceEnd = { readonly pod: RawPod } | { readonly address: string }

export interface Packet {
  readonly source: ReferenceEnd
  readonly destination: ReferenceEnd
  readonly family: 4 | 6
  readonly protocol: string
  readonly port: number
}

/** How ipBlocks treat the addresses of pods and nodes; the API text leaves it open. */
export interface OverAddresses {
  readonly ipBlockOverPods: 'matches' | 'depends' | 'never'
  readonly ipBlockOverNodes: 'matches' | 'depends'
}

/**
 * Policies only ever add to what is allowed, so two readings are enough: `strict` takes every open question as "does
 * not match", the other as "matches". Where they differ, the answer depends.
 */
interface Reading extends OverAddresses {
  readonly cluster: RawCluster
  readonly strict: boolean
}

const labelsOf = (pod: RawPod): Record<string, string> => ({ ...pod.metadata.labels })
const namespaceOf = (object: RawPod | RawPolicy): string => object.metadata.namespace ?? 'default'
const onHostNetwork = (pod: RawPod): boolean => pod.spec.hostNetwork === true

function selects(selector: RawSelector, labels: Readonly<Record<string, string>>): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const has = Object.hasOwn(labels, key)
    const listed = has && (values ?? []).includes(labels[key] as string)
    if (operator === 'In' && !listed) return false
    if (operator === 'NotIn' && listed) return false
    if (operator === 'Exists' && !has) return false
    if (operator === 'DoesNotExist' && has) return false
  }
  return true
}

/** "The API server sets kubernetes.io/metadata.name on all namespaces"; other labels need the Namespace object. */
function selectsNamespace(selector: RawSelector, name: string, { cluster, strict }: Reading): boolean {
  const nameLabel = { 'kubernetes.io/metadata.name': name }
  const object = cluster.objects.find((one) => one.kind === 'Namespace' && one.metadata.name === name)
  if (object?.kind === 'Namespace') return selects(selector, { ...object.metadata.labels, ...nameLabel })
  const isName = (key: string): boolean => key === 'kubernetes.io/metadata.name'
  const known: RawSelector = {
    matchLabels: Object.fromEntries(Object.entries(selector.matchLabels ?? {}).filter(([key]) => isName(key))),
    matchExpressions: (selector.matchExpressions ?? []).filter(({ key }) => isName(key)),
  }
  const asked = [...Object.keys(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map(({ key }) => key)]
  return selects(known, nameLabel) && (asked.every(isName) || !strict)
}

function inBlock(block: { cidr: string; except?: readonly string[] | null }, address: string): boolean {
  const kind = address.includes(':') ? 'ipv6' : 'ipv4'
  const holds = (cidr: string): boolean => {
    const [network, prefix] = cidr.split('/') as [string, string]
    if (network.includes(':') !== address.includes(':')) return false
    const list = new BlockList()
    list.addSubnet(network, Number(prefix), kind)
    return list.check(address, kind)
  }
  return holds(block.cidr) && !(block.except ?? []).some(holds)
}

/** One packet before one policy: `other` is the end that the policy's peers are compared with. */
interface Case {
  readonly reading: Reading
  readonly packet: Packet
  readonly policy: RawPolicy
  readonly other: ReferenceEnd
}

function blockMatches(block: NonNullable<RawPeer['ipBlock']>, { other, packet, reading }: Case): boolean {
  if ('address' in other) return inBlock(block, other.address)
  const all = (other.pod.status?.podIPs ?? []).map(({ ip }) => ip)
  const nodeAddress = onHostNetwork(other.pod)
  if (!nodeAddress && reading.ipBlockOverPods === 'never') return false
  if (all.length === 0) return block.cidr.includes(':') === (packet.family === 6) && !reading.strict
  const mine = all.find((ip) => ip.includes(':') === (packet.family === 6))
  if (mine === undefined || !inBlock(block, mine)) return false
  return (nodeAddress ? reading.ipBlockOverNodes : reading.ipBlockOverPods) === 'matches' || !reading.strict
}

function peerMatches(peer: RawPeer, one: Case): boolean {
  if (peer.ipBlock) return blockMatches(peer.ipBlock, one)
  if ('address' in one.other || onHostNetwork(one.other.pod)) return false
  const { pod } = one.other
  if (peer.podSelector && !selects(peer.podSelector, labelsOf(pod))) return false
  if (peer.namespaceSelector) return selectsNamespace(peer.namespaceSelector, namespaceOf(pod), one.reading)
  return namespaceOf(pod) === namespaceOf(one.policy)
}

function portMatches({ protocol = 'TCP', port, endPort }: RawPort, packet: Packet): boolean {
  if (protocol !== packet.protocol) return false
  if (port === undefined) return true
  if (typeof port === 'number') return packet.port >= port && packet.port <= (endPort ?? port)
  if ('address' in packet.destination) return false
  return packet.destination.pod.spec.containers.some((container) =>
    (container.ports ?? []).some(
      (one) => one.name === port && (one.protocol ?? 'TCP') === protocol && one.containerPort === packet.port,
    ),
  )
}

function ruleMatches(rule: RawRule, one: Case): boolean {
  const peers = rule.from ?? rule.to ?? []
  const ports = rule.ports ?? []
  if (ports.length > 0 && !ports.some((port) => portMatches(port, one.packet))) return false
  return peers.length === 0 || peers.some((peer) => peerMatches(peer, one))
}

function isolates(policy: RawPolicy, direction: 'Ingress' | 'Egress'): boolean {
  const { policyTypes, egress } = policy.spec
  if (policyTypes && policyTypes.length > 0) return policyTypes.includes(direction)
  return direction === 'Ingress' || (egress ?? []).length > 0
}

function directionAllows(packet: Packet, direction: 'Ingress' | 'Egress', reading: Reading): boolean {
  const [mine, other] =
    direction === 'Ingress' ? [packet.destination, packet.source] : [packet.source, packet.destination]
  if ('address' in mine || onHostNetwork(mine.pod)) return true
  if (direction === 'Ingress' && 'pod' in other && onHostNetwork(other.pod)) {
    const [a, b] = [mine.pod.spec.nodeName, other.pod.spec.nodeName]
    if (a === undefined || b === undefined ? !reading.strict : a === b) return true
  }
  const mineToo = reading.cluster.objects
    .filter((one) => one.kind === 'NetworkPolicy')
    .filter((policy) => namespaceOf(policy) === namespaceOf(mine.pod) && isolates(policy, direction))
    .filter((policy) => selects(policy.spec.podSelector, labelsOf(mine.pod)))
  const rules = (policy: RawPolicy): readonly RawRule[] =>
    (direction === 'Ingress' ? policy.spec.ingress : policy.spec.egress) ?? []
  if (mineToo.length === 0) return true
  return mineToo.some((policy) => rules(policy).some((one) => ruleMatches(one, { reading, packet, policy, other })))
}

function allows(packet: Packet, reading: Reading): boolean {
  const ends = [packet.source, packet.destination]
  if (ends.some((end) => 'pod' in end && ['Succeeded', 'Failed'].includes(end.pod.status?.phase ?? ''))) return false
  if (ends.some((end) => 'address' in end && end.address.includes(':') !== (packet.family === 6))) return false
  const [source, destination] = ends as [ReferenceEnd, ReferenceEnd]
  if ('pod' in source && 'pod' in destination && source.pod === destination.pod) return true
  return directionAllows(packet, 'Egress', reading) && directionAllows(packet, 'Ingress', reading)
}

/** What the API text says of one packet. */
export function referenceVerdict(
  cluster: RawCluster,
  packet: Packet,
  over: OverAddresses,
): 'Allowed' | 'Denied' | 'Depends' {
  if (allows(packet, { cluster, ...over, strict: true })) return 'Allowed'
  return allows(packet, { cluster, ...over, strict: false }) ? 'Depends' : 'Denied'
}
