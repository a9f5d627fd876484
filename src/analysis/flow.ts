// What the policies let through between ends that are sets: every way in, with the rules it takes and what it hangs on.
import { addressesOf, matchBlock, matchNamespace, namespaceOf } from '../engine/match.ts'
import type { Profile } from '../engine/profile.ts'
import type { DependsReason } from '../engine/reach.ts'
import type { Direction, NetworkPolicy, Peer, Rule } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import { podsOf } from '../policy/endpoints.ts'
import type { Pod, Snapshot } from '../policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  connection,
  connections,
  type ConnectionSet,
  NO_CONNECTIONS,
  type Protocol,
  unionConnections,
} from '../sets/connection-set.ts'
import { type Box, type Budget, difference, narrow } from '../sets/label-set.ts'
import { ALL_PORTS, portRange } from '../sets/port-set.ts'
import {
  type Cell,
  type Region,
  type Role,
  subtractRegions,
  withinAddresses,
  withinBox,
  withinConnections,
} from './region.ts'
import { but, finite } from '../sets/value-set.ts'
import { NAMESPACE_NAME, namespaceNames, peerBox, POD_ADDRESSES, subjectBox, type Universe } from './universe.ts'

/** Who stands at one end of a question. The cell says more about `pods` (labels, addresses) and `outside` (addresses). */
export type End =
  /** Any pod that could exist, on a pod network (S33). */
  | { readonly kind: 'pods' }
  /** One pod; `present` when the input has it. */
  | { readonly kind: 'pod'; readonly pod: Pod; readonly present: boolean }
  | { readonly kind: 'outside' }

export interface Ends {
  readonly source: End
  readonly destination: End
}

/** A policy and the pods it selects. */
interface Selecting {
  readonly policy: NetworkPolicy
  readonly box: Box
}

/** What a question is asked about. */
export interface World {
  readonly snapshot: Snapshot
  readonly profile: Profile
  readonly universe: Universe
  /** By namespace; without those that no pod could match. */
  readonly policies: ReadonlyMap<string, readonly Selecting[]>
  /** Pods of the input on a pod network: what a witness should be, where it can. */
  readonly pods: readonly Pod[]
  /** For the part of a claim that is being judged. */
  readonly budget: Budget
}

/** What lets a connection through in one direction. */
export type Cause =
  | { readonly kind: 'rule'; readonly policy: NetworkPolicy; readonly rule: Rule; readonly index: number }
  /** No policy isolates the subject in this direction (S29), or it is nothing that policies select. */
  | { readonly kind: 'open' }

/** A port name that the destination must declare for the connection's own port. */
export interface NamedPort {
  readonly name: string
  readonly protocol: Protocol
}

/** One way in: every connection of the cell passes, if `names` are declared so and every reason turns out that way. */
export interface Flow {
  readonly cell: Cell
  readonly causes: Readonly<Partial<Record<Direction, Cause>>>
  /** Empty: it surely passes. */
  readonly reasons: readonly DependsReason[]
  /** On destinations that are not given pods. */
  readonly names: readonly NamedPort[]
}

/** For one part of a claim. Enough for thousands of policies; spent within seconds. */
export const MOST_STEPS = 200_000

export function worldOf(snapshot: Snapshot, profile: Profile, universe: Universe): World {
  const policies = snapshot.networkPolicies.flatMap((policy) => {
    const box = subjectBox(policy)
    return box ? [{ policy, box }] : []
  })
  return {
    snapshot,
    profile,
    universe,
    policies: Map.groupBy(policies, ({ policy }) => policy.namespace),
    pods: podsOf(snapshot).filter(({ hostNetwork }) => !hostNetwork), // S33
    budget: { steps: MOST_STEPS },
  }
}

const SUBJECT: Readonly<Record<Direction, Role>> = { ingress: 'destination', egress: 'source' }
const PEER: Readonly<Record<Direction, Role>> = { ingress: 'source', egress: 'destination' }

/** A part of a flow after one more condition. */
type Narrowed = Pick<Flow, 'cell' | 'reasons' | 'names'>

