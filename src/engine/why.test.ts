// What the engine says about the deciders of a connection, and about ends that no policy governs.
import { beforeEach, describe, expect, it } from 'vitest'
import { formatDiagnostic, hasErrors } from '../diag/diagnostic.ts'
import { formatSpan } from '../diag/source.ts'
import { parse } from '../parse/parse.ts'
import { qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import { ALL_CONNECTIONS, formatConnections } from '../sets/connection-set.ts'
import { type Address, type Family, parseAddress } from '../sets/ip-address.ts'
import { type Endpoint, formatEndpoint, outsideEndpoint, podEndpoint } from './endpoint.ts'
import { createEngine, type DirectionReasons, type Engine, type Why } from './engine.ts'
import { SPEC } from './profile.ts'
import { REASON_TEXT, type Reach } from './reach.ts'

const text = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: one, containers: [{name: c, image: i, ports: [{name: http, containerPort: 80}]}]}
status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {nodeName: one, containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.2, podIPs: [{ip: 10.0.0.2}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec: {nodeName: one, hostNetwork: true, containers: [{name: c, image: i}]}
status: {podIP: 10.9.0.1, podIPs: [{ip: 10.9.0.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: rover, namespace: shop}
spec: {hostNetwork: true, containers: [{name: c, image: i}]}
status: {podIP: 10.9.0.2, podIPs: [{ip: 10.9.0.2}]}
---
apiVersion: v1
kind: Pod
metadata: {name: done, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
status: {phase: Failed}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: nobody}}}]
  - from: [{podSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8}}]
    ports: [{port: http}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: more, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress, Ingress]
  ingress:
  - from: [{ipBlock: {cidr: 10.0.0.0/24}}]
    ports: [{protocol: UDP}]
  egress:
  - {}
