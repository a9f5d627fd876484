// Random Moats: their policies allow exactly what the Moat says, read here word by word and not by way of any policy,
// and their manifests read back as the very policies.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Endpoint, podEndpoint } from '../src/engine/endpoint.ts'
import { createEngine } from '../src/engine/engine.ts'
import { manifestsJson, manifestsYaml } from '../src/render/manifest.ts'
import { policiesOf } from '../src/intent/render-policies.ts'
import { parse } from '../src/parse/parse.ts'
import type { Caller, MoatEgress, MoatPort, PodPeer } from '../src/policy/moat-spec.ts'
import type { NetworkPolicy } from '../src/policy/network-policy.ts'
import { matches, type Selector } from '../src/policy/selector.ts'
import { type Moat, NAMESPACE_NAME_LABEL, type Pod, qualifiedName, type Snapshot } from '../src/policy/snapshot.ts'
import { formatConnections, hasConnection, type Protocol, PROTOCOLS } from '../src/sets/connection-set.ts'
import { type Address, cidrRange, formatAddress } from '../src/sets/ip-address.ts'
import { address, cidr, moat, namespace, pod, port, snapshotOf } from './support/moats.ts'

const NAMESPACES = [namespace('models', { tier: 'a' }), namespace('web', { tier: 'b' }), namespace('kube-system')]
const PORTS = [53, 80, 443, 8080, 9090] as const

/** Addresses outside every block below, so that no ipBlock speaks of a pod (S22). */
const PODS: readonly Pod[] = ['models', 'web', 'kube-system'].flatMap((where, w) =>
  [{ app: 'x' }, { app: 'y', size: 's' }, { app: 'y' }, { 'k8s-app': 'kube-dns' }].map((labels, index) =>
    pod(`${where}/p${index}`, labels as Record<string, string>, {
      ports: index % 2 === 0 ? [port(8080, 'http'), port(9090, 'metrics')] : [port(80, 'http'), port(53, 'dns', 'UDP')],
      addresses: [address(`10.9.${w}.${index}`), address(`fd09::${w}:${index}`)],
    }),
  ),
)
const OUTSIDE = [
  '203.0.113.5',
  '203.0.113.200',
  '198.51.100.1',
  '8.8.8.8',
  '2001:db8::5',
  '2001:db8:ff::5',
  '2001:4860::1',
]

const selector: fc.Arbitrary<Selector> = fc
  .array(
    fc.oneof(
      fc.record({
        key: fc.constantFrom('app', 'size', 'tier'),
        operator: fc.constantFrom('In' as const, 'NotIn' as const),
        values: fc.uniqueArray(fc.constantFrom('x', 'y', 's', 'a'), { minLength: 1, maxLength: 2 }),
      }),
      fc.record({
        key: fc.constantFrom('app', 'size'),
        operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const),
        values: fc.constant([]),
      }),
    ),
    { maxLength: 2 },
  )
  .map((requirements) => ({ requirements }))
const namespaces = fc.oneof(
  fc.constant('own' as const),
  fc.constantFrom('web', 'models').map((name) => ({
    requirements: [{ key: NAMESPACE_NAME_LABEL, operator: 'In' as const, values: [name] }],
  })),
  fc.constant({ requirements: [] }),
  fc.constantFrom('a', 'b').map((tier) => ({
    requirements: [{ key: 'tier', operator: 'In' as const, values: [tier] }],
  })),
)
const protocol = fc.constantFrom<Protocol>('TCP', 'UDP', 'SCTP')
const number = fc.record<MoatPort>({ port: fc.constantFrom(...PORTS), protocol })
const anyPort = fc.oneof(
  { weight: 3, arbitrary: number },
  { weight: 1, arbitrary: fc.record<MoatPort>({ port: fc.constantFrom('http', 'dns', 'metrics'), protocol }) },
)
const ports = (of: fc.Arbitrary<MoatPort>) => fc.array(of, { maxLength: 2 })
const peer = fc.record<PodPeer>({ namespaces, pods: selector })

function keyed<T>(of: fc.Arbitrary<T>): fc.Arbitrary<(T & { name: string })[]> {
  return fc.array(of, { maxLength: 3 }).map((list) => list.map((item, index) => ({ ...item, name: `n${index}` })))
}

