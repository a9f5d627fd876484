// Regions against brute force: every operation compared point by point in a small product of labels, addresses and ports.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConnectionSet, connections, hasConnection } from '../sets/connection-set.ts'
import { type Address } from '../sets/ip-address.ts'
import { hasAddress, type IpSet } from '../sets/ip-set.ts'
import { type Box, boxOf, inBox } from '../sets/label-set.ts'
import { but, finite } from '../sets/value-set.ts'
import { type Cell, cell, intersectCells, type Region, type Side, subtractRegions } from './region.ts'

const LABELS = [new Map<string, string>(), new Map([['app', 'a']]), new Map([['app', 'b']])]
const ADDRESSES: readonly Address[] = [
  { family: 4, value: 1 },
  { family: 4, value: 2 },
  { family: 6, value: 1n },
]
const PORTS = [1, 2, 3]

interface Point {
  readonly labels: readonly [Map<string, string>, Map<string, string>]
  readonly addresses: readonly [Address, Address]
  readonly port: number
}

const POINTS: readonly Point[] = LABELS.flatMap((from) =>
  LABELS.flatMap((to) =>
    ADDRESSES.flatMap((source) =>
      ADDRESSES.filter(({ family }) => family === source.family).flatMap((destination) =>
        PORTS.map((port): Point => ({ labels: [from, to], addresses: [source, destination], port })),
      ),
    ),
  ),
)

function inCell({ source, destination, connections }: Cell, { labels, addresses, port }: Point): boolean {
  return (
    inBox(source.box, labels[0]) &&
    inBox(destination.box, labels[1]) &&
    hasAddress(source.addresses, addresses[0]) &&
    hasAddress(destination.addresses, addresses[1]) &&
    hasConnection(connections, 'TCP', port)
  )
}

function points(region: Region): number[] {
  return POINTS.flatMap((point, index) => (region.some((one) => inCell(one, point)) ? [index] : []))
}

const box: fc.Arbitrary<Box> = fc
  .constantFrom(but([]), but(['a']), finite(['a']), finite(['a', 'b']), but(['a', 'b']))
  .map((values) => boxOf([['app', values]]) as Box)
const addresses: fc.Arbitrary<IpSet> = fc.record({
  v4: fc.constantFrom([], [1, 2], [2, 3], [1, 3]),
  v6: fc.constantFrom([], [1n, 2n]),
})
const side: fc.Arbitrary<Side> = fc.record({ box, addresses })
const ports: fc.Arbitrary<ConnectionSet> = fc
  .constantFrom([], [1, 2], [2, 4], [1, 4], [1, 2, 3, 4])
  .map((set) => connections('TCP', set))
const some: fc.Arbitrary<Cell | undefined> = fc.tuple(side, side, ports).map((parts) => cell(...parts))
const region: fc.Arbitrary<Region> = fc
  .array(some, { maxLength: 3 })
  .map((cells) => cells.flatMap((one) => (one ? [one] : [])))

describe('a region', () => {
  it('subtracts like brute force, into cells that are not empty and, of one cell, disjoint', () => {
    fc.assert(
      fc.property(region, region, (a, b) => {
        const rest = subtractRegions(a, b)
        const inB = new Set(points(b))
        expect(points(rest)).toEqual(points(a).filter((point) => !inB.has(point)))
        for (const one of rest) expect(points([one])).not.toEqual([])
        const [first] = a
        const parts = subtractRegions(first ? [first] : [], b).flatMap((one) => points([one]))
        expect(new Set(parts).size).toBe(parts.length)
      }),
      { numRuns: 1000 },
    )
  })

  it('intersects cells like brute force', () => {
    fc.assert(
      fc.property(some, some, (a, b) => {
        fc.pre(a !== undefined && b !== undefined)
        const both = a && b && intersectCells(a, b)
        const inB = new Set(points(b ? [b] : []))
        expect(points(both ? [both] : [])).toEqual(points(a ? [a] : []).filter((point) => inB.has(point)))
      }),
      { numRuns: 500 },
    )
  })
})
