// Manifests for benchmarks: workloads in namespaces of twenty, and half as many policies; the same size, the same text.
import { type Random, randomFrom } from '../tests/support/random.ts'

/** A Deployment with the labels app (unique), tier, team and env. */
function workload(index: number, namespaces: number) {
  const labels = { app: `app-${index}`, tier: `t${index % 3}`, team: `m${index % 7}`, env: `e${index % 2}` }
  const ports = [{ name: 'http', containerPort: 8080 + (index % 2) }, { containerPort: 9090 }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `w${index}`, namespace: `n${index % namespaces}` },
    spec: {
      selector: { matchLabels: { app: labels.app } },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i', ports }] } },
    },
  }
}

function pods(random: Random, workloads: number): unknown {
  return {
    matchLabels: random.chance(1, 2) ? { app: `app-${random.below(workloads)}` } : { tier: `t${random.below(3)}` },
  }
}

/** Rules with peers of all kinds; names of ports stand with pods only, for an address has none (S18). */
function rules(random: Random, peers: 'from' | 'to', workloads: number): unknown[] {
  const namespaces = (): unknown => ({ matchLabels: { env: `e${random.below(3)}` } })
  const numbers = (): unknown =>
    random.pick([{ port: 80 + random.below(20) }, { port: 8000, endPort: 8100 + random.below(900) }])
  return random.times(1 + random.below(3), () => {
    if (random.chance(1, 4)) {
      const network = `10.${random.below(4)}.${random.below(256)}`
      const block = { ipBlock: { cidr: `${network}.0/24`, except: [`${network}.0/28`] } }
      return { [peers]: [block], ports: random.times(1 + random.below(2), numbers) }
    }
    const peer = (): unknown =>
      random.pick([
        { podSelector: pods(random, workloads) },
        { namespaceSelector: namespaces() },
        { podSelector: pods(random, workloads), namespaceSelector: namespaces() },
      ])
    const port = (): unknown => (random.chance(1, 3) ? { port: 'http' } : numbers())
    return {
      [peers]: random.times(1 + random.below(2), peer),
      ports: random.times(1 + random.below(2), port),
    }
  })
}

function policy(random: Random, index: number, size: { workloads: number; namespaces: number }) {
  const { workloads, namespaces } = size
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `p${index}`, namespace: `n${random.below(namespaces)}` },
    spec: {
      podSelector: pods(random, workloads),
      ingress: rules(random, 'from', workloads),
      ...(random.chance(1, 2) && { egress: rules(random, 'to', workloads) }),
    },
  }
}

/** One of the workload's pods as it runs, with an address that no block of the policies holds. */
function pod(
  at: { workload: number; replica: number; number: number },
  namespaces: number,
  isUnique: boolean,
): unknown {
  const { workload: index, replica, number } = at
  const made = workload(index, namespaces)
  const name = `${made.metadata.name}-5f6d7c9b8-${replica}`
  const labels = { ...made.spec.template.metadata.labels, ...(isUnique && { id: `p${number}` }) }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: made.metadata.namespace,
      labels: { ...labels, 'pod-template-hash': '5f6d7c9b8' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${made.metadata.name}-5f6d7c9b8` }],
    },
    spec: made.spec.template.spec,
    status: { phase: 'Running', podIPs: [{ ip: `100.${64 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}` }] },
  }
}

/** How large, and of what kind. */
export interface BenchSize {
  readonly workloads: number
  /** Not given: half as many as workloads. */
  readonly policies?: number
  /** Each workload as so many running pods; not given: as a Deployment. */
  readonly replicas?: number
  /** Every pod has a label of its own, and some policy asks for it: no two pods are alike. */
  readonly unique?: boolean
}

/** The same policy with one more rule, for ten pods by their own labels. */
function namingPods(one: ReturnType<typeof policy>, ids: readonly string[]): unknown {
  const peer = {
    namespaceSelector: {},
    podSelector: { matchExpressions: [{ key: 'id', operator: 'In', values: ids }] },
  }
  const ingress = [...one.spec.ingress, { from: [peer], ports: [{ port: 443 }] }]
  return { ...one, spec: { ...one.spec, ingress } }
}

/** Namespaces, Deployments or pods, and NetworkPolicies, as objects. */
export function benchObjects(size: BenchSize): unknown[] {
  const { workloads, policies = Math.floor(workloads / 2), replicas = 0, unique = false } = size
  const random = randomFrom(1)
  const namespaces = Math.max(1, Math.floor(workloads / 20))
  const share = Math.ceil((workloads * replicas) / policies)
  const named = (i: number): string[] => random.times(share, (nth) => `p${i * share + nth}`)
  return [
    ...random.times(namespaces, (i) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `n${i}`, labels: { env: `e${i % 3}` } },
    })),
    ...(replicas === 0
      ? random.times(workloads, (i) => workload(i, namespaces))
      : random.times(workloads * replicas, (number) => {
          const at = { workload: Math.floor(number / replicas), replica: number % replicas, number }
          return pod(at, namespaces, unique)
        })),
    ...random.times(policies, (i) => {
      const one = policy(random, i, { workloads, namespaces })
      return unique ? namingPods(one, named(i)) : one
    }),
  ]
}

/** So many Deployments and half as many policies as one JSON `List`. */
export function benchManifests(workloads: number): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: benchObjects({ workloads }) })
}
