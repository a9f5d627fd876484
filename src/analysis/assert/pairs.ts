// Goes through all pairs between two sets of members by the engine's groups, and finds a connection that is not as expected.
import { type Endpoint, outsideEndpoint, podEndpoint } from '../../engine/endpoint.ts'
import type { Engine } from '../../engine/engine.ts'
import type { DependsReason, Reach } from '../../engine/reach.ts'
import type { Block, Group } from '../../engine/reachability.ts'
import type { PortMatch } from '../../policy/network-policy.ts'
import type { Pod } from '../../policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  connections,
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../../sets/connection-set.ts'
import type { Family } from '../../sets/ip-address.ts'
import { intersectAddresses, type IpSet } from '../../sets/ip-set.ts'
import { ALL_PORTS, portRange } from '../../sets/port-set.ts'
import { resolve } from '../rule-match.ts'
import { chooseAddress } from '../witness.ts'
import type { Members } from './members.ts'

/** Every group of the engine and the blocks by source: looked up once for all assertions. */
export interface Field {
  readonly engine: Engine
  readonly groups: readonly Group[]
  readonly blocksOf: ReadonlyMap<number, readonly Block[]>
}

export function fieldOf(engine: Engine): Field {
  const { groups, blocks } = engine.reachability()
  const blocksOf = new Map<number, Block[]>()
  for (const block of blocks) {
    for (const source of block.sources) {
      const known = blocksOf.get(source) ?? []
      known.push(block)
      blocksOf.set(source, known)
    }
  }
  return { engine, groups, blocksOf }
}

/** Members of one group over one family; for destinations, that mean the same ports. */
interface Unit {
  readonly group: number
  readonly family: Family
  /** Two at most: a pod is asked about others, not about itself (S31). */
  readonly ends: readonly Endpoint[]
  readonly meant: ConnectionSet
  /** S32, S33: it speaks with the address of its node, which the pods on that node always hear. */
  readonly asNode: boolean
}

const FAMILIES: readonly Family[] = [4, 6]

function hasFamily(pod: Pod, family: Family): boolean {
  return pod.addresses.length === 0 || pod.addresses.some((address) => address.family === family)
}

function portsOn(pod: Pod | undefined, ports: 'any' | PortMatch): ConnectionSet {
  if (ports === 'any') return ALL_CONNECTIONS
  switch (ports.kind) {
    case 'all':
      return connections(ports.protocol, ALL_PORTS)
    case 'range':
      return connections(ports.protocol, portRange(ports.first, ports.last))
    case 'named': // S17, S18
      return pod ? resolve(pod, ports) : NO_CONNECTIONS
  }
}

function ofFamily(set: IpSet, family: Family): IpSet {
  return family === 4 ? { v4: set.v4, v6: [] } : { v4: [], v6: set.v6 }
}

/** The members by group and family, where asked for by node too; `ports` where they are destinations. */
function unitsOf(
  { groups }: Field,
  members: Members,
  { ports, byNode }: { readonly ports: 'any' | PortMatch; readonly byNode: boolean },
): Unit[] {
  const sets = new Map<string, ConnectionSet>()
  const meantOn = (pod: Pod | undefined): ConnectionSet => {
    const set = portsOn(pod, ports)
    const known = sets.get(JSON.stringify(set)) ?? set
    sets.set(JSON.stringify(set), known)
    return known
  }
  return groups.flatMap((group) => {
    if (group.kind === 'outside') {
      const within = intersectAddresses(group.addresses, members.addresses)
      const meant = meantOn(undefined)
      return FAMILIES.flatMap((family): Unit[] => {
        const address = chooseAddress(ofFamily(within, family), family)
        return address ? [{ group: group.id, family, ends: [outsideEndpoint(address)], meant, asNode: false }] : []
      })
    }
    const pods = group.pods.filter((pod) => members.pods.has(pod))
    return FAMILIES.flatMap((family) => {
      const there = pods.filter((pod) => hasFamily(pod, family))
      return [...Map.groupBy(there, meantOn)].flatMap(([meant, alike]) => {
        const nodes = byNode ? Map.groupBy(alike, ({ nodeName }) => nodeName) : new Map([[undefined, alike]])
        return [...nodes.values()].map((some): Unit => {
          const ends = some.slice(0, 2).map((pod) => podEndpoint(pod))
          return { group: group.id, family, ends, meant, asNode: some[0]?.hostNetwork === true }
        })
      })
    })
  })
}

