// Assertions against brute force: each pair, port and family of small random clusters asked of the reference oracle, one by one.
import { describe, expect, it } from 'vitest'
import { checkAssertions } from '../src/analysis/assert/assert.ts'
import type { AssertionResult } from '../src/analysis/assert/result.ts'
import { PROFILES } from '../src/engine/profile.ts'
import type { Assertion, AssertionPlace, Expectation } from '../src/policy/assertion.ts'
import type { PortMatch } from '../src/policy/network-policy.ts'
import { matches, type Selector } from '../src/policy/selector.ts'
import { NAMESPACE_NAME_LABEL, type Pod, qualifiedName } from '../src/policy/snapshot.ts'
import { PROTOCOLS } from '../src/sets/connection-set.ts'
import { formatAddress, parseAddress, parseCidr } from '../src/sets/ip-address.ts'
import { hasAddress, ipSetOf } from '../src/sets/ip-set.ts'
import { NOT_ADDRESSES } from '../src/analysis/ranges.ts'
import { REFERENCE, snapshotOf, type Verdict } from './support/oracles.ts'
import { boundaryPorts, OUTSIDE_ADDRESSES } from './support/probes.ts'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'
import { type Random, randomFrom } from './support/random.ts'

function label(key: string, value: string): Selector {
  return { requirements: [{ key, operator: 'In', values: [value] }] }
}

function randomPlace(random: Random, pods: readonly Pod[]): AssertionPlace {
  const one = random.pick(pods)
  switch (random.below(5)) {
    case 0:
      return { kind: 'named', namespace: one.namespace, name: one.name, of: undefined }
    case 1:
      return {
        kind: 'cidr',
        cidr: parseCidr(random.pick(['203.0.113.0/24', '10.0.0.0/8', '2001:db8::/32', '0.0.0.0/0', '::/0'])) as never,
      }
    case 2:
      return { kind: 'pods', namespaces: { requirements: [] }, pods: label('app', random.pick(['a', 'b'])) }
    case 3:
      return { kind: 'pods', namespaces: label(NAMESPACE_NAME_LABEL, one.namespace), pods: { requirements: [] } }
    default:
      return { kind: 'pods', namespaces: { requirements: [] }, pods: label('tier', random.pick(['a', 'c'])) }
  }
}

function randomPorts(random: Random): Assertion['ports'] {
  const protocol = random.pick(PROTOCOLS)
  const made: readonly Assertion['ports'][] = [
    'any',
    { kind: 'all', protocol },
    { kind: 'range', protocol, first: 80, last: 80 },
    { kind: 'range', protocol, first: 8000, last: 8999 },
    { kind: 'named', protocol, name: 'http' },
  ]
  return random.pick(made)
}

function portMatches(ports: PortMatch, pod: Pod | undefined, port: number): boolean {
  switch (ports.kind) {
    case 'all':
      return true
    case 'range':
      return port >= ports.first && port <= ports.last
    case 'named':
      return (pod?.ports ?? []).some(
        (one) => one.name === ports.name && one.protocol === ports.protocol && one.port === port,
      )
  }
}

/** Addresses of nodes, and next to those of pods: blocks of the random policies may hold a pod and few others. */
function besides(pods: readonly Pod[]): string[] {
  const taken = new Set(pods.flatMap(({ addresses, hostNetwork }) => (hostNetwork ? [] : addresses.map(formatAddress))))
  const near = pods.flatMap(({ addresses }) =>
    addresses.flatMap(({ family, value }) =>
      [-1n, 0n, 1n].map((step) => {
        const next = BigInt(value) + step
        return formatAddress(family === 4 ? { family, value: Number(next) } : { family, value: next })
      }),
    ),
  )
  return [...new Set(near)].filter((address) => !taken.has(address))
}

interface End {
  readonly name: string
  readonly pod?: Pod
}

function stands(place: AssertionPlace, end: End): boolean {
  const { pod } = end
  switch (place.kind) {
    case 'named':
      return end.name === `${place.namespace}/${place.name}`
    case 'cidr':
      return pod === undefined && hasAddress(ipSetOf(place.cidr), parseAddress(end.name) as never)
    case 'pods': {
      const [only] = place.namespaces.requirements
      return pod !== undefined && matches(place.pods, pod.labels) && (!only || only.values.includes(pod.namespace))
    }
    case 'host':
      return false
  }
}