const callers: fc.Arbitrary<Caller[]> = keyed(fc.record({ namespaces, pods: selector, ports: ports(anyPort) }))
const range = fc.constantFrom(
  { cidr: cidr('203.0.113.0/24'), except: [] },
  { cidr: cidr('203.0.113.0/24'), except: [cidr('203.0.113.128/25')] },
  { cidr: cidr('2001:db8::/32'), except: [cidr('2001:db8:ff::/48')] },
  { cidr: cidr('198.51.100.1/32'), except: [] },
)
const egress: fc.Arbitrary<MoatEgress[]> = keyed(
  fc.oneof(
    fc.record({ to: range.map((of) => ({ kind: 'cidr' as const, ...of })), ports: ports(number) }),
    fc.record({ to: peer.map((of) => ({ kind: 'pods' as const, ...of })), ports: ports(anyPort) }),
  ),
)
const moats: fc.Arbitrary<Moat> = fc
  .record({
    pods: selector.filter(({ requirements }) => requirements.length > 0),
    apiPort: anyPort,
    metricsPort: anyPort,
    peers: fc.constantFrom('None' as const, 'Self' as const),
    callers,
    scrapers: callers,
    egress,
    dns: fc.constantFrom('None' as const, 'Cluster' as const),
    namespaceDefaultDeny: fc.boolean(),
  })
  .map(({ pods, apiPort, metricsPort, peers, ...spec }) => ({
    ...moat({ model: { pods, apiPort, metricsPort, peers }, ...spec }),
    namespace: 'models',
  }))

// The Moat, read word by word. Nothing below knows what a policy is.

type End = Pod | Address

function isPod(end: End): end is Pod {
  return 'labels' in end
}

function isModel({ spec, namespace }: Moat, end: End): boolean {
  return isPod(end) && end.namespace === namespace && matches(spec.model.pods, end.labels)
}

function isOf(peer: PodPeer, end: End): boolean {
  if (!isPod(end) || !matches(peer.pods, end.labels)) return false
  if (peer.namespaces === 'own') return end.namespace === 'models'
  const labels = NAMESPACES.find(({ name }) => name === end.namespace)?.labels ?? new Map<string, string>()
  return matches(peer.namespaces, labels)
}

/** Whether one of the ports is this port of the destination; a name is a container port of the destination. */
function isOneOf(
  list: readonly MoatPort[],
  to: End,
  on: { readonly protocol: Protocol; readonly port: number },
): boolean {
  return list.some((said) => {
    if (said.protocol !== on.protocol) return false
    if (typeof said.port === 'number') return said.port === on.port
    return (
      isPod(to) &&
      to.ports.some((own) => own.name === said.port && own.protocol === on.protocol && own.port === on.port)
    )
  })
}

function contains(block: MoatEgress['to'] & { readonly kind: 'cidr' }, end: End): boolean {
  if (isPod(end)) return false
  const within = (of: typeof block.cidr) => {
    if (of.address.family !== end.family) return false
    const [first, last] = cidrRange(of)
    return end.value >= first && end.value < last
  }
  return within(block.cidr) && !block.except.some(within)
}

interface Connection {
  readonly from: End
  readonly to: End
  readonly on: { readonly protocol: Protocol; readonly port: number }
}

/** The Moat lets this source in to its model. */
function letsIn({ spec }: Moat, { from, to, on }: Connection): boolean {
  const { apiPort, metricsPort } = spec.model
  const listed = (list: readonly Caller[], usual: MoatPort | undefined) =>
    list.some((who) => isOf(who, from) && isOneOf(who.ports.length > 0 || !usual ? who.ports : [usual], to, on))
  return listed(spec.callers, apiPort) || listed(spec.scrapers, metricsPort)
}