/** The part of a cell that one peer of a rule matches; `undefined` when it matches none of it. */
function matchPeer(
  world: World,
  at: { peer: Peer; own: string; role: Role; ends: Ends },
  of: Cell,
): Narrowed | undefined {
  const { peer, own, role, ends } = at
  const end = ends[role]
  const answer = (part: Cell | undefined, ...reasons: DependsReason[]): Narrowed | undefined =>
    part && { cell: part, reasons, names: [] }
  if (peer.kind === 'pods') {
    if (end.kind === 'outside') return undefined
    if (end.kind === 'pods') {
      const box = peerBox(peer, own)
      return answer(box && withinBox(of, role, box))
    }
    if (end.pod.hostNetwork || !matches(peer.pods, end.pod.labels)) return undefined // S33
    if (peer.namespaces === 'own') return end.pod.namespace === own ? answer(of) : undefined // S10
    const match = matchNamespace(peer.namespaces, namespaceOf(world.snapshot.namespaces, end.pod.namespace))
    return match === 'no' ? undefined : match === 'yes' ? answer(of) : answer(of, match)
  }
  const block = addressesOf(peer)
  if (end.kind === 'outside') return answer(withinAddresses(of, role, block))
  if (end.kind === 'pods') {
    const { ipBlockOverPods } = world.profile
    if (ipBlockOverPods === 'never') return undefined // S22
    const part = withinAddresses(of, role, block)
    return ipBlockOverPods === 'matches' ? answer(part) : answer(part, 'ip-block-over-pods')
  }
  const family = peer.cidr.address.family // S25: a block speaks of its own family only.
  const match = matchBlock(block, end.pod, { family, profile: world.profile })
  if (match === 'no') return undefined
  const part = withinAddresses(of, role, family === 4 ? { v4: [0, 2 ** 32], v6: [] } : { v4: [], v6: [0n, 1n << 128n] })
  return match === 'yes' ? answer(part) : answer(part, match)
}

/** The connections that the ports of a rule mean on a destination, apart where they hang on a name it must declare. */
function portsOf(rule: Rule, destination: End): { connections: ConnectionSet; names: readonly NamedPort[] }[] {
  if (rule.ports === 'any') return [{ connections: ALL_CONNECTIONS, names: [] }] // S06
  let fixed = NO_CONNECTIONS
  const named: { connections: ConnectionSet; names: readonly NamedPort[] }[] = []
  for (const port of rule.ports) {
    const { protocol } = port
    if (port.kind === 'all') fixed = unionConnections(fixed, connections(protocol, ALL_PORTS)) // S16
    else if (port.kind === 'range')
      fixed = unionConnections(fixed, connections(protocol, portRange(port.first, port.last)))
    else if (destination.kind === 'pod') fixed = unionConnections(fixed, resolve(destination.pod, port))
    else if (destination.kind === 'pods') {
      named.push({ connections: connections(protocol, ALL_PORTS), names: [{ name: port.name, protocol }] })
    }
    // S18: outside there are no container ports, so a name means nothing.
  }
  return [{ connections: fixed, names: [] }, ...named]
}

/** S17: the container ports of the pod with that name and protocol. */
export function resolve(pod: Pod, { name, protocol }: NamedPort): ConnectionSet {
  return pod.ports
    .filter((port) => port.name === name && port.protocol === protocol)
    .reduce((all, { port }) => unionConnections(all, connection(protocol, port)), NO_CONNECTIONS)
}

interface Isolating {
  readonly policy: NetworkPolicy
  /** The part of the cell whose subject the policy selects. */
  readonly cell: Cell
  readonly box: Box
}

/** The policies that isolate some subject of the cell in a direction. */
export function isolating(world: World, direction: Direction, of: { ends: Ends; cell: Cell }): Isolating[] {
  const role = SUBJECT[direction]
  const end = of.ends[role]
  if (end.kind === 'outside' || (end.kind === 'pod' && end.pod.hostNetwork)) return [] // S33
  if (end.kind === 'pod') {
    const own = world.policies.get(end.pod.namespace) ?? []
    return own
      .filter(({ policy }) => policy[direction] !== undefined && matches(policy.subject, end.pod.labels)) // S29
      .map(({ policy, box }) => ({ policy, cell: of.cell, box }))
  }
  const names = namespaceNames(of.cell[role].box) ?? [...world.policies.keys()]
  return names.flatMap((name) =>
    (world.policies.get(name) ?? []).flatMap(({ policy, box }) => {
      const part = policy[direction] === undefined ? undefined : withinBox(of.cell, role, box)
      return part ? [{ policy, cell: part, box }] : []
    }),
  )
}

