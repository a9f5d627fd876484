// Regions: exact sets of connections between ends that are themselves sets, as unions of products.
import type { Direction } from '../policy/network-policy.ts'
import { type ConnectionSet, intersectConnections, isEmpty, subtractConnections } from '../sets/connection-set.ts'
import { intersectAddresses, type IpSet, noAddresses, subtractAddresses } from '../sets/ip-set.ts'
import { type Box, difference, intersectBoxes } from '../sets/label-set.ts'

/**
 * One end of a cell. For pods that could exist: their labels and their namespace's (keys as in `universe.ts`), and the
 * addresses they may have. A given pod and the outside put no condition on labels.
 */
export interface Side {
  readonly box: Box
  readonly addresses: IpSet
}

/**
 * Every connection from a member of `source` to a member of `destination` over a family that both have.
 * INVARIANT: not empty (`cell` keeps it).
 */
export interface Cell {
  readonly source: Side
  readonly destination: Side
  readonly connections: ConnectionSet
}

/** A union of cells. `[]` is no connection at all. */
export type Region = readonly Cell[]

export type Role = 'source' | 'destination'

/** Which end policies of a direction select, and which their rules speak of. */
export const SUBJECT: Readonly<Record<Direction, Role>> = { ingress: 'destination', egress: 'source' }
export const PEER: Readonly<Record<Direction, Role>> = { ingress: 'source', egress: 'destination' }

function sharesFamily({ addresses: a }: Side, { addresses: b }: Side): boolean {
  return (a.v4.length > 0 && b.v4.length > 0) || (a.v6.length > 0 && b.v6.length > 0)
}

/** The cell, or `undefined` when no connection is in it. */
export function cell(source: Side, destination: Side, connections: ConnectionSet): Cell | undefined {
  if (isEmpty(connections) || !sharesFamily(source, destination)) return undefined
  return { source, destination, connections }
}

/** The cell with another side. */
export function withSide(of: Cell, role: Role, side: Side): Cell | undefined {
  return role === 'source' ? cell(side, of.destination, of.connections) : cell(of.source, side, of.connections)
}

/** The part of a cell whose end `role` lies in the box. */
export function withinBox(of: Cell, role: Role, box: Box): Cell | undefined {
  const both = intersectBoxes(of[role].box, box)
  return both && withSide(of, role, { ...of[role], box: both })
}

/** The part of a cell whose end `role` has one of the addresses. */
export function withinAddresses(of: Cell, role: Role, addresses: IpSet): Cell | undefined {
  return withSide(of, role, { ...of[role], addresses: intersectAddresses(of[role].addresses, addresses) })
}

/** The part of a cell that keeps to the connections. */
export function withinConnections(of: Cell, connections: ConnectionSet): Cell | undefined {
  return cell(of.source, of.destination, intersectConnections(of.connections, connections))
}

export function intersectCells(a: Cell, b: Cell): Cell | undefined {
  const source = intersectBoxes(a.source.box, b.source.box)
  const destination = source && intersectBoxes(a.destination.box, b.destination.box)
  if (!source || !destination) return undefined
  return cell(
    { box: source, addresses: intersectAddresses(a.source.addresses, b.source.addresses) },
    { box: destination, addresses: intersectAddresses(a.destination.addresses, b.destination.addresses) },
    intersectConnections(a.connections, b.connections),
  )
}

/** The parts of `a` outside `b`, disjoint; at most one for each dimension and label. */
function subtractCell(a: Cell, b: Cell): Cell[] {
  if (!intersectCells(a, b)) return [a]
  const parts: (Cell | undefined)[] = []
  let rest: Cell = a
  for (const role of ['source', 'destination'] as const) {
    const { box, addresses } = rest[role]
    for (const part of difference(box, [b[role].box])) parts.push(withSide(rest, role, { box: part, addresses }))
    const inside = { box: intersectBoxes(box, b[role].box) as Box, addresses }
    const outside = subtractAddresses(addresses, b[role].addresses)
    if (!noAddresses(outside)) parts.push(withSide(rest, role, { box: inside.box, addresses: outside }))
    rest = {
      ...rest,
      [role]: { box: inside.box, addresses: intersectAddresses(addresses, b[role].addresses) },
    }
  }
  parts.push(cell(rest.source, rest.destination, subtractConnections(rest.connections, b.connections)))
  return parts.flatMap((part) => part ?? [])
}

/** What is in `a` and in no cell of `b`. */
export function subtractRegions(a: Region, b: Region): Region {
  let rest = a
  for (const other of b) rest = rest.flatMap((part) => subtractCell(part, other))
  return rest
}
