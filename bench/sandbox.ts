// What a sandbox costs, as CPU time of all its processes: `npx node bench/sandbox.ts`. One line for each step, with its
// ratio to what the step is best compared with; wall time only for orientation.
import { readFileSync, readdirSync } from 'node:fs'
import { inside } from '../src/sandbox/enter.ts'
import { monotonicMs, type Probe } from '../src/sandbox/probe.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { planTopology } from '../src/sandbox/topology.ts'
import { pod, snapshot } from '../tests/support/cluster.ts'
import { enterOrExit } from '../tests/support/enter-or-exit.ts'

/** User and system milliseconds of every process inside, and of those that have ended. Ids inside begin at 1. */
function cpu(): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const fields = stat
          .slice(stat.lastIndexOf(')') + 2)
          .split(' ')
          .slice(11, 15)
        return fields.map(Number).reduce((a, b) => a + b, 0) * 10
      } catch {
        return 0
      }
    })
    .reduce((a, b) => a + b, 0)
}

interface Cost {
  readonly cpuMs: number
  readonly wallMs: number
}

async function cost(step: () => Promise<unknown>): Promise<Cost> {
  const [cpuBefore, wallBefore] = [cpu(), monotonicMs()]
  await step()
  return { cpuMs: cpu() - cpuBefore, wallMs: monotonicMs() - wallBefore }
}

function row(name: string, { cpuMs, wallMs }: Cost, ratio = ''): void {
  const figures = `${cpuMs.toFixed(0).padStart(7)} ms cpu ${wallMs.toFixed(0).padStart(7)} ms wall`
  process.stdout.write(`  ${name.padEnd(48)} ${figures}  ${ratio}\n`)
}

function pods(count: number) {
  return Array.from({ length: count }, (_, i) => pod(`team/pod-${i}`, { app: `a${i}` }))
}

function probesOf(topology: ReturnType<typeof planTopology>, protocol: Probe['protocol']): Probe[] {
  const all = topology.pods.map((placed) => placed.pod).slice(0, 20)
  return all.flatMap((source) =>
    all.flatMap((destination) =>
      [80, 443, 8080, 9090].map((port): Probe => {
        const address = destination.addresses[port % 2]
        if (!address) throw new Error('no address')
        return {
          source: { kind: 'pod', pod: source },
          destination: { kind: 'pod', pod: destination },
          address,
          protocol,
          port,
        }
      }),
    ),
  )
}

const QUARTER = `table inet bench {
  chain forward {
    type filter hook forward priority 0; policy accept;
    ct state new meta l4proto { tcp, udp, sctp } th dport 443 log prefix "denied" group 1 queue-threshold 1 drop
  }
}
`

process.env['MOAT_BENCH_START'] ??= `${monotonicMs()}`
await enterOrExit()
process.stdout.write(
  `as ${inside()?.mode}, Node ${process.version}, kernel ${readFileSync('/proc/sys/kernel/osrelease', 'utf8')}`,
)
row('the program, until it runs inside', {
  cpuMs: cpu(),
  wallMs: monotonicMs() - Number(process.env['MOAT_BENCH_START']),
})
let ten: Cost | undefined
for (const count of [10, 100]) {
  let made: Sandbox | undefined
  const each = await cost(async () => {
    made = await Sandbox.create(planTopology(snapshot(pods(count))), { dns: false })
  })
  ten ??= each
  row(`${count} pods made`, each, `${(each.cpuMs / count).toFixed(1)} ms a pod`)
  row(`${count} pods removed`, await cost(async () => made?.stop()))
}
row(
  '10 pods with DNS made',
  await cost(async () => {
    const sandbox = await Sandbox.create(planTopology(snapshot(pods(10))))
    await sandbox.stop()
  }),
)
const sandbox = await Sandbox.create(planTopology(snapshot(pods(20))), { dns: false })
let open: Cost | undefined
for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) {
  const probes = probesOf(sandbox.topology, protocol)
  const each = await cost(() => sandbox.probe(probes))
  open ??= each
  row(`${probes.length} ${protocol} probes, all open`, each, `${(each.cpuMs / open.cpuMs).toFixed(2)} × TCP open`)
}
await sandbox.apply(QUARTER)
for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) {
  const probes = probesOf(sandbox.topology, protocol)
  const each = await cost(() => sandbox.probe(probes))
  row(
    `${probes.length} ${protocol} probes, a quarter denied`,
    each,
    `${(each.cpuMs / (open?.cpuMs ?? 1)).toFixed(2)} × TCP open`,
  )
}
await sandbox.stop()
