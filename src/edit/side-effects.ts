// What an edit changes beside what it is for: connections between other ends that open or close.
import type { SideEffect } from '../analysis/fix.ts'
import { piecesOf } from '../analysis/explain-pieces.ts'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../engine/endpoint.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import type { Profile } from '../engine/profile.ts'
import { podsOf } from '../policy/endpoints.ts'
import { matches } from '../policy/selector.ts'
import { type Pod, qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import {
  type ConnectionSet,
  isEmpty,
  NO_CONNECTIONS,
  PROTOCOLS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { ALL_ADDRESSES, coverByCidrs, firstAddress, type IpSet, unionAddresses } from '../sets/ip-set.ts'
import { workloadOf } from '../policy/workload-name.ts'

/** One object's pods, before and after; or a block between all borders of both. */
interface End {
  readonly name: string
  readonly before: Endpoint
  readonly after: Endpoint
  /** True when the edit may change what policies say of it. */
  readonly touched: boolean
  readonly alone: boolean
  /** Of a block. */
  readonly addresses?: IpSet
}

function plain(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) =>
    key === 'span' ? undefined : typeof one === 'bigint' ? `${one}` : one instanceof Map ? [...one] : one,
  )
}

/** What of one list is not in the other, whatever its place in the text. */
function changed<T>(before: readonly T[], after: readonly T[]): T[] {
  const [old, now] = [before.map(plain), after.map(plain)]
  const [oldKeys, nowKeys] = [new Set(old), new Set(now)]
  return [
    ...before.filter((_, i) => !nowKeys.has(old[i] as string)),
    ...after.filter((_, i) => !oldKeys.has(now[i] as string)),
  ]
}

function touches(before: Snapshot, after: Snapshot): (old: Pod, now: Pod) => boolean {
  const policies = changed(before.networkPolicies, after.networkPolicies)
  const cluster = changed(before.clusterPolicies, after.clusterPolicies)
  const namespaces = new Set(
    changed([...before.namespaces.values()], [...after.namespaces.values()]).map(({ name }) => name),
  )
  return (old, now) =>
    namespaces.has(old.namespace) ||
    plain([old.labels, old.ports]) !== plain([now.labels, now.ports]) ||
    policies.some(({ namespace, subject }) => namespace === old.namespace && matches(subject, now.labels)) ||
    cluster.some(({ subject }) => matches(subject.pods, now.labels))
}

function nameOf(pod: Pod): string {
  return `${pod.namespace}/${(workloadOf(pod) ?? pod).name}`
}

function podEnds(before: Snapshot, after: Snapshot): End[] {
  const now = new Map(podsOf(after).map((pod) => [qualifiedName(pod), pod]))
  const isTouched = touches(before, after)
  const known = new Map<string, End>()
  for (const old of podsOf(before)) {
    const other = now.get(qualifiedName(old))
    if (!other) continue
    const key = `${nameOf(old)} ${plain([old.labels, other.labels, old.hostNetwork])}`
    const found = known.get(key)
    known.set(key, {
      name: nameOf(old),
      before: podEndpoint(old),
      after: podEndpoint(other),
      touched: isTouched(old, other),
      alone: found === undefined,
    })
  }
  return [...known.values()]
}

function blockName(set: IpSet): string {
  const blocks = coverByCidrs(set)
  if (blocks.join(' ') === '0.0.0.0/0 ::/0') return 'every address'
  return blocks.length > 3 ? `${blocks.slice(0, 2).join(', ')} and more` : blocks.join(', ')
}

function blockEnds(before: Snapshot, after: Snapshot): End[] {
  const both: Snapshot = {
    ...before,
    networkPolicies: [...before.networkPolicies, ...after.networkPolicies],
    clusterPolicies: [...before.clusterPolicies, ...after.clusterPolicies],
  }
  const everything = { kind: 'addresses', name: '', addresses: ALL_ADDRESSES } as const
  return piecesOf(everything, both).flatMap((piece) => {
    const set: IpSet | undefined = piece.kind === 'addresses' ? piece.addresses : undefined
    const address = set && firstAddress(set)
    if (!set || !address) return []
    const end = outsideEndpoint(address)
    return [{ name: blockName(set), before: end, after: end, touched: false, alone: true, addresses: set }]
  })
}

