// The truth table: which connections are worth probing between the endpoints of a snapshot, and how prediction and kernel compare.
import { type Endpoint, formatEndpoint } from '../engine/endpoint.ts'
import type { Engine } from '../engine/engine.ts'
import { matchNamespace, namespaceOf } from '../engine/match.ts'
import type { PortMatch } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import type { ContainerPort, Pod, Snapshot } from '../policy/snapshot.ts'
import { hasConnection, type Protocol } from '../sets/connection-set.ts'
import { type Address, type Family, formatAddress } from '../sets/ip-address.ts'

/** One connection to attempt. */
export interface Attempt {
  readonly source: Endpoint
  readonly destination: Endpoint
  /** The destination's address of the attempt's family. */
  readonly address: Address
  readonly protocol: Protocol
  readonly port: number
}

export type Phase = 'open' | 'moat'

/** One probed connection, as it is reported. */
export interface Cell {
  readonly phase: Phase
  readonly source: string
  readonly destination: string
  readonly address: string
  readonly family: Family
  readonly protocol: Protocol
  readonly port: number
  readonly predicted: 'Allowed' | 'Denied'
  /** Absent when no kernel was asked. */
  readonly observed?: 'Allowed' | 'Denied' | 'Inconclusive'
}

export interface Summary {
  readonly cells: number
  readonly agree: number
  readonly disagree: number
  readonly inconclusive: number
}

function addressesOf(endpoint: Endpoint): readonly Address[] {
  return endpoint.kind === 'pod' ? endpoint.pod.addresses : [endpoint.address]
}

/** What can deny, as a snapshot has it. */
type Policies = Pick<Snapshot, 'networkPolicies' | 'clusterPolicies' | 'namespaces'>

interface ProbePort {
  readonly protocol: Protocol
  readonly port: number
}

/** A port that nobody declares and no policy names: whatever it answers holds for "every other port". */
const OTHER_PORT = 41_999

/** The borders of what a port match says: its ends, and the first port past a true range. */
function borders(match: PortMatch): number[] {
  if (match.kind !== 'range') return []
  if (match.first === match.last) return [match.first]
  return [match.first - 1, match.first, match.last, match.last + 1].filter((port) => port >= 1 && port <= 65_535)
}

function portMatches({ networkPolicies, clusterPolicies }: Policies): PortMatch[] {
  const rules = [...networkPolicies, ...clusterPolicies].flatMap((policy) => [
    ...(policy.ingress ?? []),
    ...(policy.egress ?? []),
  ])
  const ports = rules.flatMap((rule) => (rule.ports === 'any' ? [] : rule.ports))
  return ports.filter((port): port is PortMatch => port.kind !== 'unknown')
}

/** Distinct, ascending by protocol and port. */
function distinct(ports: readonly ProbePort[]): ProbePort[] {
  const byKey = new Map(ports.map((port) => [`${port.protocol}/${String(port.port).padStart(5, '0')}`, port]))
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, port]) => port)
}

const OUTSIDE_PORTS: readonly ContainerPort[] = [
  { port: 443, protocol: 'TCP' },
  { port: 53, protocol: 'UDP' },
]

/**
 * The ports to probe on a destination: what it declares, up to `limit` borders of the policies' ports, and one other port of TCP and
 * UDP. SCTP only where a declaration or a policy speaks of it.
 */
function portsOf(end: Endpoint, matches: readonly PortMatch[], limit: number): ProbePort[] {
  const declared = end.kind === 'pod' ? end.pod.ports : OUTSIDE_PORTS
  const named = distinct(matches.flatMap((match) => borders(match).map((port) => ({ protocol: match.protocol, port }))))
  const speaksOfSctp = [...declared, ...matches].some(({ protocol }) => protocol === 'SCTP')
  const others: readonly Protocol[] = speaksOfSctp ? ['TCP', 'UDP', 'SCTP'] : ['TCP', 'UDP']
  return distinct([
    ...declared.map(({ protocol, port }) => ({ protocol, port })),
    ...spread(named, limit),
    ...others.map((protocol) => ({ protocol, port: OTHER_PORT })),
  ])
}

/** At most `limit` elements, evenly spread over the list, the first always among them. */
export function spread<T>(list: readonly T[], limit: number): readonly T[] {
  if (list.length <= limit) return list
  return Array.from({ length: limit }, (_, i) => list[Math.floor((i * list.length) / limit)] as T)
}