/** The Moat lets its model out to this destination. */
function letsOut({ spec }: Moat, { to, on }: Connection): boolean {
  const dns =
    spec.dns === 'Cluster' &&
    isPod(to) &&
    to.namespace === 'kube-system' &&
    to.labels.get('k8s-app') === 'kube-dns' &&
    on.port === 53 &&
    on.protocol !== 'SCTP'
  return (
    dns ||
    spec.egress.some(
      (entry) =>
        (entry.to.kind === 'cidr' ? contains(entry.to, to) : isOf(entry.to, to)) &&
        (entry.ports.length === 0 || isOneOf(entry.ports, to, on)),
    )
  )
}

function says(of: Moat, connection: Connection): boolean {
  const { from, to } = connection
  const { peers } = of.spec.model
  const denies = of.spec.namespaceDefaultDeny
  const among = peers === 'Self' && isModel(of, from) && isModel(of, to)
  const inside = (end: End) => isPod(end) && end.namespace === of.namespace
  // With the namespace denied, who is let in keeps the way out, whoever that is.
  const keeps = denies && inside(from) && isModel(of, to) && letsIn(of, connection)
  const out = isModel(of, from) ? letsOut(of, connection) || among || keeps : !(denies && inside(from)) || keeps
  const within = isModel(of, to) ? letsIn(of, connection) || among : !(denies && inside(to))
  return out && within
}

// The comparison.

function endpointOf(end: End): Endpoint {
  return isPod(end) ? podEndpoint(end) : { kind: 'outside', address: end }
}

function named(end: End): string {
  return isPod(end) ? qualifiedName(end) : formatAddress(end)
}

const INPUT: Snapshot = snapshotOf(PODS, {
  namespaces: new Map(NAMESPACES.map((found) => [found.name, found])),
})

/** Without places in the input, and the conditions of a selector, which all hold, in one order. */
function bare(policies: readonly NetworkPolicy[]): unknown {
  const spanless = (key: string, value: unknown): unknown =>
    key === 'span' ? undefined : typeof value === 'bigint' ? `${value}` : value
  const ordered = (key: string, value: unknown): unknown =>
    key === 'requirements' ? (value as unknown[]).map((each) => JSON.stringify(each)).sort() : value
  return JSON.parse(JSON.stringify(policies, spanless), ordered)
}

/** How often each answer was given, so that a comparison of nothing but denials is noticed. */
const seen = { allowed: 0, denied: 0 }

describe('the policies of a Moat', () => {
  it('allow exactly what the Moat says, for every pair, port and family', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(moats, (one) => {
        const { policies } = policiesOf(one, INPUT)
        const engine = createEngine({ ...INPUT, networkPolicies: policies })
        const wrong: string[] = []
        const ends: readonly End[] = [...PODS, ...OUTSIDE.map(address)]
        for (const from of ends) {
          for (const to of ends) {
            if (from === to || (!isPod(from) && !isPod(to))) continue
            const family = !isPod(from) ? from.family : !isPod(to) ? to.family : 4
            const { allowed, depends } = engine.reach(endpointOf(from), endpointOf(to), family)
            expect(depends).toEqual([])
            for (const protocol of PROTOCOLS) {
              for (const number of [...PORTS, 12_345]) {
                const expected = says(one, { from, to, on: { protocol, port: number } })
                seen[expected ? 'allowed' : 'denied'] += 1
                if (hasConnection(allowed, protocol, number) === expected) continue
                const text = `${named(from)} to ${named(to)} ${protocol}/${number}`
                wrong.push(`${text}: the Moat says ${expected}, its policies allow ${formatConnections(allowed)}`)
              }
            }
          }
        }
        expect(wrong).toEqual([])
      }),
      { numRuns: 150 },
    )
    expect(seen.allowed).toBeGreaterThan(1000)
    expect(seen.denied).toBeGreaterThan(1000)
  })

  it('read back from their manifests, as YAML and as JSON, as the very same', () => {
    fc.assert(
      fc.property(moats, (one) => {
        const { policies, rendered } = policiesOf(one, INPUT)
        for (const text of [manifestsYaml(rendered, { comments: true }), manifestsJson(rendered)]) {
          const again = parse([{ name: 'rendered', text }])
          expect(again.diagnostics).toEqual([])
          expect(bare(again.snapshot.networkPolicies)).toEqual(bare(policies))
        }
      }),
      { numRuns: 200 },
    )
  })
})
