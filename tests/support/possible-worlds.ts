// Brute force over a small universe: what a proof must say, by asking the engine about every pod that could exist.
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../../src/engine/endpoint.ts'
import { type Profile } from '../../src/engine/profile.ts'
import type { MoatPort, PodPeer } from '../../src/policy/moat-spec.ts'
import { matches } from '../../src/policy/selector.ts'
import {
  type ContainerPort,
  type Moat,
  NAMESPACE_NAME_LABEL,
  type Pod,
  type Snapshot,
} from '../../src/policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  connection,
  type ConnectionSet,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../../src/sets/connection-set.ts'
import { type Address, type Cidr, type Family, parseAddress } from '../../src/sets/ip-address.ts'
import { hasAddress, ipSetOf } from '../../src/sets/ip-set.ts'
import { ADDRESSES, APPS, TEAMS } from './random-moats.ts'

export type Verdict = 'PROVEN' | 'REFUTED' | 'OUT_OF_SCOPE'

/** One way things could be: the labels of every namespace settled, those that could be made too. */
export interface World {
  readonly snapshot: Snapshot
  readonly both: Engine
  readonly ingress: Engine
  readonly egress: Engine
}

/** The end that is not the model: a pod that could exist, or an address. */
export type Stranger = { readonly pod: Pod } | { readonly address: Address }

function parsed(text: string): Address {
  const address = parseAddress(text)
  if (!address) throw new Error(text)
  return address
}

/** Values that no selector names stand for all such values. */
const OTHER = 'other'

function labelMaps(): Map<string, string>[] {
  const apps = [undefined, ...APPS, OTHER]
  const roles = [undefined, 'a'] // No selector tells another value from none.
  return apps.flatMap((app) =>
    roles.map(
      (role) =>
        new Map([...(app === undefined ? [] : [['app', app]]), ...(role === undefined ? [] : [['role', role]])] as [
          string,
          string,
        ][]),
    ),
  )
}

/** Labels of pods in a namespace: only in that of the DNS does a selector ask for its label. */
function labelsIn(namespace: string): Map<string, string>[] {
  const plain = labelMaps()
  if (namespace !== 'kube-system') return plain
  return plain.flatMap((labels) => [labels, new Map([...labels, ['k8s-app', 'kube-dns']])])
}

/** Namespaces that the input does not have: one of a name that a selector names, the DNS's, and any other. */
const NEW = ['new', 'kube-system', 'any']

const PORTS: readonly (readonly ContainerPort[])[] = [
  [],
  ...[8080, 80, 53, 9999].map((port): ContainerPort[] => [{ name: 'http', port, protocol: 'TCP' }]),
]

/** Every pod that could exist, but for labels and addresses that nothing tells apart. */
export function strangers(role: 'source' | 'destination', addressed: boolean): Pod[] {
  const places = ['m', 'd', 'u', ...NEW]
  const all = addressed ? ADDRESSES.map(({ v4, v6 }) => [parsed(v4), parsed(v6)]) : [[]]
  const ports = role === 'source' ? PORTS.slice(0, 1) : PORTS
  return places.flatMap((namespace) =>
    labelsIn(namespace).flatMap((labels) =>
      all.flatMap((addresses) =>
        ports.map((declared): Pod => ({
          namespace,
          name: `stranger-${role}`, // Two pods of one name would be one pod, which always reaches itself (S31).
          labels,
          annotations: new Map(),
          ports: declared,
          hostNetwork: false,
          addresses,
        })),
      ),
    ),
  )
}

export function outside(): Address[] {
  const more = ['169.254.169.254', 'fd00:ec2::254', '192.168.0.9', 'fc00::9']
  return [...ADDRESSES.flatMap(({ v4, v6 }) => [v4, v6]), ...more].map(parsed)
}

/** No selector tells another value from none. */
const TEAM_LABELS: readonly (string | undefined)[] = [undefined, ...TEAMS]

function combinations(names: readonly string[]): Map<string, string | undefined>[] {
  const [name, ...others] = names
  if (name === undefined) return [new Map()]
  return combinations(others).flatMap((chosen) => TEAM_LABELS.map((team) => new Map(chosen).set(name, team)))
}

