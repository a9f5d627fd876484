// Inside: random clusters, each changed a few times in place; every cell asked of the kernel and of the engine.
// Arguments: first seed, clusters, changes of each. Prints one JSON line.
import { type Attempt, planAttempts } from '../../../src/analysis/truth-table.ts'
import { type Endpoint, formatEndpoint } from '../../../src/engine/endpoint.ts'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import { CONFORMANCE } from '../../../src/engine/profile.ts'
import { compileRuleset } from '../../../src/nft/compile.ts'
import { chunks, withTable } from '../../../src/nft/chunk.ts'
import { increment } from '../../../src/nft/increment.ts'
import { printRuleset } from '../../../src/nft/print.ts'
import type { Ruleset } from '../../../src/nft/ruleset.ts'
import { type Pod, qualifiedName, type Snapshot } from '../../../src/policy/snapshot.ts'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { planTopology, podInterfaces, type Topology } from '../../../src/sandbox/topology.ts'
import { hasConnection } from '../../../src/sets/connection-set.ts'
import { formatAddress } from '../../../src/sets/ip-address.ts'
import { enterOrExit } from '../../support/enter-or-exit.ts'
import { randomlyEdited, randomSnapshot } from '../../support/random-snapshots.ts'

await enterOrExit()

type Expected = 'Allowed' | 'Denied' | 'Depends'

function expectedOf(engine: Engine, { source, destination, address, protocol, port }: Attempt): Expected {
  const { allowed, depends } = engine.reach(source, destination, address.family)
  if (depends.some(({ connections }) => hasConnection(connections, protocol, port))) return 'Depends'
  return hasConnection(allowed, protocol, port) ? 'Allowed' : 'Denied'
}

interface Question {
  readonly attempt: Attempt
  readonly expected: Expected
}

/** Services: the answer is that of their pods, where all of them give the same one and the source is none of them. */
function serviceQuestions(engine: Engine, topology: Topology): Question[] {
  const sources = topology.pods.map(({ pod }) => pod)
  return topology.services.flatMap(({ service, pods }) =>
    service.ports.flatMap(({ port, protocol, targetPort }) =>
      service.clusterIPs.flatMap((address) =>
        sources.flatMap((from): Question[] => {
          const source: Endpoint = { kind: 'pod', pod: from }
          const answers = pods.flatMap((pod) => {
            const target =
              typeof targetPort === 'number'
                ? targetPort
                : pod.ports.find((each) => each.name === targetPort && each.protocol === protocol)?.port
            if (target === undefined) return []
            const destination: Endpoint = { kind: 'pod', pod }
            return expectedOf(engine, { source, destination, address, protocol, port: target })
          })
          const [expected] = answers
          const [first] = pods
          if (!expected || !first || pods.includes(from) || answers.some((each) => each !== expected)) return []
          const attempt = { source, destination: { kind: 'pod', pod: first }, address, protocol, port } as const
          return [{ attempt, expected }]
        }),
      ),
    ),
  )
}

function questionsOf(topology: Topology): Question[] {
  const engine = createEngine(topology.snapshot, CONFORMANCE)
  const ends: Endpoint[] = [
    ...topology.pods.map(({ pod }): Endpoint => ({ kind: 'pod', pod })),
    ...topology.outside.map(({ address }): Endpoint => ({ kind: 'outside', address })),
  ]
  const { attempts } = planAttempts(ends, topology.snapshot, { attempts: 2500, policyPorts: 4 })
  const direct = attempts.map((attempt) => ({ attempt, expected: expectedOf(engine, attempt) }))
  return [...direct, ...serviceQuestions(engine, topology)].filter(({ expected }) => expected !== 'Depends')
}

const [first = 1, clusters = 1, changes = 0] = process.argv.slice(2).map(Number)
const TABLES = ['moat', 'moat-next'] as const
let sandbox: Sandbox | undefined
let inForce: Ruleset | undefined
let cells = 0
const counts = { Allowed: 0, Denied: 0, services: 0 }
const wrong: string[] = []

async function enforce(topology: Topology, in_: Sandbox): Promise<void> {
  const table = inForce?.table.name ?? TABLES[0]
  const next = compileRuleset(topology.snapshot, { table, interfaces: podInterfaces(topology) })
  const change = inForce ? increment(inForce, next) : { ruleset: next, text: printRuleset(next) }
  const elsewhere = withTable(change.ruleset, table === TABLES[0] ? TABLES[1] : TABLES[0])
  const { transactions } = await in_.apply(change.text, { chunks: () => chunks(elsewhere, { replaces: table }) })
  inForce = transactions > 1 ? elsewhere : change.ruleset
}

/** Names are unique in the input, and a pod's number of ports stays small. */
function distinctPods(snapshot: Snapshot): Snapshot {
  const seen = new Map<string, Pod>()
  for (const pod of snapshot.pods) seen.set(qualifiedName(pod), pod)
  return { ...snapshot, pods: [...seen.values()] }
}

for (let seed = first; seed < first + clusters; seed++) {
  let snapshot = distinctPods(randomSnapshot(seed, { undeclaredNamespaces: seed % 3 === 0, policies: 1 + (seed % 8) }))
  for (let change = 0; change <= changes; change++) {
    if (change > 0) snapshot = distinctPods(randomlyEdited(snapshot, seed * 100 + change))
    const topology = planTopology(snapshot, sandbox && { previous: sandbox.topology, maxOutside: 6 })
    if (sandbox) await sandbox.update(topology)
    sandbox ??= await Sandbox.create(topology, { dns: false })
    await enforce(topology, sandbox)
    const questions = questionsOf(topology)
    const results = await sandbox.probe(questions.map(({ attempt }) => attempt))
    for (const [i, { attempt, expected }] of questions.entries()) {
      cells++
      if (expected !== 'Depends') counts[expected]++
      if (topology.services.some(({ service }) => service.clusterIPs.includes(attempt.address))) counts.services++
      const result = results[i]
      if (result?.observation === expected) continue
      const { source, destination, address, protocol, port } = attempt
      wrong.push(
        `seed ${seed} change ${change}: ${formatEndpoint(source)} -> ${formatEndpoint(destination)} ` +
          `${formatAddress(address)} ${protocol}/${port}: engine ${expected}, kernel ${result?.observation} ${result?.detail ?? ''}`,
      )
    }
  }
}
await sandbox?.stop()
process.stdout.write(`${JSON.stringify({ cells, ...counts, wrong: wrong.length, first: wrong.slice(0, 10) })}\n`)
