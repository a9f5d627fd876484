// Connection sets and port sets: each protocol apart, edges of the port range, printing.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ALL_CONNECTIONS,
  connection,
  connections,
  type ConnectionSet,
  equalConnections,
  formatConnections,
  hasConnection,
  intersectConnections,
  isEmpty,
  isSubsetOf,
  NO_CONNECTIONS,
  type Protocol,
  PROTOCOLS,
  subtractConnections,
  unionConnections,
} from './connection-set.ts'
import { ALL_PORTS, formatPorts, NO_PORTS, portRange } from './port-set.ts'

const protocol = fc.constantFrom<Protocol>('TCP', 'UDP', 'SCTP')
const port = fc.oneof(fc.constantFrom(1, 2, 80, 65_534, 65_535), fc.integer({ min: 1, max: 65_535 }))
const someSet: fc.Arbitrary<ConnectionSet> = fc
  .array(fc.tuple(protocol, port, port), { maxLength: 6 })
  .map((list) => list.map(([p, a, b]) => connections(p, portRange(Math.min(a, b), Math.max(a, b)))))
  .map((list) => list.reduce(unionConnections, NO_CONNECTIONS))

describe('a port range', () => {
  it('has both its ends and nothing else', () => {
    expect(portRange(80)).toEqual([80, 81])
    expect(portRange(80, 90)).toEqual([80, 91])
    expect(portRange(1, 65_535)).toEqual(ALL_PORTS)
  })

  it('is cut to the ports that exist', () => {
    expect(portRange(0, 2)).toEqual([1, 3])
    expect(portRange(65_535, 70_000)).toEqual([65_535, 65_536])
    expect(portRange(0)).toEqual(NO_PORTS)
    expect(portRange(65_536)).toEqual(NO_PORTS)
  })

  it('is empty when the last comes before the first', () => {
    expect(portRange(90, 80)).toEqual(NO_PORTS)
  })

  it('prints as a number, a range, a list or a star', () => {
    expect(formatPorts(NO_PORTS)).toBe('')
    expect(formatPorts(portRange(80))).toBe('80')
    expect(formatPorts(portRange(80, 81))).toBe('80-81')
    expect(formatPorts([80, 81, 443, 445])).toBe('80,443-444')
    expect(formatPorts(ALL_PORTS)).toBe('*')
    expect(formatPorts(portRange(1, 65_534))).toBe('1-65534')
  })
})

describe('a connection set', () => {
  it('treats each protocol apart', () => {
    fc.assert(
      fc.property(fc.tuple(someSet, someSet), protocol, port, ([a, b], p, n) => {
        const [inA, inB] = [hasConnection(a, p, n), hasConnection(b, p, n)]
        expect(hasConnection(unionConnections(a, b), p, n)).toBe(inA || inB)
        expect(hasConnection(intersectConnections(a, b), p, n)).toBe(inA && inB)
        expect(hasConnection(subtractConnections(a, b), p, n)).toBe(inA && !inB)
      }),
    )
  })

  it('holds what it was made of and nothing else', () => {
    const some = connections('UDP', portRange(53, 54))
    expect(hasConnection(some, 'UDP', 53)).toBe(true)
    expect(hasConnection(some, 'UDP', 55)).toBe(false)
    expect(hasConnection(some, 'TCP', 53)).toBe(false)
  })

  it('compares with all its protocols', () => {
    for (const p of PROTOCOLS) {
      const one = connection(p, 80)
      expect(isEmpty(one)).toBe(false)
      expect(equalConnections(one, NO_CONNECTIONS)).toBe(false)
      expect(equalConnections(one, connection(p, 80))).toBe(true)
      expect(isSubsetOf(one, NO_CONNECTIONS)).toBe(false)
      expect(isSubsetOf(one, connections(p, ALL_PORTS))).toBe(true)
      expect(isSubsetOf(NO_CONNECTIONS, one)).toBe(true)
    }
    expect(isEmpty(NO_CONNECTIONS)).toBe(true)
  })

  it('is all or nothing at its ends', () => {
    fc.assert(
      fc.property(someSet, (a) => {
        expect(equalConnections(unionConnections(a, ALL_CONNECTIONS), ALL_CONNECTIONS)).toBe(true)
        expect(isEmpty(subtractConnections(a, ALL_CONNECTIONS))).toBe(true)
        expect(equalConnections(intersectConnections(a, ALL_CONNECTIONS), a)).toBe(true)
      }),
    )
  })

  it('prints what it holds', () => {
    expect(formatConnections(NO_CONNECTIONS)).toBe('none')
    expect(formatConnections(ALL_CONNECTIONS)).toBe('all')
    expect(formatConnections(connections('SCTP', ALL_PORTS))).toBe('sctp/*')
    expect(formatConnections(unionConnections(connection('UDP', 53), connection('TCP', 80)))).toBe('tcp/80 udp/53')
  })
})