function settle(snapshot: Snapshot, teams: ReadonlyMap<string, string | undefined>): Snapshot {
  const namespaces = new Map(snapshot.namespaces)
  for (const [name, team] of teams) {
    const labels = new Map([[NAMESPACE_NAME_LABEL, name], ...(team === undefined ? [] : [['team', team]])] as [
      string,
      string,
    ][])
    namespaces.set(name, { name, labels, declared: true })
  }
  return { ...snapshot, namespaces }
}

/**
 * The ways things could be, by what decides them: the outer list by the labels of namespaces whose objects are missing
 * (what is true of all of them is sure, of some only is open), the inner one by namespaces that somebody could make.
 */
export function worldsOf(snapshot: Snapshot, profile: Profile): World[][] {
  const unknown = [...snapshot.namespaces.values()].filter(({ declared }) => !declared).map(({ name }) => name)
  const makeable = ['u', ...NEW].filter((name) => !snapshot.namespaces.has(name))
  return combinations(unknown).map((teams) =>
    TEAM_LABELS.map((team) => {
      const settled = settle(snapshot, new Map([...teams, ...makeable.map((name) => [name, team] as const)]))
      const policies = settled.networkPolicies
      const without = (direction: 'ingress' | 'egress') => ({
        ...settled,
        networkPolicies: policies.map((policy) => ({ ...policy, [direction]: undefined })),
        clusterPolicies: settled.clusterPolicies.map((policy) => ({ ...policy, [direction]: [] })),
      })
      return {
        snapshot: settled,
        both: createEngine(settled, profile),
        ingress: createEngine(without('egress'), profile),
        egress: createEngine(without('ingress'), profile),
      }
    }),
  )
}

function endpointOf(stranger: Stranger): Endpoint {
  return 'pod' in stranger ? podEndpoint(stranger.pod) : outsideEndpoint(stranger.address)
}

export interface Question {
  /** The one end; the strangers are the other. */
  readonly model: Pod | Stranger
  readonly role: 'source' | 'destination'
  readonly engine: 'both' | 'ingress' | 'egress'
  readonly strangers: readonly Stranger[]
  /** What the claim speaks of, for one stranger in one world over one family. */
  readonly about: (world: World, stranger: Stranger, family: Family) => ConnectionSet
}

interface Tally {
  /** In some connection, whatever is not known. */
  readonly sure: boolean
  /** In some connection, for some of what is not known. */
  readonly open: boolean
  /** The question is about some connection at all. */
  readonly asked: boolean
}

/** Adds up over all strangers what `pick` makes of the answer, surely and perhaps. */
function tally(
  worlds: readonly (readonly World[])[],
  question: Question,
  pick: (
    about: ConnectionSet,
    answer: { allowed: ConnectionSet; maybe: ConnectionSet },
  ) => { sure: ConnectionSet; open: ConnectionSet },
): Tally {
  let sure = false
  let open = false
  let asked = false
  const { model, role, engine, about } = question
  const other = 'namespace' in model ? podEndpoint(model) : endpointOf(model)
  for (const stranger of question.strangers) {
    const end = endpointOf(stranger)
    const [source, destination] = role === 'source' ? [end, other] : [other, end]
    for (const family of [4, 6] as const) {
      if ([end, other].some((one) => one.kind === 'outside' && one.address.family !== family)) continue
      for (let made = 0; made < (worlds[0]?.length ?? 0); made++) {
        let always = ALL_CONNECTIONS
        for (const alternatives of worlds) {
          const world = alternatives[made] as World
          const { allowed, depends } = world[engine].reach(source, destination, family)
          const maybe = depends.reduce((all, { connections }) => unionConnections(all, connections), allowed)
          const spoken = about(world, stranger, family)
          if (!isEmpty(spoken)) asked = true
          const found = pick(spoken, { allowed, maybe })
          always = intersectConnections(always, found.sure)
          if (!isEmpty(found.open)) open = true
        }
        if (!isEmpty(always)) sure = true
      }
    }
  }
  return { sure, open, asked }
}

/** The verdict of a claim that nothing in question passes. */
export function expectDenial(worlds: readonly (readonly World[])[], question: Question): Verdict {
  const { sure, open } = tally(worlds, question, (about, { allowed, maybe }) => ({
    sure: intersectConnections(about, allowed),
    open: intersectConnections(about, maybe),
  }))
  return sure ? 'REFUTED' : open ? 'OUT_OF_SCOPE' : 'PROVEN'
}

