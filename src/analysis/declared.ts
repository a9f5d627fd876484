// What a Moat states about one of its model pods, as sets of connections: the words of the spec, not the rules made of them.
import type { Span } from '../diag/source.ts'
import type { Caller, MoatEgress, MoatPort, PodPeer } from '../policy/moat-spec.ts'
import { formatSelector, type Selector } from '../policy/selector.ts'
import { type Moat, NAMESPACE_NAME_LABEL, type Pod } from '../policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  connection,
  type ConnectionSet,
  connections,
  NO_CONNECTIONS,
  unionConnections,
} from '../sets/connection-set.ts'
import { type Cidr, formatCidr } from '../sets/ip-address.ts'
import { ALL_ADDRESSES, type IpSet, ipSetOf, subtractAddresses } from '../sets/ip-set.ts'
import { EVERY_BOX } from '../sets/label-set.ts'
import { ALL_PORTS } from '../sets/port-set.ts'
import type { Named } from './world.ts'
import { resolve } from './rule-match.ts'
import { cell, type Side } from './region.ts'
import { peerBox } from './universe.ts'

/** The side that any one thing may stand at: no condition. */
export const ANY_SIDE: Side = { box: EVERY_BOX, addresses: ALL_ADDRESSES }

/** The ports that a Moat leaves to its defaults, settled. */
export interface MoatPorts {
  readonly api: MoatPort
  readonly metrics: MoatPort
}

/** Somebody whom the Moat lets in to the model. */
export interface Entrant {
  readonly role: 'caller' | 'scraper' | 'peers'
  readonly name: string
  readonly peer: PodPeer
  /** `'all'`: every port. */
  readonly ports: 'all' | readonly MoatPort[]
  readonly span?: Span
}

/** A destination that the Moat lets the model open. */
export interface Outlet {
  readonly role: 'egress' | 'dns' | 'peers'
  readonly name: string
  readonly to: MoatEgress['to']
  /** Empty: every port. */
  readonly ports: readonly MoatPort[]
  readonly span?: Span
}

/** The cluster's DNS, as the Moat means it with `dns: Cluster`: what kubeadm and every managed cluster call it (S44). */
const CLUSTER_DNS: PodPeer = {
  namespaces: { requirements: [{ key: NAMESPACE_NAME_LABEL, operator: 'In', values: ['kube-system'] }] },
  pods: { requirements: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
}
const DNS_PORTS: readonly MoatPort[] = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
]

function selfPeer(moat: Moat): PodPeer {
  return { namespaces: 'own', pods: moat.spec.model.pods }
}

/** Whom the Moat lets in, in the order of its spec. */
export function entrantsOf(moat: Moat, ports: MoatPorts): Entrant[] {
  const entrant = (role: 'caller' | 'scraper', who: Caller, usual: MoatPort): Entrant => ({
    role,
    name: who.name,
    peer: who,
    ports: who.ports.length === 0 ? [usual] : who.ports,
    ...(who.span && { span: who.span }),
  })
  const { callers, scrapers, model } = moat.spec
  const peers: Entrant = { role: 'peers', name: 'peers', peer: selfPeer(moat), ports: 'all' }
  return [
    ...callers.map((who) => entrant('caller', who, ports.api)),
    ...scrapers.map((who) => entrant('scraper', who, ports.metrics)),
    ...(model.peers === 'Self' ? [peers] : []),
  ]
}

/** Where the Moat lets the model out, in the order of its spec. */
export function outletsOf(moat: Moat): Outlet[] {
  const { egress, dns, model } = moat.spec
  const pods = (peer: PodPeer): MoatEgress['to'] => ({ kind: 'pods', namespaces: peer.namespaces, pods: peer.pods })
  return [
    ...egress.map((entry): Outlet => ({ role: 'egress', ...entry })),
    ...(dns === 'Cluster' ? [{ role: 'dns', name: 'dns', to: pods(CLUSTER_DNS), ports: DNS_PORTS } as const] : []),
    ...(model.peers === 'Self' ? [{ role: 'peers', name: 'peers', to: pods(selfPeer(moat)), ports: [] } as const] : []),
  ]
}