`
let snapshot: Snapshot
let engine: Engine

beforeEach(() => {
  const read = parse([{ name: 'shop.yaml', text }])
  if (hasErrors(read.diagnostics)) throw new Error(read.diagnostics.map(formatDiagnostic).join('\n'))
  snapshot = read.snapshot
  engine = createEngine(snapshot, SPEC)
})

function end(name: string): Endpoint {
  const pod = snapshot.pods.find((one) => qualifiedName(one) === name)
  return pod ? podEndpoint(pod) : outsideEndpoint(parseAddress(name) as Address)
}

function why(source: string, destination: string, family: Family = 4): Why {
  return engine.why(end(source), end(destination), family)
}

describe('the reasons of a connection', () => {
  let egress: DirectionReasons
  let ingress: DirectionReasons
  let reach: Reach

  beforeEach(() => {
    ;({ egress, ingress, reach } = why('shop/db', 'shop/web'))
  })

  it('name the policies that isolate each end', () => {
    expect(egress.direction).toBe('egress')
    expect(egress.isolatedBy.map(({ name }) => name)).toEqual(['more'])
    expect(ingress.direction).toBe('ingress')
    expect(ingress.isolatedBy.map(({ name }) => name)).toEqual(['web', 'more'])
  })

  it('name every rule that lets something through, what it lets through, and where it stands', () => {
    const rules = ingress.admittedBy.map(({ policy, index, connections, reason, rule, direction }) => [
      `${policy.name} ${direction}[${index}] ${formatConnections(connections)}`,
      reason,
      rule.span && formatSpan(rule.span),
    ])
    expect(rules).toEqual([
      ['web ingress[1] tcp/80', undefined, 'shop.yaml:38:5'],
      ['more ingress[0] udp/*', 'ip-block-over-pods', 'shop.yaml:48:5'],
    ])
    expect(egress.admittedBy.map(({ policy, index }) => `${policy.name} ${index}`)).toEqual(['more 0'])
  })

  it('come with the answer itself', () => {
    expect(formatConnections(reach.allowed)).toBe('tcp/80')
    expect(reach.depends.map(({ reason, connections }) => `${reason} ${formatConnections(connections)}`)).toEqual([
      'ip-block-over-pods udp/*',
    ])
  })

  it('are empty where nothing lets the peer through', () => {
    const { ingress: denied } = why('192.0.2.1', 'shop/db')
    expect(denied.isolatedBy.map(({ name }) => name)).toEqual(['more'])
    expect(denied.admittedBy).toEqual([])
  })

  it('take named ports from the destination, in egress too', () => {
    const named = why('192.0.2.1', 'shop/web').ingress.admittedBy
    expect(named).toEqual([])
    const inside = why('10.0.0.77', 'shop/web').ingress.admittedBy.map(({ connections }) =>
      formatConnections(connections),
    )
    expect(inside).toEqual(['tcp/80', 'udp/*'])
  })
})

describe('an end that no policy governs', () => {
  const nothing = { admin: [], isolatedBy: [], admittedBy: [], baseline: [] }

  it('is an address outside', () => {
    expect(why('192.0.2.1', 'shop/web').egress).toEqual({ direction: 'egress', ungoverned: 'outside', ...nothing })
    expect(why('shop/web', '192.0.2.1').ingress).toEqual({ direction: 'ingress', ungoverned: 'outside', ...nothing })
    expect(why('shop/web', '192.0.2.1').egress.ungoverned).toBeUndefined()
  })

  it('is a pod before itself (S31)', () => {
    const { egress, ingress, reach } = why('shop/web', 'shop/web')
    expect([egress.ungoverned, ingress.ungoverned]).toEqual(['self', 'self'])
    expect(reach).toEqual({ allowed: ALL_CONNECTIONS, depends: [] })
  })

  it('is not a pod before a pod of the same name that belongs to something else', () => {
    const web = end('shop/web')
    const twin = web.kind === 'pod' ? podEndpoint({ ...web.pod, owner: { kind: 'Job', name: 'web' } }) : web
    expect(engine.why(web, twin, 4).ingress.ungoverned).toBeUndefined()
    expect(formatConnections(engine.reach(web, twin, 4).allowed)).toBe('tcp/80')
  })

  it('is a pod on the host network (S33)', () => {
    expect(why('shop/agent', 'shop/rover')).toMatchObject({
      egress: { ungoverned: 'host-network' },
      ingress: { ungoverned: 'host-network' },
      reach: { allowed: ALL_CONNECTIONS },
    })
  })

  it('is a pod that hears its own node (S32)', () => {
    expect(why('shop/agent', 'shop/db')).toMatchObject({
      ingress: { ungoverned: 'own-node', isolatedBy: [] },
      reach: { allowed: ALL_CONNECTIONS, depends: [] },
    })
  })

  it('may be a pod that hears a node nobody knows', () => {
    const { ingress, reach } = why('shop/rover', 'shop/db')
    expect(ingress.ungoverned).toBeUndefined()
    expect(ingress.isolatedBy.map(({ name }) => name)).toEqual(['more'])
    expect(formatConnections(reach.allowed)).toBe('none')
    expect(reach.depends).toEqual([{ reason: 'own-node', connections: ALL_CONNECTIONS }])
  })
})

describe('what cannot be', () => {
  const nothing = { allowed: { TCP: [], UDP: [], SCTP: [] }, depends: [] }

  it('is denied: a pod that has ended (S38), an address of the other family', () => {
    expect(why('shop/done', 'shop/web').reach).toEqual(nothing)
    expect(why('shop/web', 'shop/done').reach).toEqual(nothing)
    expect(why('shop/done', 'shop/done').reach).toEqual(nothing)
    expect(why('192.0.2.1', 'shop/agent', 6).reach).toEqual(nothing)
    expect(why('shop/agent', '2001:db8::1', 4).reach).toEqual(nothing)
  })
})

describe('the words of the engine', () => {
  it('print an end as namespace and name, or as its address', () => {
    expect(formatEndpoint(end('shop/web'))).toBe('shop/web')
    expect(formatEndpoint(end('2001:DB8::0'))).toBe('2001:db8::')
  })

  it('have a clause for every reason', () => {
    const clauses = Object.values(REASON_TEXT)
    expect(clauses.length).toBeGreaterThanOrEqual(6)
    expect(new Set(clauses).size).toBe(clauses.length)
    expect(clauses.every((clause) => /^[a-z].{30,}[a-zS]$/.test(clause))).toBe(true)
  })
})
