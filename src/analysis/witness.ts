// From a set of connections to one concrete connection, the plainest that could exist.
import { namespaceOf } from '../engine/match.ts'
import { podsOf } from '../policy/endpoints.ts'
import type { ContainerPort, Pod, Snapshot } from '../policy/snapshot.ts'
import { type ConnectionSet, type Protocol, PROTOCOLS } from '../sets/connection-set.ts'
import { type Address, type Family, parseAddress } from '../sets/ip-address.ts'
import { equalAddresses, firstAddress, hasAddress, type IpSet } from '../sets/ip-set.ts'
import { witnessOf } from '../sets/label-set.ts'
import { contains, type IntervalSet } from '../sets/interval-set.ts'
import type { Ends, NamedPort } from './world.ts'
import type { Witness, WitnessEnd } from './proof.ts'
import type { Cell, Role } from './region.ts'
import { NAMESPACE_NAME, POD_ADDRESSES, splitLabels } from './universe.ts'

/** A cell to choose from; the labels of `pods` ends lie in one namespace, or in ones that the input does not know. */
export interface Choice {
  readonly ends: Ends
  readonly cell: Cell
  /** What the destination must declare. */
  readonly names: readonly NamedPort[]
}

/** Addresses that people know, tried before the first of a set. */
const KNOWN_ADDRESSES: readonly Address[] = [
  '169.254.169.254',
  'fd00:ec2::254',
  '198.51.100.7',
  '10.0.0.1',
  '192.168.0.1',
  '172.16.0.1',
  '2001:db8::7',
].flatMap((text) => parseAddress(text) ?? [])

const KNOWN_PORTS: readonly number[] = [8080, 80, 443, 53, 9090, 22]

export function chooseAddress(set: IpSet, family: Family): Address | undefined {
  const within: IpSet = family === 4 ? { v4: set.v4, v6: [] } : { v4: [], v6: set.v6 }
  return KNOWN_ADDRESSES.find((address) => hasAddress(within, address)) ?? afterBase(within) ?? firstAddress(within)
}

/** The second address of the set where it follows the first: the first of a block looks like no host. */
function afterBase(set: IpSet): Address | undefined {
  const first = firstAddress(set)
  if (!first) return undefined
  const next: Address =
    first.family === 4 ? { family: 4, value: first.value + 1 } : { family: 6, value: first.value + 1n }
  return hasAddress(set, next) ? next : undefined
}

function choosePort(ports: IntervalSet<number>, declared: readonly number[]): number {
  return [...declared, ...KNOWN_PORTS].find((port) => contains(ports, port)) ?? (ports[0] as number)
}

/** One connection of the set; one that the destination declares, where there is any. */
export function chooseConnection(
  set: ConnectionSet,
  declared: readonly ContainerPort[],
): { protocol: Protocol; port: number } {
  const protocol = PROTOCOLS.find((candidate) => set[candidate].length > 0) as Protocol
  const ports = declared.filter((port) => port.protocol === protocol).map(({ port }) => port)
  return { protocol, port: choosePort(set[protocol], ports) }
}

/** A given pod as the end of a witness. */
export function podEnd(snapshot: Snapshot, pod: Pod, present: boolean): WitnessEnd {
  const { namespace, name, labels, ports, addresses } = pod
  const namespaceLabels = namespaceOf(snapshot.namespaces, namespace).labels
  return { kind: 'pod', namespace, name, labels, namespaceLabels, ports, addresses, present }
}

/** A pod that could exist: with the labels it needs and no others. */
function hypotheticalEnd(
  snapshot: Snapshot,
  choice: Choice,
  at: { role: Role; family: Family; connection: { protocol: Protocol; port: number } },
): WitnessEnd {
  const { box, addresses } = choice.cell[at.role]
  const labels = splitLabels(witnessOf(box))
  const namespace = labels.namespace.get(NAMESPACE_NAME.slice('ns:'.length)) ?? 'default'
  const known = snapshot.namespaces.get(namespace)
  const named = at.role === 'destination' ? choice.names : []
  const ports = named.map(({ name }) => ({ name, ...at.connection }))
  const address = equalAddresses(addresses, POD_ADDRESSES) ? undefined : chooseAddress(addresses, at.family)
  return {
    kind: 'pod',
    namespace,
    name: unusedName(snapshot, namespace, labels.pod.get('app') ?? 'any-pod'),
    labels: labels.pod,
    namespaceLabels: known?.labels ?? labels.namespace,
    ports: [...new Map(ports.map((port) => [port.name, port])).values()],
    addresses: address ? [address] : [],
    present: false,
  }
}

function unusedName(snapshot: Snapshot, namespace: string, label: string): string {
  const base = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(label) ? label : 'any-pod'
  const taken = new Set(podsOf(snapshot).flatMap((pod) => (pod.namespace === namespace ? pod.name : [])))
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base}-${i}`
    if (!taken.has(name)) return name
  }
}

/** Two pods that were made up alike get two names: one pod may always reach itself (S31). */
function apart(ends: { source: WitnessEnd; destination: WitnessEnd }): { source: WitnessEnd; destination: WitnessEnd } {
  const { source, destination } = ends
  if (source.kind !== 'pod' || destination.kind !== 'pod') return ends
  if (source.namespace !== destination.namespace || source.name !== destination.name) return ends
  return { source: { ...source, name: `${source.name}-source` }, destination }
}

/** The plainest concrete connection of a choice. */
export function choose(snapshot: Snapshot, choice: Choice): Omit<Witness, 'allowed'> {
  const { ends, cell } = choice
  const family: Family = cell.source.addresses.v4.length > 0 && cell.destination.addresses.v4.length > 0 ? 4 : 6
  const declared = ends.destination.kind === 'pod' ? ends.destination.pod.ports : []
  const connection = chooseConnection(cell.connections, declared)
  const endOf = (role: Role): WitnessEnd => {
    const end = ends[role]
    switch (end.kind) {
      case 'pod':
        return podEnd(snapshot, end.pod, end.present)
      case 'outside':
        return { kind: 'outside', address: chooseAddress(cell[role].addresses, family) as Address }
      case 'pods':
        return hypotheticalEnd(snapshot, choice, { role, family, connection })
    }
  }
  return { ...apart({ source: endOf('source'), destination: endOf('destination') }), ...connection, family }
}
