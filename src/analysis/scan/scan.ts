// The scan: every model server of a snapshot, who can reach it, where it can go, and what its isolation is worth.
import { createEngine } from '../../engine/engine.ts'
import { PROFILES, type ProfileName } from '../../engine/profile.ts'
import { podsOf } from '../../policy/endpoints.ts'
import type { Pod, Snapshot, Workload } from '../../policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  type ConnectionSet,
  connection,
  equalConnections,
  formatConnections,
  hasConnection,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../../sets/connection-set.ts'
import { intersectAddresses, type IpSet, NO_ADDRESSES, noAddresses, unionAddresses } from '../../sets/ip-set.ts'
import type { ExposedTo } from '../map/exposure.ts'
import { type Link, mapOf, type PodsEndpoint, type ReachMap, withExposure } from '../map/map.ts'
import type { WayIn } from '../map/ways-in.ts'
import { METADATA } from '../ranges.ts'
import { isMostAddresses, opennessOf } from './openness.ts'
import { type Recognised, recognise } from './recognise.ts'
import { type Criterion, criteriaOf, type Facts, scoreOf } from './score.ts'

/** Ids of endpoints of the map, ascending. */
export interface Ends {
  readonly sure: readonly number[]
  /** Only under a condition that Kubernetes leaves open. */
  readonly perhaps: readonly number[]
}

export interface ScannedServer {
  readonly endpoint: PodsEndpoint
  /** The runtime's own name; absent where it is not known. */
  readonly runtime?: string
  readonly certainty: Recognised['certainty']
  /** A clause: `runs \`ollama/ollama:0.35\``. */
  readonly known: string
  readonly apiPorts: readonly number[]
  /** Its workload is scaled to no pods. */
  readonly resting: boolean
  /** Who may call an API port. */
  readonly callers: Ends
  /** Whom it may open any connection to. */
  readonly destinations: Ends
  readonly waysIn: readonly WayIn[]
  readonly criteria: readonly Criterion[]
  /** 0 to 100. */
  readonly score: number
}

export interface Scan {
  readonly map: ReachMap
  /** The worst first, then by name. */
  readonly servers: readonly ScannedServer[]
}

/** One pod for each workload of model servers that is scaled to none: it is as open as it will be. */
function awake(snapshot: Snapshot): { readonly snapshot: Snapshot; readonly resting: ReadonlySet<string> } {
  const resting = new Set<string>()
  const workloads = snapshot.workloads.map((workload): Workload => {
    if (workload.replicas > 0) return workload
    const one = { ...workload, replicas: 1 }
    const pods = podsOf({ ...snapshot, pods: [], workloads: [one] }, 1)
    if (recognise(snapshot, pods).length === 0) return workload
    resting.add(`${workload.kind} ${workload.namespace}/${workload.name}`)
    return one
  })
  return resting.size === 0 ? { snapshot, resting } : { snapshot: { ...snapshot, workloads }, resting }
}

function possible({ reach }: Link): ConnectionSet {
  return reach.depends.reduce((all, { connections }) => unionConnections(all, connections), reach.allowed)
}

/** The other ends of the links at an endpoint, by whether a connection that counts is sure. */
function endsOf(links: readonly Link[], side: 'sources' | 'destinations', counts: (set: ConnectionSet) => boolean) {
  const [sure, perhaps] = [new Set<number>(), new Set<number>()]
  for (const link of links) {
    const to = counts(link.reach.allowed) ? sure : counts(possible(link)) ? perhaps : undefined
    for (const id of to ? link[side] : []) to?.add(id)
  }
  const sorted = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b)
  return { sure: sorted(sure), perhaps: sorted([...perhaps].filter((id) => !sure.has(id))) }
}

function outsideOf(map: ReachMap, ids: readonly number[]): IpSet {
  return ids.reduce<IpSet>((all, id) => {
    const endpoint = map.endpoints[id]
    return endpoint?.kind === 'outside' ? unionAddresses(all, endpoint.addresses) : all
  }, NO_ADDRESSES)
}

/** Ports that callers and scrapers need. */
function knownPorts({ apiPorts, profile }: Recognised): ConnectionSet {
  const metrics = profile?.metrics.kind === 'own-port' ? [profile.metrics.port] : []
  return [...apiPorts, ...metrics].reduce((all, port) => unionConnections(all, connection('TCP', port)), NO_CONNECTIONS)
}

