// Exposure: which pods that could exist a workload's own policies let in, or let it reach, beyond those of the input.
import type { Profile } from '../../engine/profile.ts'
import type { DependsReason } from '../../engine/reach.ts'
import type { Direction } from '../../policy/network-policy.ts'
import type { Pod, Snapshot } from '../../policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  type ConnectionSet,
  equalConnections,
  isEmpty,
  subtractConnections,
  unionConnections,
} from '../../sets/connection-set.ts'
import { equalAddresses, type IpSet } from '../../sets/ip-set.ts'
import { type Box, BudgetSpent } from '../../sets/label-set.ts'
import { complementValues, intersectValues, isAnyValue, valuesWithin } from '../../sets/value-set.ts'
import { ANY_SIDE } from '../declared.ts'
import { type Flow, flows, possible } from '../flow.ts'
import { cell, type Region, type Role, subtractRegions } from '../region.ts'
import { namespaceSelectorsOf } from '../selectors.ts'
import { namespaceNames, placesOf, POD_ADDRESSES, universeOf } from '../universe.ts'
import { type Ends, type NamedPort, type World, worldOf } from '../world.ts'
import type { ReachMap } from './map.ts'

/** Pods that could exist, and what they may open, or what may be opened on them. */
export interface ExposedTo {
  /** Conditions on the labels of a pod and its namespace, keys as in `universe.ts`; empty: any pod of any namespace. */
  readonly box: Box
  /** Set where it takes an address as well. */
  readonly addresses?: IpSet
  readonly connections: ConnectionSet
  /** Port names that the destination must declare for the port. */
  readonly names: readonly NamedPort[]
  /** Port names that it must not declare for the port. */
  readonly without: readonly NamedPort[]
  /** Empty: surely. */
  readonly reasons: readonly DependsReason[]
  /**
   * Whether policies that select such pods hold them back all the same; `unknown` where any namespace will do, or where
   * there are too many combinations of labels.
   */
  readonly heldBack: 'none' | 'some' | 'all' | 'unknown'
}

export interface Exposure {
  /** Ids of the endpoints that are exposed alike, ascending. */
  readonly endpoints: readonly number[]
  readonly direction: Direction
  /** The widest first; empty: no pod at all. Entries may overlap: each says what is open at least. */
  readonly to: readonly ExposedTo[]
}

/** The snapshot as a question about pods that could exist. */
export function worldOfMap(snapshot: Snapshot, profile: Profile): World {
  return worldOf(snapshot, profile, universeOf(snapshot, namespaceSelectorsOf(snapshot, [])))
}

function endsOf(pod: Pod, direction: Direction): Ends {
  const own = { kind: 'pod', pod, present: true } as const
  return direction === 'ingress'
    ? { source: { kind: 'pods' }, destination: own }
    : { source: own, destination: { kind: 'pods' } }
}

const PEER: Readonly<Record<Direction, Role>> = { ingress: 'source', egress: 'destination' }

function within(a: Box, b: Box): boolean {
  for (const [key, values] of b) {
    const own = a.get(key)
    if (!own || !valuesWithin(own, values)) return false
  }
  return true
}

type Draft = Omit<ExposedTo, 'heldBack'>

function draftOf({ cell: { connections, ...sides }, names, without, reasons }: Flow, role: Role): Draft {
  const { box, addresses } = sides[role]
  const all = equalAddresses(addresses, POD_ADDRESSES)
  return { box, connections, names, without, reasons, ...(!all && { addresses }) }
}

function sameAddresses(a: IpSet | undefined, b: IpSet | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && equalAddresses(a, b))
}

function sameNames(a: readonly NamedPort[], b: readonly NamedPort[]): boolean {
  const text = (names: readonly NamedPort[]): string => names.map(({ name, protocol }) => `${name}/${protocol}`).join()
  return text(a) === text(b)
}

function hasNames(all: readonly NamedPort[], some: readonly NamedPort[]): boolean {
  return some.every(({ name, protocol }) => all.some((one) => one.name === name && one.protocol === protocol))
}

function sameBox(a: Box, b: Box): boolean {
  return within(a, b) && within(b, a)
}

/** Drafts about the same pods as one. */
function joinAlike(drafts: readonly Draft[]): Draft[] {
  const joined: Draft[] = []
  for (const draft of drafts) {
    const at = joined.findIndex(
      (one) =>
        sameBox(one.box, draft.box) &&
        sameAddresses(one.addresses, draft.addresses) &&
        sameNames(one.names, draft.names) &&
        sameNames(one.without, draft.without) &&
        one.reasons.join() === draft.reasons.join(),
    )
    const known = joined[at]
    if (!known) joined.push(draft)
    else joined[at] = { ...known, connections: unionConnections(known.connections, draft.connections) }
  }
  return joined
}

/** Two boxes that differ in one key as one; `undefined` for others. */
function unionOfBoxes(a: Box, b: Box): Box | undefined {
  if (a.size !== b.size) return undefined
  let differing: string | undefined
  for (const [key, values] of a) {
    const others = b.get(key)
    if (!others) return undefined
    if (valuesWithin(values, others) && valuesWithin(others, values)) continue
    if (differing !== undefined) return undefined
    differing = key
  }
  const [one, other] = differing === undefined ? [] : [a.get(differing), b.get(differing)]
  if (differing === undefined || !one || !other) return a
  const both = complementValues(intersectValues(complementValues(one), complementValues(other)))
  const rest = new Map(a)
  if (isAnyValue(both)) rest.delete(differing)
  else rest.set(differing, both)
  return rest
}

