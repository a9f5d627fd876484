// Which attempts make up a truth table, and how prediction and kernel are compared.
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../engine/endpoint.ts'
import { createEngine } from '../engine/engine.ts'
import type { NetworkPolicy, Rule } from '../policy/network-policy.ts'
import { EVERYTHING } from '../policy/selector.ts'
import { EMPTY_SNAPSHOT, type Pod } from '../policy/snapshot.ts'
import { parseAddress } from '../sets/ip-address.ts'
import { type Cell, cellOf, changedCells, planAttempts, spread, summarise } from './truth-table.ts'

const LIMITS = { attempts: 10_000, policyPorts: 8 }

function address(text: string) {
  const found = parseAddress(text)
  if (!found) throw new Error(text)
  return found
}

function pod(name: string, index: number, more: Partial<Pod> = {}): Endpoint {
  const base: Pod = {
    namespace: 'default',
    name,
    labels: new Map([['app', name]]),
    annotations: new Map(),
    ports: [{ port: 80, protocol: 'TCP' }],
    hostNetwork: false,
    addresses: [address(`10.0.0.${index}`), address(`fd00::${index}`)],
  }
  return { kind: 'pod', pod: { ...base, ...more } }
}

const outside: Endpoint = { kind: 'outside', address: address('203.0.113.7') }

function policy(rules: readonly Rule[]): NetworkPolicy {
  return { namespace: 'default', name: 'p', subject: EVERYTHING, ingress: rules, egress: undefined }
}

function cell(more: Partial<Cell>): Cell {
  const base = { phase: 'moat', source: 'a/a', destination: 'b/b', address: '10.0.0.1', family: 4 } as const
  return { ...base, protocol: 'TCP', port: 80, predicted: 'Allowed', ...more }
}

describe('the plan of a truth table', () => {
  it('pairs every two different ends over both families, and outside addresses only with pods of their family', () => {
    const ends = [pod('a', 1), pod('b', 2), outside]
    const { attempts, whole } = planAttempts(ends, EMPTY_SNAPSHOT, LIMITS)
    expect(whole).toBe(attempts.length)
    const pairs = new Set(
      attempts.map((one) => `${ends.indexOf(one.source)}>${ends.indexOf(one.destination)}/${one.address.family}`),
    )
    expect([...pairs].sort()).toEqual(['0>1/4', '0>1/6', '0>2/4', '1>0/4', '1>0/6', '1>2/4', '2>0/4', '2>1/4'])
  })

  it('probes declared ports, the borders of the policies’ ports, and one port of TCP and UDP that nobody speaks of', () => {
    const rule: Rule = { peers: 'any', ports: [{ kind: 'range', protocol: 'TCP', first: 8000, last: 8100 }] }
    const { attempts } = planAttempts(
      [pod('a', 1), pod('b', 2)],
      { ...EMPTY_SNAPSHOT, networkPolicies: [policy([rule])] },
      LIMITS,
    )
    const ports = new Set(attempts.map((one) => `${one.protocol}/${one.port}`))
    expect([...ports].sort()).toEqual([
      'TCP/41999',
      'TCP/7999',
      'TCP/80',
      'TCP/8000',
      'TCP/8100',
      'TCP/8101',
      'UDP/41999',
    ])
  })

  it('probes SCTP where a policy speaks of it', () => {
    const rule: Rule = { peers: 'any', ports: [{ kind: 'all', protocol: 'SCTP' }] }
    const { attempts } = planAttempts(
      [pod('a', 1), pod('b', 2)],
      { ...EMPTY_SNAPSHOT, networkPolicies: [policy([rule])] },
      LIMITS,
    )
    expect(attempts.some((one) => one.protocol === 'SCTP')).toBe(true)
  })

  it('leaves out pods on the host network', () => {
    const { attempts } = planAttempts([pod('a', 1), pod('b', 2, { hostNetwork: true })], EMPTY_SNAPSHOT, LIMITS)
    expect(attempts).toEqual([])
  })

  it('is thinned out evenly beyond its limit, and says how large it would be', () => {
    const ends = [pod('a', 1), pod('b', 2), pod('c', 3), outside]
    const full = planAttempts(ends, EMPTY_SNAPSHOT, LIMITS)
    const thin = planAttempts(ends, EMPTY_SNAPSHOT, { ...LIMITS, attempts: 10 })
    expect(thin.attempts).toHaveLength(10)
    expect(thin.whole).toBe(full.whole)
    expect(new Set(thin.attempts.map((one) => one.source)).size).toBeGreaterThan(2)
  })

  it('beyond its limit is mostly about pods that a policy isolates, but not only', () => {
    const ends = Array.from({ length: 40 }, (_, i) => pod(`p${i}`, i + 1))
    const model = ends[7] as Endpoint
    const subject = { requirements: [{ key: 'app', operator: 'In' as const, values: ['p7'] }] }
    const { attempts } = planAttempts(
      ends,
      { ...EMPTY_SNAPSHOT, networkPolicies: [{ ...policy([]), subject }] },
      { ...LIMITS, attempts: 400 },
    )
    expect(attempts).toHaveLength(400)
    const telling = attempts.filter(({ source, destination }) => source === model || destination === model)
    expect(telling).toHaveLength(300)
    expect(new Set(telling.map(({ source }) => source)).size).toBe(40)
    expect(new Set(telling.map(({ destination }) => destination)).size).toBe(40)
  })
})

describe('spreading a list', () => {
  it('keeps a short list as it is and takes the first of a long one', () => {
    expect(spread([1, 2, 3], 3)).toEqual([1, 2, 3])
    expect(spread([1, 2, 3, 4, 5, 6], 3)).toEqual([1, 3, 5])
  })
})

describe('a cell', () => {
  it('carries the prediction of the engine', () => {
    const [a, b] = [pod('a', 1), pod('b', 2)]
    const attempt = { source: a, destination: b, address: address('fd00::2'), protocol: 'TCP', port: 80 } as const
    const open = cellOf(attempt, { engine: createEngine(EMPTY_SNAPSHOT), phase: 'open', observed: 'Allowed' })
    expect(open).toEqual(
      cell({
        phase: 'open',
        source: 'default/a',
        destination: 'default/b',
        address: 'fd00::2',
        family: 6,
        observed: 'Allowed',
      }),
    )
    const denied = cellOf(attempt, {
      engine: createEngine({ ...EMPTY_SNAPSHOT, networkPolicies: [policy([])] }),
      phase: 'moat',
    })
    expect(denied).toMatchObject({ predicted: 'Denied' })
    expect(denied).not.toHaveProperty('observed')
  })
})

describe('the summary', () => {
  it('counts agreement, disagreement and inconclusive cells apart, and unobserved ones in none', () => {
    const cells = [
      cell({ observed: 'Allowed' }),
      cell({ observed: 'Denied' }),
      cell({ observed: 'Inconclusive' }),
      cell({ predicted: 'Denied', observed: 'Denied' }),
      cell({}),
    ]
    expect(summarise(cells)).toEqual({ cells: 5, agree: 2, disagree: 1, inconclusive: 1 })
  })

  it('finds the cells that changed between two tables', () => {
    const before = [cell({ observed: 'Allowed' }), cell({ port: 81, observed: 'Allowed' })]
    const after = [cell({ observed: 'Denied' }), cell({ port: 81, observed: 'Allowed' })]
    expect(changedCells(before, after)).toEqual([after[0]])
  })
})