/** The connections of a port on a given pod; a name that it does not declare is none. */
export function portOn(pod: Pod, { port, protocol }: MoatPort): ConnectionSet {
  return typeof port === 'number' ? connection(protocol, port) : resolve(pod, { name: port, protocol })
}

function portsOn(pod: Pod, ports: Entrant['ports']): ConnectionSet {
  if (ports === 'all') return ALL_CONNECTIONS
  return ports.reduce((all, port) => unionConnections(all, portOn(pod, port)), NO_CONNECTIONS)
}

/** The connections to one model pod that an entrant is let in for; empty when no pod can be one. */
export function entryTo(pod: Pod, entrant: Entrant): Named[] {
  const box = peerBox(entrant.peer, pod.namespace)
  const all = box && cell({ box, addresses: ALL_ADDRESSES }, ANY_SIDE, portsOn(pod, entrant.ports))
  return all ? [{ cell: all, names: [] }] : []
}

/** Ports on pods that are not given: numbers together, each name apart. */
export function portsOnAny(ports: readonly MoatPort[]): { connections: ConnectionSet; names: Named['names'] }[] {
  if (ports.length === 0) return [{ connections: ALL_CONNECTIONS, names: [] }]
  const fixed = ports.reduce(
    (all, { port, protocol }) => (typeof port === 'number' ? unionConnections(all, connection(protocol, port)) : all),
    NO_CONNECTIONS,
  )
  const named = ports.flatMap(({ port, protocol }) =>
    typeof port === 'string'
      ? [{ connections: connections(protocol, ALL_PORTS), names: [{ name: port, protocol }] }]
      : [],
  )
  return [{ connections: fixed, names: [] }, ...named]
}

export function blockOf({ cidr, except }: { readonly cidr: Cidr; readonly except: readonly Cidr[] }): IpSet {
  return except.reduce((rest, hole) => subtractAddresses(rest, ipSetOf(hole)), ipSetOf(cidr))
}

/** The connections from the model that an outlet stands for; names are those the destination must declare. */
export function wayOut(outlet: Outlet, own: string): Named[] {
  const { to } = outlet
  const box = to.kind === 'pods' ? peerBox(to, own) : EVERY_BOX
  if (!box) return []
  const addresses = to.kind === 'cidr' ? blockOf(to) : ALL_ADDRESSES
  return portsOnAny(outlet.ports).flatMap(({ connections, names }) => {
    const all = cell(ANY_SIDE, { box, addresses }, connections)
    return all ? [{ cell: all, names }] : []
  })
}

function namespaceWords(namespaces: PodPeer['namespaces'], own: string): string {
  if (namespaces === 'own') return `ns=${own}`
  if (namespaces.requirements.length === 0) return 'any ns'
  return nameOnly(namespaces) ?? `ns with ${formatSelector(namespaces)}`
}

/** A selector that asks for one name reads as that name (S39). */
function nameOnly({ requirements }: Selector): string | undefined {
  const [first, ...others] = requirements
  if (!first || others.length > 0 || first.key !== NAMESPACE_NAME_LABEL || first.operator !== 'In') return undefined
  return first.values.length === 1 ? `ns=${first.values[0]}` : `ns in (${first.values.join(',')})`
}

/** `{ns=ai-models, app=feature-api}`. */
export function peerWords(peer: PodPeer, own: string): string {
  const conditions = peer.pods.requirements.map((requirement) => formatSelector({ requirements: [requirement] }))
  const pods = conditions.length === 0 ? 'any pod' : conditions.join(', ')
  return `{${namespaceWords(peer.namespaces, own)}, ${pods}}`
}

/** `tcp/8080`, or `tcp/http` for a name. */
export function portWords({ port, protocol }: MoatPort): string {
  return `${protocol.toLowerCase()}/${port}`
}

/** `203.0.113.0/24 without 203.0.113.64/26`, or the pods. */
export function outletWords({ to, ports }: Outlet, own: string): string {
  const where =
    to.kind === 'pods'
      ? peerWords(to, own)
      : [formatCidr(to.cidr), ...(to.except.length > 0 ? [to.except.map(formatCidr).join(', ')] : [])].join(' without ')
  return ports.length === 0 ? where : `${where} ${ports.map(portWords).join(', ')}`
}
