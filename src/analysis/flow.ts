// What the policies let through between ends that are sets: every way in, with the rules it takes and what it hangs on.
import type { DependsReason } from '../engine/reach.ts'
import type { ClusterNetworkPolicy, ClusterRule } from '../policy/cluster-network-policy.ts'
import type { Direction, NetworkPolicy, Rule } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import { type Box, type Budget, difference, narrow } from '../sets/label-set.ts'
import { but, finite } from '../sets/value-set.ts'
import { consistent, throughTier } from './cluster-flow.ts'
import {
  type Cell,
  PEER,
  type Region,
  SUBJECT,
  subtractRegions,
  withinAddresses,
  withinBox,
  withinConnections,
} from './region.ts'
import { matchPeer, portsOf } from './rule-match.ts'
import { NAMESPACE_NAME, namespaceNames, POD_ADDRESSES } from './universe.ts'
import type { Ends, Named, NamedPort, World } from './world.ts'

/** What lets a connection through in one direction. */
export type Cause =
  | { readonly kind: 'rule'; readonly policy: NetworkPolicy; readonly rule: Rule; readonly index: number }
  | {
      readonly kind: 'cluster'
      readonly policy: ClusterNetworkPolicy
      readonly rule: ClusterRule
      readonly index: number
    }
  /** No policy isolates the subject in this direction (S29) and no other rule matches, or it is nothing that policies select. */
  | { readonly kind: 'open' }

/** One way in: every connection of the cell passes, if `names` are declared so and every reason turns out that way. */
export interface Flow {
  readonly cell: Cell
  readonly causes: Readonly<Partial<Record<Direction, Cause>>>
  /** Empty: it surely passes. */
  readonly reasons: readonly DependsReason[]
  /** On destinations that are not given pods. */
  readonly names: readonly NamedPort[]
  /** Likewise: names that they must not declare for the connection's own port. */
  readonly without: readonly NamedPort[]
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

/** What one direction lets through of a flow, tier by tier. Flows may overlap. */
export function* admitted(world: World, at: { direction: Direction; ends: Ends }, flow: Flow): Generator<Flow> {
  yield* throughTier(
    world,
    { ...at, ranks: world.tiers.admin, behind: (passed) => byNetworkPolicies(world, at, passed) },
    flow,
  )
}

/** What the NetworkPolicies let through: rules add up (S27). The baseline is asked where none of them isolates the subject. */
function* byNetworkPolicies(world: World, at: { direction: Direction; ends: Ends }, flow: Flow): Generator<Flow> {
  const { direction, ends } = at
  const by = isolating(world, direction, { ends, cell: flow.cell })
  for (const { policy, cell: selected } of by) {
    for (const [index, rule] of (policy[direction] ?? []).entries()) {
      for (const ports of portsOf(rule, ends.destination)) {
        const opened = withinConnections(selected, ports.connections)
        if (!opened) continue
        for (const peer of rule.peers === 'any' ? [undefined] : rule.peers) {
          const part = peer
            ? matchPeer(world, { peer, own: policy.namespace, role: PEER[direction], ends }, opened)
            : { cell: opened, reasons: [] } // S05
          if (!part) continue
          yield* consistent({
            ...flow,
            cell: part.cell,
            causes: { ...flow.causes, [direction]: { kind: 'rule', policy, rule, index } },
            reasons: [...new Set([...flow.reasons, ...part.reasons])],
            names: [...flow.names, ...ports.names],
          })
        }
      }
    }
  }
  for (const open of notIsolated(world, flow, { direction, ends, by })) {
    yield* throughTier(world, { direction, ends, ranks: world.tiers.baseline, behind: accept }, open)
  }
}

/** What no tier decides is let through. */
function* accept(flow: Flow): Generator<Flow> {
  yield flow
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
  yield* pass(world, passage, { ...of, causes: {}, reasons: [], without: [] })
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