/** The verdict of a claim that everything in question passes. */
export function expectPromise(worlds: readonly (readonly World[])[], question: Question): Verdict {
  const { sure, open } = tally(worlds, question, (about, { allowed, maybe }) => ({
    sure: subtractConnections(about, maybe),
    open: subtractConnections(about, allowed),
  }))
  return sure ? 'REFUTED' : open ? 'OUT_OF_SCOPE' : 'PROVEN'
}

/** The verdict of a claim that something in question passes. */
export function expectSome(worlds: readonly (readonly World[])[], question: Question): Verdict {
  const { sure, open, asked } = tally(worlds, question, (about, { allowed, maybe }) => ({
    sure: intersectConnections(about, allowed),
    open: intersectConnections(about, maybe),
  }))
  if (!asked) return 'OUT_OF_SCOPE'
  return sure ? 'PROVEN' : open ? 'OUT_OF_SCOPE' : 'REFUTED'
}

/** Whether a peer of the Moat means a pod, in a world where everything is known. */
export function means({ snapshot }: Pick<World, 'snapshot'>, peer: PodPeer, pod: Pod): boolean {
  if (!matches(peer.pods, pod.labels)) return false
  if (peer.namespaces === 'own') return pod.namespace === 'm'
  const namespace = snapshot.namespaces.get(pod.namespace)
  return namespace !== undefined && matches(peer.namespaces, namespace.labels)
}

export function portsOn(pod: Pod | undefined, ports: readonly MoatPort[]): ConnectionSet {
  if (ports.length === 0) return ALL_CONNECTIONS
  return ports.reduce((all, { port, protocol }) => {
    if (typeof port === 'number') return unionConnections(all, connection(protocol, port))
    const declared = (pod?.ports ?? []).filter((one) => one.name === port && one.protocol === protocol)
    return declared.reduce((set, one) => unionConnections(set, connection(protocol, one.port)), all)
  }, NO_CONNECTIONS)
}

/** What the Moat lets a pod open of the model. */
export function stated(world: World, moat: Moat, at: { model: Pod; pod: Pod }): ConnectionSet {
  const { model, pod } = at
  const api: MoatPort = { port: 8080, protocol: 'TCP' }
  const callers = moat.spec.callers.map((who) =>
    means(world, who, pod) ? portsOn(model, who.ports.length === 0 ? [api] : who.ports) : NO_CONNECTIONS,
  )
  const self = moat.spec.model.peers === 'Self' && means(world, { namespaces: 'own', pods: moat.spec.model.pods }, pod)
  return callers.reduce(unionConnections, self ? ALL_CONNECTIONS : NO_CONNECTIONS)
}

export function inBlock({ cidr, except }: { cidr: Cidr; except: readonly Cidr[] }, address: Address): boolean {
  return hasAddress(ipSetOf(cidr), address) && !except.some((hole) => hasAddress(ipSetOf(hole), address))
}

/** What the Moat lets the model open of a stranger over one family. */
export function statedOut(world: World, moat: Moat, at: { stranger: Stranger; family: Family }): ConnectionSet {
  const { stranger, family } = at
  const pod = 'pod' in stranger ? stranger.pod : undefined
  const all = 'pod' in stranger ? stranger.pod.addresses : [stranger.address]
  const addresses = all.filter((address) => address.family === family)
  const outlets = moat.spec.egress.map(({ to, ports }) => {
    const meant =
      to.kind === 'cidr'
        ? addresses.some((address) => inBlock(to, address))
        : pod !== undefined && means(world, to, pod)
    return meant ? portsOn(pod, ports) : NO_CONNECTIONS
  })
  const dns =
    moat.spec.dns === 'Cluster' && pod?.namespace === 'kube-system' && pod.labels.get('k8s-app') === 'kube-dns'
  const self =
    pod && moat.spec.model.peers === 'Self' && means(world, { namespaces: 'own', pods: moat.spec.model.pods }, pod)
  return outlets.reduce(
    unionConnections,
    self ? ALL_CONNECTIONS : dns ? unionConnections(connection('UDP', 53), connection('TCP', 53)) : NO_CONNECTIONS,
  )
}