/** What can be opened beyond the known ports; empty: nothing. */
function portWords(beyond: ConnectionSet, server: Recognised): string {
  if (isEmpty(beyond)) return ''
  const all = subtractConnections(ALL_CONNECTIONS, knownPorts(server))
  return equalConnections(beyond, all) ? 'every port' : formatConnections(beyond)
}

function scanned(map: ReachMap, endpoint: PodsEndpoint, server: Recognised): Omit<ScannedServer, 'resting'> {
  const { id, namespace } = endpoint
  const { apiPorts, certainty, known, profile } = server
  const ingress = map.links.filter(({ destinations }) => destinations.includes(id))
  const egress = map.links.filter(({ sources }) => sources.includes(id))
  const isApi = (set: ConnectionSet): boolean => apiPorts.some((port) => hasConnection(set, 'TCP', port))
  const others = { sure: (ids: readonly number[]) => ids.filter((other) => other !== id) }
  const found = endsOf(ingress, 'sources', isApi)
  const callers = { sure: others.sure(found.sure), perhaps: others.sure(found.perhaps) }
  const opened = endsOf(egress, 'destinations', (set) => !isEmpty(set))
  const destinations = { sure: others.sure(opened.sure), perhaps: others.sure(opened.perhaps) }
  const exposure = (direction: 'ingress' | 'egress'): readonly ExposedTo[] =>
    map.exposure?.find((one) => one.direction === direction && one.endpoints.includes(id))?.to ?? []
  const waysIn = map.waysIn.filter(({ destination }) => destination === id)
  const fromOutside = outsideOf(map, [...callers.sure, ...callers.perhaps])
  const toOutside = outsideOf(map, [...destinations.sure, ...destinations.perhaps])
  const beyond = [...ingress.map(possible), ...exposure('ingress').map(({ connections }) => connections)].reduce(
    (all, set) => unionConnections(all, subtractConnections(set, knownPorts(server))),
    NO_CONNECTIONS,
  )
  const asksNames = [...egress.map(possible), ...exposure('egress').map(({ connections }) => connections)]
  const facts: Facts = {
    hostNetwork: endpoint.hostNetwork,
    calledBy: {
      internet: isMostAddresses(fromOutside),
      outside: !noAddresses(fromOutside),
      pods: opennessOf(
        exposure('ingress').filter(({ connections }) => isApi(connections)),
        namespace,
      ),
    },
    otherPorts: portWords(beyond, server),
    waysIn: [...new Set(waysIn.flatMap(({ verdict, through }) => (verdict === 'Denied' ? [] : [through])))],
    opens: {
      internet: isMostAddresses(toOutside),
      metadata: !noAddresses(intersectAddresses(toOutside, METADATA.addresses)),
      dns: asksNames.some((set) => hasConnection(set, 'UDP', 53) || hasConnection(set, 'TCP', 53)),
      pods: opennessOf(exposure('egress'), namespace),
    },
  }
  const criteria = criteriaOf(facts)
  return {
    endpoint,
    ...(profile && { runtime: profile.title }),
    certainty,
    known,
    apiPorts,
    callers,
    destinations,
    waysIn,
    criteria,
    score: scoreOf(criteria),
  }
}

/** Reads nothing but the snapshot: files and a live cluster are asked alike. */
export function scan(given: Snapshot, profile: ProfileName = 'spec'): Scan {
  const { snapshot, resting } = awake(given)
  const map = mapOf(createEngine(snapshot, PROFILES[profile]), snapshot)
  const endpoints = map.endpoints.filter((one): one is PodsEndpoint => one.kind === 'pods')
  const pods = endpoints.flatMap((endpoint): [Pod, PodsEndpoint][] => endpoint.pods.map((pod) => [pod, endpoint]))
  const byEndpoint = new Map<PodsEndpoint, Recognised>()
  const endpointOf = new Map(pods)
  for (const server of recognise(snapshot, [...endpointOf.keys()])) {
    const endpoint = endpointOf.get(server.pod)
    if (endpoint && !byEndpoint.has(endpoint)) byEndpoint.set(endpoint, server)
  }
  const focus = [...byEndpoint.keys()].map(({ id }) => id)
  const whole = withExposure({ ...map, focus }, snapshot)
  const servers = [...byEndpoint].map(([endpoint, server]): ScannedServer => {
    const { owner, namespace, name } = endpoint
    return { ...scanned(whole, endpoint, server), resting: resting.has(`${owner} ${namespace}/${name}`) }
  })
  return { map: whole, servers: servers.sort((a, b) => a.score - b.score || a.endpoint.id - b.endpoint.id) }
}