/** Everything that may be open over a family. */
function openIn(engine: Engine, from: Endpoint, to: Endpoint): Map<Family, ConnectionSet> {
  return new Map(
    ([4, 6] as const).map((family) => {
      const { allowed, depends } = engine.reach(from, to, family)
      return [family, depends.map(({ connections }) => connections).reduce(unionConnections, allowed)]
    }),
  )
}

function difference(a: Map<Family, ConnectionSet>, b: Map<Family, ConnectionSet>): ConnectionSet {
  return ([4, 6] as const)
    .map((family) => subtractConnections(a.get(family) ?? NO_CONNECTIONS, b.get(family) ?? NO_CONNECTIONS))
    .reduce(unionConnections)
}

/** A workload or pod by its name, or addresses. */
export interface NamedEnd {
  readonly name: string
  readonly addresses?: IpSet
}

/** What is asked for is no side effect: those pairs, and of them those connections. */
export interface Wanted {
  readonly isWanted: (source: NamedEnd, destination: NamedEnd) => boolean
  readonly connections: ConnectionSet
}

interface Effect {
  readonly from: End
  readonly to: End
  readonly opened: ConnectionSet
  readonly closed: ConnectionSet
}

function setKey(set: ConnectionSet): string {
  return PROTOCOLS.map((protocol) => set[protocol].join()).join(';')
}

/** Blocks with the same effect become one. */
function joinBlocks(effects: readonly Effect[]): SideEffect[] {
  const alike = Map.groupBy(effects, ({ from, to, opened, closed }) =>
    [from.addresses ? '' : from.name, to.addresses ? '' : to.name, setKey(opened), setKey(closed)].join(' '),
  )
  const name = (ends: readonly End[]): string => {
    const sets = ends.flatMap(({ addresses }) => addresses ?? [])
    return sets.length > 0 ? blockName(sets.reduce(unionAddresses)) : (ends[0]?.name ?? '')
  }
  return [...alike.values()].flatMap((same) => {
    const [first] = same
    if (!first) return []
    const { opened, closed } = first
    const [from, to] = [same.map((one) => one.from), same.map((one) => one.to)]
    return [{ source: name(from), destination: name(to), opened, closed }]
  })
}

/** Measures inputs against the one before: pairs whose connections differ, in the order of the input. */
export function sideEffectsFrom(
  before: Snapshot,
  wanted: Wanted,
  profile: Profile,
): (after: Snapshot) => readonly SideEffect[] {
  const old = createEngine(before, profile)
  return (after) => effectsOf({ before, old, after, now: createEngine(after, profile) }, wanted)
}

interface Two {
  readonly before: Snapshot
  readonly old: Engine
  readonly after: Snapshot
  readonly now: Engine
}

function effectsOf({ before, old, after, now }: Two, wanted: Wanted): SideEffect[] {
  const ends = [...podEnds(before, after), ...blockEnds(before, after)]
  const effects = new Map<string, Effect>()
  const compare = (from: End, to: End): void => {
    const [a, b] = [openIn(old, from.before, to.before), openIn(now, from.after, to.after)]
    const beside = (set: ConnectionSet): ConnectionSet =>
      wanted.isWanted(from, to) ? subtractConnections(set, wanted.connections) : set
    const [opened, closed] = [beside(difference(b, a)), beside(difference(a, b))]
    if (isEmpty(opened) && isEmpty(closed)) return
    const key = `${from.name} ${to.name}`
    const known = effects.get(key)
    effects.set(key, {
      from,
      to,
      opened: unionConnections(known?.opened ?? NO_CONNECTIONS, opened),
      closed: unionConnections(known?.closed ?? NO_CONNECTIONS, closed),
    })
  }
  const touched = ends.filter((end) => end.touched)
  for (const end of touched) {
    for (const other of ends) {
      if (end !== other || !end.alone) compare(end, other)
      if (end !== other && !other.touched) compare(other, end)
    }
  }
  return joinBlocks([...effects.values()])
}