/** The parts of a box outside all policies, one namespace at a time: policies of others say nothing about its pods. */
function* unselected(box: Box, by: readonly Isolating[], budget: Budget): Generator<Box> {
  const byNamespace = Map.groupBy(by, ({ policy }) => policy.namespace)
  const elsewhere = narrow(box, NAMESPACE_NAME, but(byNamespace.keys()))
  if (elsewhere) yield elsewhere
  for (const [name, own] of byNamespace) {
    const inside = narrow(box, NAMESPACE_NAME, finite([name]))
    const boxes = own.map((one) => one.box)
    if (inside) yield* difference(inside, boxes, budget)
  }
}

/** The parts of a flow whose subject no policy isolates: all of it or nothing for a given pod. */
function* notIsolated(
  { budget }: World,
  flow: Flow,
  at: { direction: Direction; ends: Ends; by: readonly Isolating[] },
): Generator<Flow> {
  const role = SUBJECT[at.direction]
  const causes = { ...flow.causes, [at.direction]: { kind: 'open' } }
  if (at.by.length === 0) yield { ...flow, causes }
  else if (at.ends[role].kind === 'pods') {
    for (const box of unselected(flow.cell[role].box, at.by, budget)) {
      const part = withinBox(flow.cell, role, box)
      if (part) yield { ...flow, cell: part, causes }
    }
  }
}

/** What one direction lets through of a flow. Flows may overlap: rules add up (S27). */
export function* admitted(world: World, at: { direction: Direction; ends: Ends }, flow: Flow): Generator<Flow> {
  const { direction, ends } = at
  const by = isolating(world, direction, { ends, cell: flow.cell })
  for (const { policy, cell: selected } of by) {
    for (const [index, rule] of (policy[direction] ?? []).entries()) {
      for (const ports of portsOf(rule, ends.destination)) {
        const opened = withinConnections(selected, ports.connections)
        if (!opened) continue
        for (const peer of rule.peers === 'any' ? [undefined] : rule.peers) {
          const part: Narrowed | undefined = peer
            ? matchPeer(world, { peer, own: policy.namespace, role: PEER[direction], ends }, opened)
            : { cell: opened, reasons: [], names: [] } // S05
          if (!part) continue
          yield {
            cell: part.cell,
            causes: { ...flow.causes, [direction]: { kind: 'rule', policy, rule, index } },
            reasons: [...new Set([...flow.reasons, ...part.reasons])],
            names: [...flow.names, ...ports.names],
          }
        }
      }
    }
  }
  yield* notIsolated(world, flow, { direction, ends, by })
}

/** Connections that a question is about; with `names`, only where the destination declares them for their own port. */
export interface Named {
  readonly cell: Cell
  readonly names: readonly NamedPort[]
}

/** The connections that can be: pods that could exist have addresses that pods can have. */
export function possible(ends: Ends, of: Cell): Cell | undefined {
  let part: Cell | undefined = of
  for (const role of ['source', 'destination'] as const) {
    if (part && ends[role].kind === 'pods') part = withinAddresses(part, role, POD_ADDRESSES)
  }
  return part
}

/** What is asked of the policies. */
export interface Passage {
  readonly ends: Ends
  /** A connection needs both (S28). The order changes nothing but the speed: first the one that lets less through. */
  readonly directions: readonly Direction[]
  /** Connections that are of no interest, given the names that a flow needs: left out as soon as they are known. */
  readonly besides?: (flow: Flow) => Region
}

/** What passes of some connections, one way at a time; ways may overlap. */
export function* flows(world: World, passage: Passage, of: Named): Generator<Flow> {
  yield* pass(world, passage, { ...of, causes: {}, reasons: [] })
}

function* pass(world: World, passage: Passage, flow: Flow): Generator<Flow> {
  const [direction, ...others] = passage.directions
  if (!direction) {
    yield flow
    return
  }
  for (const next of admitted(world, { direction, ends: passage.ends }, flow)) {
    const cells = passage.besides ? subtractRegions([next.cell], passage.besides(next)) : [next.cell]
    for (const cell of cells) yield* pass(world, { ...passage, directions: others }, { ...next, cell })
  }
}
