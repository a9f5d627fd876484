// The built-in claims about a Moat: nobody gets in or out but whom it names, and those it names do.
import type { MoatPort } from '../policy/moat-spec.ts'
import type { Moat } from '../policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  type ConnectionSet,
  connection,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts'
import { ALL_ADDRESSES, type IpSet, subtractAddresses } from '../sets/ip-set.ts'
import type { Claim, Part } from './claim.ts'
import {
  ANY_SIDE,
  blockOf,
  type Entrant,
  entryTo,
  type Outlet,
  outletWords,
  peerWords,
  portOn,
  portWords,
  wayOut,
} from './declared.ts'
import type { Ends, Named } from './world.ts'
import { METADATA, NOT_ADDRESSES, PRIVATE, type Range } from './ranges.ts'
import { cell, type Side } from './region.ts'
import type { Subject } from './subjects.ts'

const PODS: Side = ANY_SIDE
/** Addresses that something outside the cluster could have. */
export const OUTSIDE: Side = { ...ANY_SIDE, addresses: subtractAddresses(ALL_ADDRESSES, NOT_ADDRESSES) }

function named(source: Side, destination: Side, connections: ConnectionSet): Named[] {
  const all = cell(source, destination, connections)
  return all ? [{ cell: all, names: [] }] : []
}

/** One part for each subject; pods on the host network are beyond what policies promise (S33). */
export function forEach(subjects: readonly Subject[], partsOf: (subject: Subject) => readonly Part[]): Part[] {
  return subjects.flatMap((subject): readonly Part[] => {
    if (!subject.pod.hostNetwork) return partsOf(subject)
    const reason = `${subject.pod.namespace}/${subject.pod.name} is on the host network, where policies do not select pods (S33)`
    return [{ kind: 'answer', answer: () => ({ verdict: 'OUT_OF_SCOPE', reason }) }]
  })
}

function into({ pod, present }: Subject, kind: 'pods' | 'outside'): Ends {
  return { source: { kind }, destination: { kind: 'pod', pod, present } }
}

function outOf({ pod, present }: Subject, kind: 'pods' | 'outside'): Ends {
  return { source: { kind: 'pod', pod, present }, destination: { kind } }
}

/** The ports that the Moat opens to somebody by number or name: a name that means one number on all pods of the input is that number. */
export function openedPorts(entrants: readonly Entrant[], subjects: readonly Subject[]): MoatPort[] {
  const all = entrants.flatMap(({ ports }) => (ports === 'all' ? [] : ports))
  const settled = all.map((port): MoatPort => {
    if (typeof port.port === 'number') return port
    const numbers = new Set(
      subjects.flatMap(({ pod, present }) =>
        pod.ports.flatMap((declared) =>
          present && declared.name === port.port && declared.protocol === port.protocol ? declared.port : [],
        ),
      ),
    )
    const [only, ...others] = numbers
    return only !== undefined && others.length === 0 ? { ...port, port: only } : port
  })
  return [...new Map(settled.map((port) => [portWords(port), port])).values()]
}

function everyEntry(subject: Subject, entrants: readonly Entrant[]): Named[] {
  return entrants.flatMap((entrant) => entryTo(subject.pod, entrant))
}

/** Only those the Moat names can open the ports that it opens: one claim for all ports with the same entrants. */
function onlyEntrants(moat: Moat, entrants: readonly Entrant[], subjects: readonly Subject[]): Claim[] {
  const ports = openedPorts(entrants, subjects)
  const byWho = Map.groupBy(ports, (port) => {
    const who = entrants.filter((entrant) =>
      subjects.some(({ pod }) =>
        entryTo(pod, entrant).some(({ cell }) => !isEmpty(intersectConnections(cell.connections, portOn(pod, port)))),
      ),
    )
    return [...new Set(who.map(({ peer }) => peerWords(peer, moat.namespace)))].join(' or ')
  })
  return [...byWho].flatMap(([who, shared]): Claim[] => {
    if (who === '') return []
    const words = shared.map(portWords).join(', ')
    return [
      {
        id: `only-entrants/${words}`,
        claim: `only pods ${who} can open ${words}`,
        parts: forEach(subjects, (subject) => {
          const open = shared.reduce((all, port) => unionConnections(all, portOn(subject.pod, port)), NO_CONNECTIONS)
          const within = named(PODS, ANY_SIDE, open)
          return [{ kind: 'denial', ends: into(subject, 'pods'), within, except: everyEntry(subject, entrants) }]
        }),
      },
    ]
  })
}

function otherPorts(moat: Moat, entrants: readonly Entrant[], subjects: readonly Subject[]): Claim {
  const ports = openedPorts(entrants, subjects)
  const peers = entrants.find(({ ports }) => ports === 'all')
  const others = ports.length > 0 ? 'any other port of the model' : 'the model'
  return {
    id: 'other-ports',
    claim: peers
      ? `no pod but ${peerWords(peers.peer, moat.namespace)} can open ${others}`
      : `no pod can open ${others}`,
    parts: forEach(subjects, (subject) => {
      const open = ports.reduce((all, port) => unionConnections(all, portOn(subject.pod, port)), NO_CONNECTIONS)
      const within = named(PODS, ANY_SIDE, subtractConnections(ALL_CONNECTIONS, open))
      return [{ kind: 'denial', ends: into(subject, 'pods'), within, except: everyEntry(subject, entrants) }]
    }),
  }
}