export interface Plan {
  readonly attempts: readonly Attempt[]
  /** How many attempts the whole table has; more than `attempts.length` when it was thinned out. */
  readonly whole: number
}

/**
 * Every pair of different ends in both families with each port worth probing. Outside addresses do not probe each other: no
 * policy speaks of that. A host-network pod shares its node's address and takes no part.
 */
export function planAttempts(
  ends: readonly Endpoint[],
  policies: Policies,
  limits: { readonly attempts: number; readonly policyPorts: number },
): Plan {
  const matches = portMatches(policies)
  const taking = ends.filter((end) => end.kind === 'outside' || !end.pod.hostNetwork)
  const targets = taking.map((destination) => ({
    destination,
    ports: portsOf(destination, matches, limits.policyPorts),
  }))
  const all: Attempt[] = []
  for (const source of taking) {
    const families = new Set(addressesOf(source).map((address) => address.family))
    for (const { destination, ports } of targets) {
      if (source === destination || (source.kind === 'outside' && destination.kind === 'outside')) continue
      for (const address of addressesOf(destination)) {
        if (!families.has(address.family)) continue
        for (const { protocol, port } of ports) all.push({ source, destination, address, protocol, port })
      }
    }
  }
  return { attempts: thinned(all, policies, limits.attempts), whole: all.length }
}

/** True of a pod that some policy selects: connections from and to others are never denied. */
function isSelected({ namespace, labels }: Pod, { networkPolicies, clusterPolicies, namespaces }: Policies): boolean {
  return (
    networkPolicies.some((policy) => policy.namespace === namespace && matches(policy.subject, labels)) ||
    clusterPolicies.some(
      ({ subject }) =>
        matches(subject.pods, labels) &&
        matchNamespace(subject.namespaces, namespaceOf(namespaces, namespace)) !== 'no',
    )
  )
}

/** Most of the room is for connections from and to pods that some policy selects. */
function thinned(all: readonly Attempt[], policies: Policies, limit: number): readonly Attempt[] {
  if (all.length <= limit) return all
  const known = new Map<Endpoint, boolean>()
  const isTelling = (end: Endpoint): boolean => {
    if (end.kind === 'outside') return false
    const answer = known.get(end) ?? isSelected(end.pod, policies)
    known.set(end, answer)
    return answer
  }
  const telling = all.filter(({ source, destination }) => isTelling(source) || isTelling(destination))
  const others = all.filter(({ source, destination }) => !isTelling(source) && !isTelling(destination))
  const room = Math.max(Math.ceil((limit * 3) / 4), limit - others.length)
  const kept = spread(telling, room)
  return [...kept, ...spread(others, limit - kept.length)]
}

/** The cell of an attempt: what the engine predicts, and what was observed where a kernel was asked; `undefined` where it depends. */
export function cellOf(
  attempt: Attempt,
  told: { readonly engine: Engine; readonly phase: Phase; readonly observed?: Cell['observed'] },
): Cell | undefined {
  const { source, destination, address, protocol, port } = attempt
  const { family } = address
  const { allowed, depends } = told.engine.reach(source, destination, family)
  if (depends.some(({ connections }) => hasConnection(connections, protocol, port))) return undefined
  return {
    phase: told.phase,
    source: formatEndpoint(source),
    destination: formatEndpoint(destination),
    address: formatAddress(address),
    family,
    protocol,
    port,
    predicted: hasConnection(allowed, protocol, port) ? 'Allowed' : 'Denied',
    ...(told.observed && { observed: told.observed }),
  }
}

/** How many cells agree; a cell that nobody observed counts in none of the three. */
export function summarise(cells: readonly Cell[]): Summary {
  const inconclusive = cells.filter((cell) => cell.observed === 'Inconclusive').length
  const agree = cells.filter((cell) => cell.observed === cell.predicted).length
  const observed = cells.filter((cell) => cell.observed !== undefined).length
  return { cells: cells.length, agree, disagree: observed - agree - inconclusive, inconclusive }
}

/** Cells whose observation differs between two tables of the same attempts: what a change of policy changed. */
export function changedCells(before: readonly Cell[], after: readonly Cell[]): Cell[] {
  const key = (cell: Cell): string => [cell.source, cell.destination, cell.address, cell.protocol, cell.port].join(' ')
  const old = new Map(before.map((cell) => [key(cell), cell.observed]))
  return after.filter((cell) => old.has(key(cell)) && old.get(key(cell)) !== cell.observed)
}
