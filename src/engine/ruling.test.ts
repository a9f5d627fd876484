// The algebra of rulings against brute force over every reading of what is open, and the table that numbers them.
import { beforeEach, describe, expect, it } from 'vitest'
import {
  connection,
  type ConnectionSet,
  hasConnection,
  NO_CONNECTIONS,
  unionConnections,
} from '../sets/connection-set.ts'
import type { DependsReason } from './reach.ts'
import { RulingTable } from './ruling-table.ts'
import { both, either, type Ruling, ruling } from './ruling.ts'

const REASONS: readonly DependsReason[] = ['namespace-labels-unknown', 'own-node']
const PORTS = [1, 2]
/** What a ruling can say about one port: sure, or open for some of the reasons, or nothing. */
const STATES: readonly ('sure' | readonly DependsReason[])[] = ['sure', [], ...REASONS.map((one) => [one]), REASONS]

function portsWhere(keep: (port: number) => boolean): ConnectionSet {
  return PORTS.filter(keep)
    .map((port) => connection('TCP', port))
    .reduce(unionConnections, NO_CONNECTIONS)
}

let ALL: readonly Ruling[]

beforeEach(() => {
  ALL = STATES.flatMap((one) =>
    STATES.map((two) => {
      const state = (port: number): (typeof STATES)[number] => (port === 1 ? one : two)
      const open = REASONS.map((reason) => ({
        connections: portsWhere((port) => state(port) !== 'sure' && state(port).includes(reason)),
        reason,
      }))
      return ruling(
        portsWhere((port) => state(port) === 'sure'),
        open,
      )
    }),
  )
})

/** Whether a port is accepted when exactly these reasons turn out as "matches". */
function accepts({ must, maybe }: Ruling, port: number, holding: readonly DependsReason[]): boolean {
  if (hasConnection(must, 'TCP', port)) return true
  return maybe.some(({ connections, reason }) => holding.includes(reason) && hasConnection(connections, 'TCP', port))
}

const READINGS: readonly (readonly DependsReason[])[] = [[], ...REASONS.map((one) => [one]), REASONS]

/** A ruling is right when it is sure of what every reading accepts, and open about what only some do. */
function isRight(result: Ruling, truth: (port: number, holding: readonly DependsReason[]) => boolean): boolean {
  return PORTS.every((port) => {
    const readings = READINGS.map((holding) => truth(port, holding))
    const sure = hasConnection(result.must, 'TCP', port)
    const open = result.maybe.some(({ connections }) => hasConnection(connections, 'TCP', port))
    return sure === readings.every(Boolean) && open === (!sure && readings.some(Boolean))
  })
}

function isCanonical({ must, maybe }: Ruling): boolean {
  return (
    maybe.every(({ connections }) => connections.TCP.length > 0) &&
    maybe.every(({ connections }) =>
      PORTS.every((p) => !(hasConnection(must, 'TCP', p) && hasConnection(connections, 'TCP', p))),
    ) &&
    maybe.every(({ reason }, i) => i === 0 || reason > (maybe[i - 1]?.reason ?? ''))
  )
}

describe('rulings', () => {
  it('are as many as there are states of two ports', () => {
    expect(ALL).toHaveLength(25)
    expect(new Set(ALL.map((one) => JSON.stringify(one))).size).toBe(25)
  })

  it('combine by either as every reading does', () => {
    for (const a of ALL) {
      for (const b of ALL) {
        const result = either(a, b)
        expect(isCanonical(result)).toBe(true)
        expect(isRight(result, (port, holding) => accepts(a, port, holding) || accepts(b, port, holding))).toBe(true)
      }
    }
  })

  it('combine by both as every reading does', () => {
    for (const a of ALL) {
      for (const b of ALL) {
        const result = both(a, b)
        expect(isCanonical(result)).toBe(true)
        expect(isRight(result, (port, holding) => accepts(a, port, holding) && accepts(b, port, holding))).toBe(true)
      }
    }
  })

  it('keep the reasons of both sides where both are open', () => {
    const one = connection('TCP', 1)
    const left = ruling(NO_CONNECTIONS, [{ connections: one, reason: 'own-node' }])
    const right = ruling(NO_CONNECTIONS, [{ connections: one, reason: 'namespace-labels-unknown' }])
    expect(both(left, right).maybe.map(({ reason }) => reason)).toEqual(['namespace-labels-unknown', 'own-node'])
  })
})

describe('a table of rulings', () => {
  it('gives equal rulings one number and different ones different numbers', () => {
    const table = new RulingTable()
    const numbers = ALL.map((one) => table.number(one))
    expect(new Set(numbers).size).toBe(ALL.length)
    expect(ALL.map((one) => table.number(structuredClone(one)))).toEqual(numbers)
    expect(numbers.map((number) => table.ruling(number))).toEqual(ALL)
  })

  it('tells protocols and reasons apart', () => {
    const table = new RulingTable()
    const some = (['TCP', 'UDP', 'SCTP'] as const).map((protocol) => connection(protocol, 1))
    const sure = some.map((must) => table.number(ruling(must, [])))
    const open = some.flatMap((connections) =>
      REASONS.map((reason) => table.number(ruling(NO_CONNECTIONS, [{ connections, reason }]))),
    )
    expect(new Set([...sure, ...open]).size).toBe(9)
  })

  it('tells apart sets whose borders read alike when they are run together', () => {
    const table = new RulingTable()
    const of = (ports: number[]): number => table.number(ruling({ TCP: ports, UDP: [], SCTP: [] }, []))
    expect(of([1, 2, 3, 4])).not.toBe(of([12, 34]))
  })

  it('combines by number as the rulings combine, asked again or the other way round', () => {
    const table = new RulingTable()
    for (const a of [...ALL, table.ruling(RulingTable.EVERYTHING), table.ruling(RulingTable.NOTHING)]) {
      for (const b of [...ALL, table.ruling(RulingTable.EVERYTHING), table.ruling(RulingTable.NOTHING)]) {
        const [x, y] = [table.number(a), table.number(b)]
        for (let again = 0; again < 2; again++) {
          expect(table.ruling(table.either(x, y))).toEqual(either(a, b))
          expect(table.ruling(table.both(x, y))).toEqual(both(a, b))
        }
        expect(table.both(y, x)).toBe(table.both(x, y))
        expect(table.either(y, x)).toBe(table.either(x, y))
      }
    }
  })
})
