// Inside: two pods hold streams of a third; rules come that deny one of them, come back, and a ruleset takes another's
// place in chunks. Prints what each stream did, as one JSON line.
import { chunks, withTable } from '../../../src/nft/chunk.ts'
import { compileRuleset } from '../../../src/nft/compile.ts'
import { increment } from '../../../src/nft/increment.ts'
import { readLogPrefix } from '../../../src/nft/log-prefix.ts'
import { printRuleset } from '../../../src/nft/print.ts'
import type { NetworkPolicy } from '../../../src/policy/network-policy.ts'
import { type Address, formatAddress } from '../../../src/sets/ip-address.ts'
import type { FlowEvent } from '../../../src/sandbox/events.ts'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { LINK_PREFIX, planTopology } from '../../../src/sandbox/topology.ts'
import { pod, snapshot } from '../../support/cluster.ts'
import { enterOrExit } from '../../support/enter-or-exit.ts'
import { own, policy, rule } from '../../support/snapshots.ts'

await enterOrExit()

/** Sends every client a byte each hundredth of a second, whatever it does. */
const SERVER = `import socket, threading, time
def push(client):
    while True:
        client.sendall(b"x")
        time.sleep(0.01)
server = socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    client, _ = server.accept()
    threading.Thread(target=push, args=(client,), daemon=True).start()`

const CLIENT = `import socket, sys
stream = socket.create_connection((sys.argv[1], 8080))
while data := stream.recv(1):
    print("byte", flush=True)`

const topology = planTopology(
  snapshot([
    pod('a/server', { app: 'server' }),
    pod('a/friend', { app: 'friend' }),
    pod('a/stranger', { app: 'stranger' }),
  ]),
)
const [server, friend, stranger] = topology.pods.map((placed) => placed.pod)
if (!server || !friend || !stranger) throw new Error('no pods')
const links = topology.pods.map((placed) => [`a/${placed.pod.name}`, placed.link ?? ''] as const)
const options = { interfaces: { prefix: LINK_PREFIX, of: new Map(links) }, logAccepts: true }
const onlyFriend = policy('a/only-friend', { app: 'server' }, { ingress: [rule([own({ app: 'friend' })])] })
const under = (...networkPolicies: NetworkPolicy[]) =>
  compileRuleset({ ...topology.snapshot, networkPolicies }, options)

await using sandbox = await Sandbox.create(topology, { dns: false, accepted: true })
const events: FlowEvent[] = []
sandbox.listenTo({ flow: (event) => events.push(event) })

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const open = under()
await sandbox.apply(printRuleset(open))
let ready = false
await sandbox.spawn(server, ['python3', '-c', SERVER], { onLine: () => (ready = true) })
await until(() => ready)

const received = new Map<string, number>()
async function hold(client: typeof friend, address: Address): Promise<string> {
  const name = `${client?.name} v${address.family}`
  received.set(name, 0)
  const onLine = (): void => void received.set(name, (received.get(name) ?? 0) + 1)
  if (client) await sandbox.spawn(client, ['python3', '-c', CLIENT, formatAddress(address)], { onLine })
  await until(() => (received.get(name) ?? 0) > 0)
  return name
}
const friends: string[] = []
const strangers: string[] = []
for (const address of server.addresses) {
  friends.push(await hold(friend, address))
  strangers.push(await hold(stranger, address))
}
const counts = (names: readonly string[]): number[] => names.map((name) => received.get(name) ?? 0)

/** Until every friend has had this many bytes more. */
async function friendsGo(more: number): Promise<void> {
  const before = counts(friends)
  await until(() => counts(friends).every((count, i) => count >= (before[i] ?? 0) + more))
}

const moated = increment(open, under(onlyFriend))
await sandbox.apply(moated.text)
const prefixes = moated.ruleset.logPrefixes
const cuts = (): FlowEvent[] => events.filter(({ prefix }) => readLogPrefix(prefixes, prefix)?.verdict === 'cut')
await until(() => new Set(cuts().map(({ source, destination }) => source.family + destination.family)).size === 2)
// What the kernel had delivered before the cut may still be on its way to us.
let atCut: number[]
do {
  atCut = counts(strangers)
  await friendsGo(20)
} while (counts(strangers).join() !== atCut.join())
await friendsGo(60)
const strangersWhileCut = counts(strangers).map((count, i) => count - (atCut[i] ?? 0))

// The same ruleset in a table of its own, of another generation: looked at again, cut again, kept again.
const elsewhere = withTable(increment(moated.ruleset, under()).ruleset, 'moat-next')
for (const text of chunks(elsewhere, { replaces: 'moat' })) await sandbox.apply(text)
await until(() => counts(strangers).every((count, i) => count > (atCut[i] ?? 0)))
const resumed = counts(strangers)
await friendsGo(20)

const wire = cuts().map(
  ({ prefix, source, destination, sourcePort, destinationPort }) =>
    [
      readLogPrefix(prefixes, prefix),
      formatAddress(source),
      sourcePort === 8080,
      formatAddress(destination),
      destinationPort === 8080,
    ] as const,
)
process.stdout.write(
  `${JSON.stringify({
    cutsMade: moated.cuts,
    addresses: [server, friend, stranger].map(({ addresses }) => addresses.map(formatAddress)),
    cuts: wire,
    strangersWhileCut,
    resumed: resumed.every((count, i) => count > (atCut[i] ?? 0)),
    denied: events.filter(({ prefix }) => prefix.startsWith('moat:denied')).length,
  })}\n`,
)
