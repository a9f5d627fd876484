// Inside: a large cluster whose ruleset does not fit into one rootless transaction, loaded twice; a sample of its cells
// asked of the kernel and of the engine. Arguments: pods, policies. Prints one JSON line.
import { spread } from '../../../src/analysis/truth-table.ts'
import type { Endpoint } from '../../../src/engine/endpoint.ts'
import { createEngine } from '../../../src/engine/engine.ts'
import { CONFORMANCE } from '../../../src/engine/profile.ts'
import { chunks, withTable } from '../../../src/nft/chunk.ts'
import { compileRuleset } from '../../../src/nft/compile.ts'
import { printRuleset } from '../../../src/nft/print.ts'
import { must } from '../../../src/sandbox/exec.ts'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { planTopology, podInterfaces } from '../../../src/sandbox/topology.ts'
import { hasConnection } from '../../../src/sets/connection-set.ts'
import { largeCluster } from '../../../bench/clusters.ts'
import { enterOrExit } from '../../support/enter-or-exit.ts'

await enterOrExit()

const [pods = 100, policies = 200] = process.argv.slice(2).map(Number)
const topology = planTopology(largeCluster({ pods, policies }))
await using sandbox = await Sandbox.create(topology, { dns: false })
const ruleset = compileRuleset(topology.snapshot, { interfaces: podInterfaces(topology) })
const next = withTable(ruleset, 'moat-next')
const first = await sandbox.apply(printRuleset(ruleset), { chunks: () => chunks(ruleset) })
const second = await sandbox.apply(`${printRuleset(next)}\ndelete table inet moat\n`, {
  chunks: () => chunks(next, { replaces: 'moat' }),
})
const tables = (await must(['nft', 'list', 'tables'])).trim()
const engine = createEngine(topology.snapshot, CONFORMANCE)
const ends = topology.pods.map(({ pod }) => pod)
const all = ends.flatMap((source) =>
  ends.flatMap((destination) =>
    destination.addresses.flatMap((address) =>
      [80, 8080, 4444].map((port) => ({
        source: { kind: 'pod', pod: source } as Endpoint,
        destination: { kind: 'pod', pod: destination } as Endpoint,
        address,
        protocol: 'TCP' as const,
        port,
      })),
    ),
  ),
)
const attempts = spread(all, 4000)
const results = await sandbox.probe(attempts)
const counts = { agree: 0, differ: 0, Allowed: 0, Denied: 0 }
for (const { probe, observation } of results) {
  const { allowed, depends } = engine.reach(probe.source, probe.destination, probe.address.family)
  if (depends.some(({ connections }) => hasConnection(connections, probe.protocol, probe.port))) continue
  const expected = hasConnection(allowed, probe.protocol, probe.port) ? 'Allowed' : 'Denied'
  counts[expected]++
  counts[observation === expected ? 'agree' : 'differ']++
}
process.stdout.write(
  `${JSON.stringify({ transactions: [first.transactions, second.transactions], tables, ...counts })}\n`,
)
