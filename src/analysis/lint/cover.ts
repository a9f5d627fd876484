// Whether cells are covered by others, with tests in front that cost little: most pairs have nothing in common.
import { intersects } from '../../sets/interval-set.ts'
import { type ConnectionSet, isSubsetOf, PROTOCOLS } from '../../sets/connection-set.ts'
import { type IpSet, isAddressSubset } from '../../sets/ip-set.ts'
import { boxesMeet, boxWithin } from '../../sets/label-set.ts'
import { type Cell, subtractRegions } from '../region.ts'

function connectionsMeet(a: ConnectionSet, b: ConnectionSet): boolean {
  return PROTOCOLS.some((protocol) => intersects(a[protocol], b[protocol]))
}

function addressesMeet(a: IpSet, b: IpSet): boolean {
  return intersects(a.v4, b.v4) || intersects(a.v6, b.v6)
}

/** True when some connection could be in both. */
export function cellsMeet(a: Cell, b: Cell): boolean {
  return (
    connectionsMeet(a.connections, b.connections) &&
    boxesMeet(a.source.box, b.source.box) &&
    boxesMeet(a.destination.box, b.destination.box) &&
    addressesMeet(a.source.addresses, b.source.addresses) &&
    addressesMeet(a.destination.addresses, b.destination.addresses)
  )
}

/** True when every connection of `a` is in `b`. */
export function cellWithin(a: Cell, b: Cell): boolean {
  return (
    isSubsetOf(a.connections, b.connections) &&
    boxWithin(a.source.box, b.source.box) &&
    boxWithin(a.destination.box, b.destination.box) &&
    isAddressSubset(a.source.addresses, b.source.addresses) &&
    isAddressSubset(a.destination.addresses, b.destination.addresses)
  )
}

/** More pieces than this and the question is given up: the answer is that it is not covered. */
const MOST_PIECES = 64

/** True when every connection of `cells` is in some of `by`. Not proven within reasonable work: false. */
export function isCovered(cells: readonly Cell[], by: readonly Cell[]): boolean {
  return cells.every((one) => {
    const near = by.filter((other) => cellsMeet(one, other))
    if (near.some((other) => cellWithin(one, other))) return true
    let rest: readonly Cell[] = [one]
    for (const other of near) {
      rest = subtractRegions(rest, [other])
      if (rest.length === 0) return true
      if (rest.length > MOST_PIECES) return false
    }
    return false
  })
}
