// Inside: probes while a pod sends denied packets as fast as it can, so that the kernel's log overflows; `drop` or `reject`.
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import type { Probe } from '../../../src/sandbox/probe.ts'
import { planTopology } from '../../../src/sandbox/topology.ts'
import { pod, snapshot } from '../../support/cluster.ts'
import { enterOrExit } from '../../support/enter-or-exit.ts'

await enterOrExit()

const FLOOD = `import socket
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("flooding", flush=True)
while True:
    try:
        one.sendto(b"x", ("10.244.0.2", 9999))
    except OSError:
        pass`

const topology = planTopology(snapshot(Array.from({ length: 8 }, (_, i) => pod(`a/p${i}`, {}))))
await using sandbox = await Sandbox.create(topology, { dns: false, accepted: true })
const skipped = { count: 0 }
sandbox.listenTo({ loss: ({ count }) => (skipped.count += count) })
await sandbox.apply(`table inet test {
  chain refuse {
    meta l4proto tcp reject with tcp reset
    reject
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
    ct state established,related accept
    meta l4proto { tcp, udp } th dport { 80, 9999 } log prefix "denied" group 1 queue-threshold 1 ${process.argv[2] === 'reject' ? 'jump refuse' : 'drop'}
    ct state new log prefix "accepted" group 2 queue-threshold 1 accept
  }
}
`)
const pods = topology.pods.map((placed) => placed.pod).slice(0, 8)
const probes = pods.flatMap((source) =>
  pods
    .filter((destination) => destination !== source)
    .flatMap((destination) =>
      destination.addresses.flatMap((address) =>
        [80, 8080].flatMap((port) =>
          (['TCP', 'UDP'] as const).map((protocol): Probe => {
            return {
              source: { kind: 'pod', pod: source },
              destination: { kind: 'pod', pod: destination },
              address,
              protocol,
              port,
            }
          }),
        ),
      ),
    ),
)
await new Promise<void>((resolve) => {
  void sandbox.spawn(pods[0] as (typeof pods)[0], ['python3', '-c', FLOOD], { onLine: () => resolve() })
})
const counts: Record<string, number> = {}
// Until the log has shown more than it can pass on: only then was there a flood.
for (let rounds = 0; rounds < 3 || (skipped.count === 0 && rounds < 200); rounds++) {
  for (const { probe, observation } of await sandbox.probe(probes)) {
    const key = `${probe.port === 80 ? 'denied' : 'open'} port ${observation}`
    counts[key] = (counts[key] ?? 0) + 1
  }
}
process.stdout.write(`${JSON.stringify({ counts, flooded: skipped.count > 0 })}\n`)