function noOutside(subjects: readonly Subject[]): Claim {
  return {
    id: 'no-outside',
    claim: 'no address outside the cluster can open the model',
    parts: forEach(subjects, (subject) => [
      { kind: 'denial', ends: into(subject, 'outside'), within: named(OUTSIDE, ANY_SIDE, ALL_CONNECTIONS), except: [] },
    ]),
  }
}

/** Who may open the model. */
export function ingressClaims(moat: Moat, entrants: readonly Entrant[], subjects: readonly Subject[]): Claim[] {
  return [...onlyEntrants(moat, entrants, subjects), otherPorts(moat, entrants, subjects), noOutside(subjects)]
}

/** The model opens some connections towards nobody but its outlets, neither pods nor the outside. */
function onlyOutlets(
  moat: Moat,
  what: { subject: Subject; outlets: readonly Outlet[]; connections: ConnectionSet },
): Part[] {
  const { subject, outlets, connections } = what
  const except = outlets.flatMap((outlet) => wayOut(outlet, moat.namespace))
  const cidrs = outlets.filter(({ to }) => to.kind === 'cidr').flatMap((outlet) => wayOut(outlet, moat.namespace))
  return [
    { kind: 'denial', ends: outOf(subject, 'pods'), within: named(ANY_SIDE, PODS, connections), except },
    { kind: 'denial', ends: outOf(subject, 'outside'), within: named(ANY_SIDE, OUTSIDE, connections), except: cidrs },
  ]
}

const NO_WORDS = 'the model can open nothing'

function egressOnly(moat: Moat, outlets: readonly Outlet[], subjects: readonly Subject[]): Claim {
  const words = outlets.map((outlet) => outletWords(outlet, moat.namespace)).join('; ')
  return {
    id: 'egress-only',
    claim: outlets.length === 0 ? NO_WORDS : `the model can open nothing but ${words}`,
    parts: forEach(subjects, (subject) => onlyOutlets(moat, { subject, outlets, connections: ALL_CONNECTIONS })),
  }
}

/** A claim that a set of addresses stays closed, but for blocks that the Moat names within it: a wide block excuses nothing. */
function closedRanges(
  moat: Moat,
  outlets: readonly Outlet[],
  at: { subjects: readonly Subject[]; ranges: Range },
): Claim {
  const { ranges, subjects } = at
  const excused = outlets.filter(({ to }) => to.kind === 'cidr' && within(blockOf(to), ranges.addresses))
  const except = excused.flatMap((outlet) => wayOut(outlet, moat.namespace))
  const words = excused.map((outlet) => outletWords(outlet, moat.namespace)).join('; ')
  // Pods may have such addresses: where the Moat opens pods, the claim is about the rest.
  const apart = outlets.some(({ to }) => to.kind === 'pods') ? ' outside the cluster' : ''
  return {
    id: ranges.id,
    claim: `the model cannot open ${ranges.words}${apart}${words === '' ? '' : `, but for ${words}`}`,
    parts: forEach(subjects, (subject) => [
      {
        kind: 'denial',
        ends: outOf(subject, 'outside'),
        within: named(ANY_SIDE, { ...ANY_SIDE, addresses: ranges.addresses }, ALL_CONNECTIONS),
        except,
      },
    ]),
  }
}

function within(block: IpSet, ranges: IpSet): boolean {
  const rest = subtractAddresses(block, ranges)
  return rest.v4.length === 0 && rest.v6.length === 0
}

const DNS = unionConnections(connection('UDP', 53), connection('TCP', 53))

function opensDns({ ports }: Outlet): boolean {
  return ports.length === 0 || ports.some(({ port, protocol }) => port === 53 && protocol !== 'SCTP')
}

function dns(moat: Moat, outlets: readonly Outlet[], subjects: readonly Subject[]): Claim {
  const cluster = outlets.find(({ role }) => role === 'dns')
  const other = outlets.some((outlet) => outlet.role !== 'dns' && opensDns(outlet))
  const but = other ? ' outside its declared egress' : ''
  const own = moat.namespace
  const claim =
    cluster?.to.kind === 'pods'
      ? `the model can use no DNS but the cluster's ${peerWords(cluster.to, own)}${other ? ' and its declared egress' : ''}`
      : `the model cannot use DNS (udp/53, tcp/53)${but}`
  return {
    id: 'dns',
    claim,
    parts: forEach(subjects, (subject) => onlyOutlets(moat, { subject, outlets, connections: DNS })),
  }
}

/** Where the model may go. */
export function egressClaims(moat: Moat, outlets: readonly Outlet[], subjects: readonly Subject[]): Claim[] {
  return [
    egressOnly(moat, outlets, subjects),
    closedRanges(moat, outlets, { subjects, ranges: METADATA }),
    closedRanges(moat, outlets, { subjects, ranges: PRIVATE }),
    dns(moat, outlets, subjects),
  ]
}