/** Two different ends. */
function pairOf(source: Unit, destination: Unit): { source: Endpoint; destination: Endpoint } | undefined {
  for (const from of source.ends) {
    for (const to of destination.ends) {
      if (from.kind === 'pod' && to.kind === 'pod' && from.pod === to.pod) continue
      return { source: from, destination: to }
    }
  }
  return undefined
}

/** A pair that is not as expected, and all its connections of the worst kind. */
export interface Deviation {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly family: Family
  readonly connections: ConnectionSet
  readonly verdict: 'Allowed' | 'Denied' | 'Depends'
  readonly reasons: readonly DependsReason[]
}

type Deviating = Pick<Deviation, 'connections' | 'verdict' | 'reasons'>

function open({ depends }: Reach): ConnectionSet {
  return depends.reduce((all, one) => unionConnections(all, one.connections), NO_CONNECTIONS)
}

/** What of `meant` is not as expected: what is surely so, else what may be so. */
function deviating(meant: ConnectionSet, reach: Reach, expect: 'Allowed' | 'Denied'): Deviating | undefined {
  const missed =
    expect === 'Allowed' ? subtractConnections(meant, reach.allowed) : intersectConnections(meant, reach.allowed)
  const sure = expect === 'Allowed' ? subtractConnections(missed, open(reach)) : missed
  if (!isEmpty(sure)) return { connections: sure, verdict: expect === 'Allowed' ? 'Denied' : 'Allowed', reasons: [] }
  const perhaps = intersectConnections(meant, open(reach))
  if (isEmpty(perhaps)) return undefined
  const reasons = reach.depends.flatMap(({ connections, reason }) =>
    isEmpty(intersectConnections(connections, perhaps)) ? [] : reason,
  )
  return { connections: perhaps, verdict: 'Depends', reasons }
}

/** What is known of each pair of ports and reach, found out once. */
function memo(expect: 'Allowed' | 'Denied') {
  const known = new Map<ConnectionSet, Map<Reach, Deviating | 'none'>>()
  return (meant: ConnectionSet, reach: Reach): Deviating | undefined => {
    const of = known.get(meant) ?? new Map<Reach, Deviating | 'none'>()
    known.set(meant, of)
    const found = of.get(reach) ?? deviating(meant, reach, expect) ?? 'none'
    of.set(reach, found)
    return found === 'none' ? undefined : found
  }
}

const NOTHING: Reach = { allowed: NO_CONNECTIONS, depends: [] }

/** What came of looking at every pair: the worst deviation, a sure one before others, and whether there was any pair. */
export interface Looked {
  readonly asked: boolean
  readonly deviation?: Deviation
}

/** Looks at every connection from one to the other over both families. */
export function look(
  field: Field,
  at: { readonly from: Members; readonly to: Members; readonly ports: 'any' | PortMatch },
  expect: 'Allowed' | 'Denied',
): Looked {
  const byNode = [...at.from.pods].some(({ hostNetwork }) => hostNetwork)
  const sources = unitsOf(field, at.from, { ports: 'any', byNode })
  const destinations = unitsOf(field, at.to, { ports: at.ports, byNode }).filter(({ meant }) => !isEmpty(meant))
  const judge = memo(expect)
  let asked = false
  let perhaps: Deviation | undefined
  for (const source of sources) {
    const outside = source.ends[0]?.kind === 'outside'
    const row = new Map<number, Reach>()
    for (const block of field.blocksOf.get(source.group) ?? []) {
      if (block.families.includes(source.family)) for (const id of block.destinations) row.set(id, block.reach)
    }
    for (const destination of destinations) {
      if (destination.family !== source.family) continue
      if (outside && destination.ends[0]?.kind === 'outside') continue
      const pair = pairOf(source, destination)
      if (!pair) continue
      asked = true
      const { family } = source
      const reach = source.asNode
        ? field.engine.reach(pair.source, pair.destination, family)
        : (row.get(destination.group) ?? NOTHING)
      const found = judge(destination.meant, reach)
      if (!found || (perhaps && found.verdict === 'Depends')) continue
      const deviation: Deviation = { ...pair, family, ...found }
      if (found.verdict !== 'Depends') return { asked: true, deviation }
      perhaps = deviation
    }
  }
  return { asked, ...(perhaps && { deviation: perhaps }) }
}
