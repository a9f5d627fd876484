// Why a rule does not admit a connection: which of its conditions hold, which fail, and how near it comes.
import { addressesOf, namespaceOf } from '../engine/match.ts'
import type { Endpoint } from '../engine/endpoint.ts'
import type { Direction, NetworkPolicy, Peer, PortMatch, Rule } from '../policy/network-policy.ts'
import { type Requirement, satisfies, type Selector } from '../policy/selector.ts'
import type { ContainerPort, Namespace, ServicePort } from '../policy/snapshot.ts'
import {
  connection,
  connections,
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  PROTOCOLS,
  type Protocol,
  unionConnections,
} from '../sets/connection-set.ts'
import type { Address, Cidr, Family } from '../sets/ip-address.ts'
import { hasAddress, ipSetOf } from '../sets/ip-set.ts'
import { ALL_PORTS, portRange } from '../sets/port-set.ts'

type On = 'pod' | 'namespace'

/** A condition of a rule that holds. */
export type Held =
  | { readonly kind: 'any-peer' }
  | { readonly kind: 'label'; readonly on: On; readonly requirement: Requirement }
  | { readonly kind: 'own-namespace'; readonly namespace: string }
  | { readonly kind: 'block'; readonly cidr: Cidr }
  | { readonly kind: 'any-port' }
  | { readonly kind: 'port'; readonly port: PortMatch }

/** A condition of a rule that fails. */
export type Miss =
  /** The label is absent or has another value (`actual`). `unknown`: the namespace's object is not in the input (S40). */
  | {
      readonly kind: 'label'
      readonly on: On
      readonly requirement: Requirement
      readonly actual: string | undefined
      readonly unknown: boolean
    }
  /** S10: a podSelector alone means the policy's own namespace. */
  | { readonly kind: 'other-namespace'; readonly own: string; readonly actual: string }
  /** The rule names pods, and the other end is an address outside the cluster. */
  | { readonly kind: 'not-a-pod' }
  /** S33: no selector means a pod on the host network. */
  | { readonly kind: 'host-network' }
  /** The rule names addresses, and the pod has none of them, as far as the input tells. */
  | { readonly kind: 'not-an-address'; readonly cidr: Cidr }
  | { readonly kind: 'outside-block'; readonly cidr: Cidr; readonly otherFamily: boolean }
  | { readonly kind: 'in-except'; readonly cidr: Cidr; readonly except: Cidr }
  /** The port is right, the protocol is not. */
  | { readonly kind: 'protocol'; readonly port: PortMatch; readonly asked: readonly Protocol[] }
  /** S20: the rule has the port of a Service, the pod listens on another. */
  | { readonly kind: 'service-port'; readonly port: PortMatch; readonly service: string; readonly target: number }
  /** S17: the pod has no port of that name and protocol; `same`: what it calls the port that was asked for. */
  | { readonly kind: 'named-port'; readonly port: PortMatch; readonly same: readonly string[] }
  | { readonly kind: 'port'; readonly ports: readonly PortMatch[] }

export interface NearMiss {
  readonly policy: NetworkPolicy
  readonly direction: Direction
  readonly rule: Rule
  /** Place of the rule in the policy's list, from 0. */
  readonly index: number
  /** The peer that comes nearest; absent where the rule names none. */
  readonly peer?: Peer
  readonly holds: readonly Held[]
  /** Never empty. */
  readonly misses: readonly Miss[]
}

/** How Services lead to a pod's ports. */
export interface ServiceTarget {
  /** `namespace/name`. */
  readonly service: string
  readonly servicePort: ServicePort
  readonly target: number
}

/** A connection whose rules are looked at one by one. */
export interface Tested {
  readonly direction: Direction
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly family: Family
  readonly connections: ConnectionSet
  readonly namespaces: ReadonlyMap<string, Namespace>
  /** Services that lead to the destination. */
  readonly services: readonly ServiceTarget[]
}

interface Tried {
  readonly holds: readonly Held[]
  readonly misses: readonly Miss[]
}