/** Drafts that say the same of pods which one condition on one label tells apart, as one: rules of tiers split what they meet. */
function joinBoxes(drafts: readonly Draft[]): Draft[] {
  const joined: Draft[] = []
  for (const draft of drafts) {
    let next = draft
    for (let at = 0; at < joined.length;) {
      const known = joined[at] as Draft
      const same =
        sameAddresses(known.addresses, next.addresses) &&
        equalConnections(known.connections, next.connections) &&
        sameNames(known.names, next.names) &&
        sameNames(known.without, next.without) &&
        known.reasons.join() === next.reasons.join()
      const box = same ? unionOfBoxes(known.box, next.box) : undefined
      if (!box) at++
      else {
        joined.splice(at, 1)
        next = { ...next, box }
        at = 0
      }
    }
    joined.push(next)
  }
  return joined
}

/** Each draft without what a wider one says already: about more pods, as surely or more, on no condition that it has not. */
function withoutRepeats(drafts: readonly Draft[]): Draft[] {
  return drafts.flatMap((draft, index) => {
    const wider = drafts.filter(
      (other, at) =>
        at !== index &&
        within(draft.box, other.box) &&
        (other.addresses === undefined || sameAddresses(other.addresses, draft.addresses)) &&
        hasNames(draft.names, other.names) &&
        hasNames(draft.without, other.without) &&
        other.reasons.every((reason) => draft.reasons.includes(reason)),
    )
    const connections = wider.reduce((rest, other) => subtractConnections(rest, other.connections), draft.connections)
    return isEmpty(connections) ? [] : [{ ...draft, connections }]
  })
}

/** Whether the policies of the other end let them. */
function heldBack(world: World, at: { ends: Ends; direction: Direction }, draft: Draft): ExposedTo['heldBack'] {
  const { ends, direction } = at
  // Pods of namespaces without policies are held back by nothing: worth the work only where the namespaces are known.
  if (!namespaceNames(draft.box)) {
    const { networkPolicies, clusterPolicies } = world.snapshot
    return networkPolicies.length + clusterPolicies.length === 0 ? 'none' : 'unknown'
  }
  const other: Direction = direction === 'ingress' ? 'egress' : 'ingress'
  const side = { box: draft.box, addresses: draft.addresses ?? POD_ADDRESSES }
  const whole =
    direction === 'ingress' ? cell(side, ANY_SIDE, draft.connections) : cell(ANY_SIDE, side, draft.connections)
  if (!whole) return 'none'
  try {
    const passing = [...flows(world, { ends, directions: [other] }, { cell: whole, names: draft.names })]
    if (passing.length === 0) return 'all'
    let rest: Region = [whole]
    for (const { cell: part, reasons, names, without } of passing) {
      // What passes on a condition of its own is not all that the draft speaks of.
      if (reasons.length > 0 || !hasNames(draft.names, names) || !hasNames(draft.without, without)) continue
      rest = subtractRegions(rest, [part])
      if (rest.length === 0) return 'none'
      if (rest.length > 500) return 'unknown'
    }
    return 'some'
  } catch (error) {
    if (error instanceof BudgetSpent) return 'unknown'
    throw error
  }
}

/** Who could reach a pod, or be reached by it, as far as the pod's own policies go. */
export function exposedTo(world: World, pod: Pod, direction: Direction): ExposedTo[] {
  const ends = endsOf(pod, direction)
  const role = PEER[direction]
  const everything = cell(ANY_SIDE, ANY_SIDE, ALL_CONNECTIONS)
  const of = everything && possible(ends, everything)
  if (!of) return []
  const drafts: Draft[] = []
  for (const flow of flows(world, { ends, directions: [direction] }, { cell: of, names: [] })) {
    const draft = draftOf(flow, role)
    if (placesOf(world.universe, draft.box).length > 0) drafts.push(draft)
  }
  return withoutRepeats(joinBoxes(joinAlike(drafts)))
    .sort((a, b) => a.reasons.length - b.reasons.length || a.box.size - b.box.size)
    .map((draft) => ({ ...draft, heldBack: heldBack(world, { ends, direction }, draft) }))
}

/** The part of what a pod lets in that every pod of a namespace which is not in the input could open. */
export function openToStrangers(exposure: readonly ExposedTo[]): readonly ExposedTo[] {
  return exposure.filter(({ box, addresses, reasons }) => {
    return box.size === 0 && addresses === undefined && reasons.length === 0
  })
}

function keyOf(list: readonly ExposedTo[]): string {
  const plain = list.map(({ box, addresses, ...rest }) => ({
    ...rest,
    box: [...box],
    addresses: addresses && [addresses.v4, addresses.v6.map(String)],
  }))
  return JSON.stringify(plain)
}

/** The exposure of every endpoint of a map on a pod network, those exposed alike together. */
export function exposureOf(map: ReachMap, world: World): Exposure[] {
  return (['ingress', 'egress'] as const).flatMap((direction) => {
    const alike = new Map<string, { endpoints: number[]; to: ExposedTo[] }>()
    for (const id of map.focus) {
      const endpoint = map.endpoints[id]
      const [pod] = endpoint?.kind === 'pods' ? endpoint.pods : []
      if (!pod || pod.hostNetwork) continue
      world.budget.steps = 200_000
      const to = exposedTo(world, pod, direction)
      const key = keyOf(to)
      const known = alike.get(key)
      if (known) known.endpoints.push(id)
      else alike.set(key, { endpoints: [id], to })
    }
    return [...alike.values()].map(({ endpoints, to }) => ({ endpoints, direction, to }))
  })
}
