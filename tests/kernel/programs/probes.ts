// Inside: probes of every protocol and family, with everything open, then with rules that deny some; prints one JSON line.
import { formatAddress } from '../../../src/sets/ip-address.ts'
import { inside } from '../../../src/sandbox/enter.ts'
import type { FlowEvent } from '../../../src/sandbox/events.ts'
import { monotonicMs, type Probe } from '../../../src/sandbox/probe.ts'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { planTopology } from '../../../src/sandbox/topology.ts'
import { enterOrExit } from '../../support/enter-or-exit.ts'
import { pod, snapshot } from '../../support/cluster.ts'

await enterOrExit()

const RULES = `
table inet test {
  chain forward {
    type filter hook forward priority 0; policy accept;
    ct state established,related accept
    ip daddr 10.244.0.2 tcp dport 8080 log prefix "tcp4" group 1 queue-threshold 1 drop
    ip6 daddr fd00:244::2 udp dport 5353 log prefix "udp6" group 1 queue-threshold 1 drop
    ip6 daddr fd00:244::2 sctp dport 9999 log prefix "sctp6" group 1 queue-threshold 1 drop
    ip daddr 198.51.100.7 log prefix "outside" group 1 queue-threshold 1 drop
    ip saddr 169.254.169.254 log prefix "inward" group 1 queue-threshold 1 drop
    ip daddr 10.244.0.2 udp dport 7777 drop
  }
}`

const DIAL = `import socket
one = socket.socket()
one.settimeout(0.2)
one.connect_ex(("10.244.0.2", 8080))`

const topology = planTopology(snapshot([pod('a/one', { app: 'one' }), pod('a/two', { app: 'two' })]))
await using sandbox = await Sandbox.create(topology, { dns: false, accepted: true })
const flows: FlowEvent[] = []
sandbox.listenTo({ flow: (event) => flows.push(event) })
const [one, two] = topology.pods.map((placed) => placed.pod)
if (!one || !two) throw new Error('no pods')
const probes: Probe[] = []
for (const address of two.addresses) {
  for (const [protocol, port] of [
    ['TCP', 8080],
    ['UDP', 5353],
    ['SCTP', 9999],
  ] as const) {
    probes.push({ source: { kind: 'pod', pod: one }, destination: { kind: 'pod', pod: two }, address, protocol, port })
  }
}
for (const host of topology.outside) {
  const end = { kind: 'outside', address: host.address } as const
  for (const protocol of ['TCP', 'UDP'] as const) {
    probes.push({ source: { kind: 'pod', pod: one }, destination: end, address: host.address, protocol, port: 443 })
  }
  const address = one.addresses.find((each) => each.family === host.address.family)
  if (address) probes.push({ source: end, destination: { kind: 'pod', pod: one }, address, protocol: 'TCP', port: 80 })
}
const silent: Probe = {
  source: { kind: 'pod', pod: one },
  destination: { kind: 'pod', pod: two },
  address: two.addresses[0] as Probe['address'],
  protocol: 'UDP',
  port: 7777,
}
const open = await sandbox.probe([...probes, silent])
const commit = await sandbox.apply(RULES)
const ruled = await sandbox.probe([...probes, silent])
const cells = ruled.map(({ probe, observation, detail, atMs }, index) => ({
  cell: [
    probe.source.kind === 'pod' ? probe.source.pod.name : formatAddress(probe.source.address),
    formatAddress(probe.address),
    `${probe.protocol}/${probe.port}`,
  ].join(' '),
  open: open[index]?.observation,
  ruled: observation,
  // Evidence in the second round is from after the commit was begun and before now: one clock for kernel and program.
  inTime: atMs === undefined || (atMs >= commit.startMs && atMs <= monotonicMs()),
  detail,
}))
// A program of a pod, not a probe: its denial comes as an event.
const dialled = await sandbox.spawn(one, ['python3', '-c', DIAL])
await dialled.exited
const seen = (): FlowEvent | undefined => flows.find((event) => event.prefix === 'tcp4')
while (!seen()) await new Promise((resolve) => setTimeout(resolve, 10))
const event = seen()
const flow = event && {
  ...event,
  source: formatAddress(event.source),
  destination: formatAddress(event.destination),
  sourcePort: event.sourcePort > 0,
  atMs: event.atMs > commit.endMs && event.atMs <= monotonicMs(),
}
process.stdout.write(`${JSON.stringify({ mode: inside()?.mode, transactions: commit.transactions, cells, flow })}\n`)