const HOW_FAR: Readonly<Record<Miss['kind'], number>> = {
  'service-port': 1,
  protocol: 1,
  'named-port': 2,
  label: 2,
  port: 3,
  'in-except': 3,
  'other-namespace': 3,
  'outside-block': 5,
  'host-network': 6,
  'not-a-pod': 8,
  'not-an-address': 8,
}

function distance(misses: readonly Miss[]): number {
  return misses.reduce((sum, miss) => sum + HOW_FAR[miss.kind] + (miss.kind === 'label' && miss.actual ? 1 : 0), 0)
}

function nearest<T>(list: readonly T[], far: (one: T) => number): T | undefined {
  return list.toSorted((a, b) => far(a) - far(b))[0]
}

function trySelector(selector: Selector, on: On, from: { labels: Namespace['labels']; unknown: boolean }): Tried {
  const holds: Held[] = []
  const misses: Miss[] = []
  for (const requirement of selector.requirements) {
    const actual = from.labels.get(requirement.key)
    if (satisfies(from.labels, requirement)) holds.push({ kind: 'label', on, requirement })
    else misses.push({ kind: 'label', on, requirement, actual, unknown: from.unknown })
  }
  return { holds, misses }
}

function tryPods(peer: Extract<Peer, { kind: 'pods' }>, own: string, tested: Tested): Tried {
  const other = tested.direction === 'ingress' ? tested.source : tested.destination
  if (other.kind === 'outside') return { holds: [], misses: [{ kind: 'not-a-pod' }] }
  const { pod } = other
  if (pod.hostNetwork) return { holds: [], misses: [{ kind: 'host-network' }] }
  const pods = trySelector(peer.pods, 'pod', { labels: pod.labels, unknown: false })
  const namespace = namespaceOf(tested.namespaces, pod.namespace)
  const where: Tried =
    peer.namespaces === 'own'
      ? pod.namespace === own
        ? { holds: [{ kind: 'own-namespace', namespace: own }], misses: [] }
        : { holds: [], misses: [{ kind: 'other-namespace', own, actual: pod.namespace }] }
      : trySelector(peer.namespaces, 'namespace', { labels: namespace.labels, unknown: !namespace.declared })
  return { holds: [...pods.holds, ...where.holds], misses: [...pods.misses, ...where.misses] }
}

function addressOf(end: Endpoint, family: Family): Address | undefined {
  return end.kind === 'outside' ? end.address : end.pod.addresses.find((address) => address.family === family)
}

function tryBlock(peer: Extract<Peer, { kind: 'ipBlock' }>, tested: Tested): Tried {
  const other = tested.direction === 'ingress' ? tested.source : tested.destination
  const address = addressOf(other, tested.family)
  const { cidr } = peer
  if (!address) return { holds: [], misses: [{ kind: 'not-an-address', cidr }] }
  if (hasAddress(addressesOf(peer), address)) return { holds: [{ kind: 'block', cidr }], misses: [] }
  const except = peer.except.find((one) => hasAddress(ipSetOf(one), address))
  if (except) return { holds: [{ kind: 'block', cidr }], misses: [{ kind: 'in-except', cidr, except }] }
  if (other.kind === 'pod') return { holds: [], misses: [{ kind: 'not-an-address', cidr }] }
  const otherFamily = cidr.address.family !== tested.family // S25
  return { holds: [], misses: [{ kind: 'outside-block', cidr, otherFamily }] }
}

function portsOfPod(tested: Tested): readonly ContainerPort[] {
  return tested.destination.kind === 'pod' ? tested.destination.pod.ports : []
}

/** The connections that one entry of `ports` means on the destination. */
export function meaning(port: PortMatch, declared: readonly ContainerPort[]): ConnectionSet {
  if (port.kind === 'all') return connections(port.protocol, ALL_PORTS) // S16
  if (port.kind === 'range') return connections(port.protocol, portRange(port.first, port.last)) // S19
  return declared
    .filter(({ name, protocol }) => name === port.name && protocol === port.protocol) // S17
    .reduce((all, one) => unionConnections(all, connection(one.protocol, one.port)), NO_CONNECTIONS)
}

