// The engine on growing clusters: CPU time of each step as a ratio to JSON.parse of the same objects.
import { createEngine } from '../src/engine/engine.ts'
import { podEndpoint } from '../src/engine/endpoint.ts'
import { CONFORMANCE } from '../src/engine/profile.ts'
import { parse } from '../src/parse/parse.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import { type Random, randomFrom } from '../tests/support/random.ts'

/** `W` workloads in W/20 namespaces with labels app (unique), tier, team and env. */
function workload(index: number, workloads: number): unknown {
  const labels = { app: `app-${index}`, tier: `t${index % 3}`, team: `m${index % 7}`, env: `e${index % 2}` }
  const ports = [{ name: 'http', containerPort: 8080 + (index % 2) }, { containerPort: 9090 }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `w${index}`, namespace: `n${index % Math.max(1, workloads / 20)}` },
    spec: {
      selector: { matchLabels: { app: labels.app } },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i', ports }] } },
    },
  }
}

function peer(random: Random, workloads: number): unknown {
  const pods = {
    matchLabels: random.chance(1, 2) ? { app: `app-${random.below(workloads)}` } : { tier: `t${random.below(3)}` },
  }
  const namespaces = { matchLabels: { env: `e${random.below(3)}` } }
  const network = `10.${random.below(4)}.${random.below(256)}`
  return [
    { podSelector: pods },
    { namespaceSelector: namespaces },
    { podSelector: pods, namespaceSelector: namespaces },
    { ipBlock: { cidr: `${network}.0/24`, except: [`${network}.0/28`] } },
  ][random.below(4)]
}

/** Half as many policies, with numbers, ranges and names for ports. */
function policy(random: Random, index: number, workloads: number): unknown {
  const port = (): unknown =>
    [{ port: 80 + random.below(20) }, { port: 8000, endPort: 8100 + random.below(900) }, { port: 'http' }][
      random.below(3)
    ]
  const rules = (peers: 'from' | 'to'): unknown[] =>
    random.times(1 + random.below(3), () => ({
      [peers]: random.times(1 + random.below(2), () => peer(random, workloads)),
      ports: random.times(1 + random.below(2), port),
    }))
  const subject = random.chance(1, 2) ? { tier: `t${random.below(3)}` } : { app: `app-${random.below(workloads)}` }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `p${index}`, namespace: `n${random.below(Math.max(1, workloads / 20))}` },
    spec: {
      podSelector: { matchLabels: subject },
      ingress: rules('from'),
      ...(random.chance(1, 2) && { egress: rules('to') }),
    },
  }
}

function manifests(workloads: number): string {
  const random = randomFrom(1)
  const namespaces = random.times(Math.max(1, workloads / 20), (i) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: `n${i}`, labels: { env: `e${i % 3}` } },
  }))
  const items = [
    ...namespaces,
    ...random.times(workloads, (i) => workload(i, workloads)),
    ...random.times(workloads / 2, (i) => policy(random, i, workloads)),
  ]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

/** Milliseconds of CPU time. */
function cpu<T>(act: () => T): [T, number] {
  const before = process.cpuUsage()
  const result = act()
  const { user, system } = process.cpuUsage(before)
  return [result, (user + system) / 1000]
}

function measure(workloads: number): number[] {
  const text = manifests(workloads)
  const [, json] = cpu(() => JSON.parse(text) as unknown)
  const [{ snapshot }, read] = cpu(() => parse([{ name: 'bench.json', text }]))
  const [engine, create] = cpu(() => createEngine(snapshot, CONFORMANCE))
  const [, pairs] = cpu(() => {
    const ends = podsOf(snapshot, 1).map(podEndpoint)
    for (const source of ends) for (const destination of ends) engine.reach(source, destination, 4)
  })
  return [json, read, create, pairs]
}

measure(100)
process.stdout.write('workloads/policies   JSON.parse   parse   engine   all pairs of pods\n')
for (const workloads of [200, 500, 1000, 2000]) {
  const rounds = Array.from({ length: 3 }, () => measure(workloads))
  const [json = 1, read, create, pairs] = rounds[0]!.map((_, i) =>
    Math.min(...rounds.map((round) => round[i] as number)),
  )
  const ratio = (ms: number | undefined): string => (ms! / json).toFixed(1)
  const all = `${ratio(pairs)} (${((pairs! * 1e6) / workloads ** 2).toFixed(0)} ns a pair)`
  process.stdout.write(
    `${workloads}/${workloads / 2}   ${json.toFixed(1)} ms   ${ratio(read)}   ${ratio(create)}   ${all}\n`,
  )
}
