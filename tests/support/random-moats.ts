// Random Moats with random policies beside them, over few labels and addresses, as raw objects: small enough that every
// pod that could exist can be listed.
import { policiesOf } from '../../src/intent/render-policies.ts'
import { parse } from '../../src/parse/parse.ts'
import type { Moat, Snapshot } from '../../src/policy/snapshot.ts'
import { snapshotOf } from './oracles.ts'
import { randomFrom, type Random } from './random.ts'
import type { RawCluster, RawObject, RawPeer, RawPod, RawPolicy, RawPort, RawRule, RawSelector } from './raw-objects.ts'

/** All that selectors can name. Anything else that a pod could carry is `other`. */
export const APPS = ['slm', 'api', 'job'] as const
export const ROLES = ['a'] as const
export const TEAMS = ['red', 'blue'] as const
export const PORTS = [53, 80, 8080] as const

/** Blocks between whose borders lie the addresses below. */
const BLOCKS: readonly { readonly cidr: string; readonly except?: readonly string[] }[] = [
  { cidr: '0.0.0.0/0' },
  { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] },
  { cidr: '10.0.0.0/8' },
  { cidr: '203.0.113.0/24' },
  { cidr: '203.0.113.0/24', except: ['203.0.113.64/26'] },
  { cidr: '203.0.113.64/26' },
  { cidr: '::/0' },
  { cidr: 'fd00::/16' },
  { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] },
]

/** One address of each family in each piece that the blocks cut the addresses into. */
export const ADDRESSES: readonly { readonly v4: string; readonly v6: string }[] = [
  { v4: '10.0.0.9', v6: 'fd00::9' },
  { v4: '203.0.113.5', v6: '2001:db8::5' },
  { v4: '203.0.113.70', v6: '2001:db8:1::5' },
  { v4: '198.51.100.7', v6: '2001:dead::7' },
]

export interface MoatCase {
  /** Namespaces, pods and policies, those of the Moat too. */
  readonly cluster: RawCluster
  readonly snapshot: Snapshot
  readonly moat: Moat
}

function selector(random: Random): RawSelector {
  if (random.chance(1, 4)) return {}
  if (random.chance(1, 3)) {
    const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist'] as const)
    const listed = operator === 'In' || operator === 'NotIn'
    const values = listed ? [random.pick(APPS), ...random.some(APPS)] : undefined
    return { matchExpressions: [{ key: 'app', operator, ...(values && { values: [...new Set(values)] }) }] }
  }
  return {
    matchLabels: { app: random.pick(APPS), ...(random.chance(1, 3) && { role: 'a' }) },
  }
}

function namespaceSelector(random: Random): RawSelector {
  if (random.chance(1, 4)) return {}
  if (random.chance(1, 4))
    return { matchLabels: { 'kubernetes.io/metadata.name': random.pick(['m', 'd', 'u', 'u', 'new']) } }
  if (random.chance(1, 4))
    return { matchExpressions: [{ key: 'team', operator: 'NotIn', values: [random.pick(TEAMS)] }] }
  const team = random.pick(TEAMS)
  return { matchLabels: { team, ...(random.chance(1, 4) && { 'kubernetes.io/metadata.name': 'u' }) } }
}

function pods(random: Random): RawPeer {
  return {
    podSelector: selector(random),
    ...(random.chance(1, 2) && { namespaceSelector: namespaceSelector(random) }),
  }
}

function rawPorts(random: Random): RawPort[] {
  if (random.chance(1, 3)) return []
  return random.times(1 + random.below(2), () =>
    random.pick<RawPort>([
      { port: 8080 },
      { port: 80, endPort: 8080 },
      { port: 53, protocol: 'UDP' },
      { protocol: 'UDP' },
      { port: 'http' },
      { port: 80 },
    ]),
  )
}

function rule(random: Random, direction: 'from' | 'to'): RawRule {
  const peers = random.times(random.below(3), () =>
    random.chance(1, 3) ? { ipBlock: random.pick(BLOCKS) } : pods(random),
  )
  return { [direction]: peers, ports: rawPorts(random) }
}

function policy(random: Random, index: number): RawPolicy {
  const directions = random.pick([['Ingress'], ['Egress'], ['Ingress', 'Egress']])
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `extra-${index}`, namespace: random.pick(['m', 'm', 'd', 'u']) },
    spec: {
      podSelector: selector(random),
      policyTypes: directions,
      ...(directions.includes('Ingress') && { ingress: random.times(random.below(3), () => rule(random, 'from')) }),
      ...(directions.includes('Egress') && { egress: random.times(random.below(3), () => rule(random, 'to')) }),
    },
  }
}

/** In place of a rendered policy: it opens the model by what is often not known. */
function looser(random: Random): RawPolicy {
  const unsure = (direction: 'from' | 'to'): RawRule => {
    const named = { matchLabels: { 'kubernetes.io/metadata.name': 'u', team: random.pick(TEAMS) } }
    const peer = random.pick<RawPeer>([
      { ipBlock: random.pick(BLOCKS) },
      { namespaceSelector: named, podSelector: selector(random) },
    ])
    return { [direction]: [peer], ports: rawPorts(random) }
  }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'looser', namespace: 'm' },
    spec: {
      podSelector: { matchLabels: { app: 'slm' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [unsure('from')],
      egress: [unsure('to')],
    },
  }
}