function isOther(place: AssertionPlace, end: End): boolean {
  if (stands(place, end)) return false
  return end.pod ? !end.pod.hostNetwork : !hasAddress(NOT_ADDRESSES, parseAddress(end.name) as never)
}

const FAMILIES = [4, 6] as const

function hasFamily({ name, pod }: End, family: 4 | 6): boolean {
  if (!pod) return parseAddress(name)?.family === family
  return pod.addresses.length === 0 || pod.addresses.some((address) => address.family === family)
}

/** The verdict that asking about every connection gives. */
function expected(
  assertion: Assertion,
  ends: readonly End[],
  at: { ports: readonly number[]; ask: (source: End, destination: End, rest: object) => Verdict },
): AssertionResult['verdict'] {
  const { from, to, ports, expect } = assertion
  const wanted = expect === 'Allowed' ? 'Allowed' : 'Denied'
  if (!ends.some((end) => stands(from, end)) || !ends.some((end) => stands(to, end))) return 'Nothing'
  const found = new Set<Verdict>()
  for (const source of ends.filter((end) => (expect === 'Only' ? isOther(from, end) : stands(from, end)))) {
    for (const destination of ends.filter((end) => stands(to, end))) {
      if (source === destination || (!source.pod && !destination.pod)) continue
      for (const family of FAMILIES) {
        if (!hasFamily(source, family) || !hasFamily(destination, family)) continue
        for (const protocol of ports === 'any' ? PROTOCOLS : [ports.protocol]) {
          for (const port of at.ports) {
            if (ports !== 'any' && !portMatches(ports, destination.pod, port)) continue
            found.add(at.ask(source, destination, { protocol, port, family }))
          }
        }
      }
    }
  }
  if (found.size === 0) return 'Nothing'
  const wrong = wanted === 'Allowed' ? 'Denied' : 'Allowed'
  return found.has(wrong) ? wrong : found.has('Depends') ? 'Depends' : expect
}

const SEEDS = Number(process.env['ASSERT_CASES'] ?? 60)

describe('assertions', () => {
  it('have the verdict that asking the reference about every connection gives, and witnesses that it confirms', () => {
    const seen: Record<string, number> = {}
    let witnesses = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = randomFrom(seed)
      const cluster = randomCluster(seed, seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE)
      const snapshot = snapshotOf(cluster)
      const living = snapshot.pods.filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed')
      if (living.length === 0) continue
      const assertions = random.times(6, (n): Assertion => {
        const from = randomPlace(random, living)
        const to = randomPlace(random, living)
        const kind: Expectation = random.pick(['Allowed', 'Denied', 'Only'])
        return { name: `a${n}`, from, to, ports: randomPorts(random), expect: kind }
      })
      const profile = random.pick(['spec', 'conformance', 'cilium'] as const)
      const reference = REFERENCE.read(cluster, profile)
      const ends: End[] = [
        ...living.map((pod) => ({ name: qualifiedName(pod), pod })),
        ...[...OUTSIDE_ADDRESSES, ...besides(living)].map((name) => ({ name })),
      ]
      const ports = [...new Set([...boundaryPorts(cluster), 80, 8000, 8999])]
      const ask = (source: End, destination: End, rest: object): Verdict =>
        reference({ source: source.name, destination: destination.name, ...rest } as never)
      for (const result of checkAssertions({ ...snapshot, assertions }, PROFILES[profile])) {
        const { assertion, verdict, pass, witness } = result
        expect({ seed, name: assertion.name, verdict }).toEqual({
          seed,
          name: assertion.name,
          verdict: expected(assertion, ends, { ports, ask }),
        })
        expect(pass).toBe(verdict === assertion.expect)
        seen[verdict] = (seen[verdict] ?? 0) + 1
        if (!witness) continue
        witnesses++
        const { source, destination, protocol, port, family } = witness
        const name = (end: typeof source) => (end.kind === 'pod' ? qualifiedName(end.pod) : formatAddress(end.address))
        expect(reference({ source: name(source), destination: name(destination), protocol, port, family })).toBe(
          verdict,
        )
      }
    }
    expect(Object.keys(seen).sort()).toEqual(['Allowed', 'Denied', 'Depends', 'Nothing', 'Only'])
    expect(witnesses).toBeGreaterThan(20)
  })
})