/** One port of one protocol. */
function isOnePort(set: ConnectionSet): boolean {
  const bounds = PROTOCOLS.flatMap((protocol) => set[protocol])
  return bounds.length === 2 && bounds[1] === (bounds[0] as number) + 1
}

function missOfPort(port: PortMatch, tested: Tested): Miss | undefined {
  const asked = tested.connections
  const declared = portsOfPod(tested)
  const elsewhere = PROTOCOLS.filter((protocol) => {
    if (protocol === port.protocol) return false
    const as: PortMatch = { ...port, protocol }
    const same = declared.map((one) => ({ ...one, protocol }))
    return !isEmpty(intersectConnections(meaning(as, port.kind === 'named' ? same : declared), asked))
  })
  if (elsewhere.length > 0 && isOnePort(asked)) return { kind: 'protocol', port, asked: elsewhere }
  if (port.kind === 'named') {
    const same = declared.flatMap((one) =>
      one.name !== undefined && !isEmpty(intersectConnections(connection(one.protocol, one.port), asked))
        ? [one.name]
        : [],
    )
    return { kind: 'named-port', port, same }
  }
  if (port.kind !== 'range' || port.first !== port.last) return undefined
  const mapped = tested.services.find(
    ({ servicePort, target }) =>
      servicePort.port === port.first &&
      target !== port.first &&
      !isEmpty(intersectConnections(connection(servicePort.protocol, target), asked)),
  )
  return mapped && { kind: 'service-port', port, service: mapped.service, target: mapped.target }
}

function tryPorts({ ports }: Rule, tested: Tested): Tried {
  if (ports === 'any') return { holds: [{ kind: 'any-port' }], misses: [] } // S06
  const declared = portsOfPod(tested)
  const right = ports.find((port) => !isEmpty(intersectConnections(meaning(port, declared), tested.connections)))
  if (right) return { holds: [{ kind: 'port', port: right }], misses: [] }
  const misses = ports.flatMap((port) => missOfPort(port, tested) ?? [])
  const best = nearest(misses, (miss) => HOW_FAR[miss.kind])
  return { holds: [], misses: [best ?? { kind: 'port', ports }] }
}

/** True when a peer of a policy in namespace `own` means the other end. */
export function peerMatches(peer: Peer, own: string, tested: Tested): boolean {
  return (peer.kind === 'pods' ? tryPods(peer, own, tested) : tryBlock(peer, tested)).misses.length === 0
}

function tryPeers(rule: Rule, own: string, tested: Tested): Tried & { readonly peer?: Peer } {
  if (rule.peers === 'any') return { holds: [{ kind: 'any-peer' }], misses: [] } // S05
  const tried = rule.peers.map((peer) => ({
    peer,
    ...(peer.kind === 'pods' ? tryPods(peer, own, tested) : tryBlock(peer, tested)),
  }))
  return nearest(tried, ({ misses }) => distance(misses)) ?? { holds: [], misses: [] }
}

/** Each rule of the policies that does not admit the connection, nearest first; among equals in their order. */
export function nearMissesOf(policies: readonly NetworkPolicy[], tested: Tested): NearMiss[] {
  const all = policies.flatMap((policy) =>
    (policy[tested.direction] ?? []).map((rule, index): NearMiss => {
      const { peer, ...who } = tryPeers(rule, policy.namespace, tested)
      const ports = tryPorts(rule, tested)
      return {
        policy,
        direction: tested.direction,
        rule,
        index,
        ...(peer && { peer }),
        holds: [...who.holds, ...ports.holds],
        misses: [...who.misses, ...ports.misses],
      }
    }),
  )
  const missed = all.filter(({ misses }) => misses.length > 0)
  return missed.toSorted((a, b) => distance(a.misses) - distance(b.misses))
}