function moatPorts(random: Random): object {
  if (random.chance(1, 2)) return {}
  return { ports: [random.pick([{ port: 80 }, { port: 'http' }, { port: 8080, protocol: 'UDP' }])] }
}

/** A caller, scraper or egress destination by selectors. */
function moatPeer(random: Random, name: string): object {
  return { name, ...pods(random), ...moatPorts(random) }
}

function assertionEnd(random: Random): object {
  if (random.chance(1, 2)) return { model: {} }
  return random.chance(1, 3) ? { cidr: random.pick(BLOCKS).cidr } : pods(random)
}

function moatAssertion(random: Random, name: string): object {
  const [from, to] = [assertionEnd(random), assertionEnd(random)]
  const expect = random.pick(['Allowed', 'Denied', 'Denied', 'Only', 'Only'])
  // Everybody else is asked about: with any pod at the other end too it would take minutes.
  const destination = expect === 'Only' ? { model: {} } : to
  return { name, from, to: destination, ...moatPorts(random), expect }
}

function moatObject(random: Random): object {
  const egress = random.times(random.below(3), (index) => {
    if (random.chance(1, 2)) return moatPeer(random, `to-${index}`)
    const ports = random.chance(1, 2) && { ports: [{ port: random.pick(PORTS) }] }
    return { name: `to-${index}`, ...random.pick(BLOCKS), ...ports }
  })
  return {
    apiVersion: 'modelmoat.dev/v1alpha1',
    kind: 'Moat',
    metadata: { name: 'moat', namespace: 'm' },
    spec: {
      model: {
        podSelector: { matchLabels: { app: 'slm' } },
        port: random.pick([8080, 'http']),
        peers: random.pick(['None', 'None', 'Self']),
      },
      callers: random.times(random.below(3), (index) => moatPeer(random, `caller-${index}`)),
      egress,
      dns: random.pick(['None', 'None', 'Cluster']),
      assertions: random.times(random.below(3), (index) => moatAssertion(random, `a-${index}`)),
    },
  }
}

function rawPod(
  place: string,
  labels: Readonly<Record<string, string>>,
  more: { ports?: readonly [string, number][]; address?: number },
): RawPod {
  const [namespace, name] = place.split('/') as [string, string]
  const ports = (more.ports ?? []).map(([name, containerPort]) => ({ name, containerPort }))
  const found = more.address === undefined ? undefined : ADDRESSES[more.address]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { containers: [{ name: 'main', image: 'main', ports }] },
    ...(found && { status: { podIPs: [{ ip: found.v4 }, { ip: found.v6 }] } }),
  }
}

function namespaceObjects(random: Random): RawObject[] {
  const object = (name: string, labels: Record<string, string>): RawObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  })
  return [
    ...(random.chance(3, 4) ? [object('m', random.pick([{}, { team: 'red' }]))] : []),
    object('d', { team: 'blue' }),
    ...(random.chance(1, 3) ? [object('u', random.pick([{}, { team: 'red' }]))] : []),
  ]
}

/** The same seed gives the same case; `undefined` where the Moat that came out is not one that may be rendered. */
export function randomMoatCase(seed: number): MoatCase | undefined {
  const random = randomFrom(seed)
  const addressed = random.chance(1, 2)
  const objects: RawObject[] = [
    ...namespaceObjects(random),
    rawPod(
      'm/slm',
      { app: 'slm', ...(random.chance(1, 4) && { role: 'a' }) },
      {
        ports: [['http', 8080]],
        ...(addressed && { address: random.below(ADDRESSES.length) }),
      },
    ),
    ...(random.chance(1, 2) ? [rawPod('m/api', { app: 'api' }, {})] : []),
    ...(random.chance(1, 2) ? [rawPod('u/job', { app: 'job' }, { ports: [['http', 80]] })] : []),
    ...random.times(random.below(4), (index) => policy(random, index)),
  ]
  const text = [...objects, moatObject(random)].map((object) => JSON.stringify(object)).join('\n---\n')
  const { snapshot, diagnostics } = parse([{ name: `seed-${seed}.yaml`, text }])
  const [moat] = snapshot.moats
  if (!moat || diagnostics.some(({ severity }) => severity === 'error')) return undefined
  const { manifests } = policiesOf(moat, snapshot)
  if (manifests.length === 0) return undefined
  // Some cases lose what the Moat renders, so that what it promises is broken in every way.
  const lost = random.chance(1, 3)
  const others: readonly RawPolicy[] = lost ? (random.chance(2, 3) ? [looser(random)] : []) : manifests
  const cluster: RawCluster = { objects: [...objects, ...others] }
  return { cluster, snapshot: { ...snapshotOf(cluster), moats: [moat] }, moat }
}
