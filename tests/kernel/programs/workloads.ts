// Inside: programs in pods, names, Services through the compiled ruleset, a policy that cuts DNS; prints one JSON line.
import { compileRuleset } from '../../../src/nft/compile.ts'
import { printRuleset } from '../../../src/nft/print.ts'
import type { NetworkPolicy } from '../../../src/policy/network-policy.ts'
import type { Pod } from '../../../src/policy/snapshot.ts'
import { EVERYTHING } from '../../../src/policy/selector.ts'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { planTopology, podInterfaces } from '../../../src/sandbox/topology.ts'
import { COMMAND_ANNOTATION, type Exit, type SpawnOptions } from '../../../src/sandbox/workload.ts'
import { pod, service, snapshot } from '../../support/cluster.ts'
import { enterOrExit } from '../../support/enter-or-exit.ts'

await enterOrExit()

const SERVER = `require('http').createServer((request, reply) => reply.end(require('os').hostname())).listen(80, () => console.log('up'))`
const commanded = { ...pod('team/own', {}), annotations: new Map([[COMMAND_ANNOTATION, 'sleep 1000']]) }
const input = snapshot(
  [pod('team/client', { app: 'client' }), pod('team/server', { app: 'server' }), commanded],
  [service('team/web', { app: 'server' }, [8000, 80])],
)
const topology = planTopology(input)
const [client, server, own] = topology.pods.map((placed) => placed.pod)
if (!client || !server || !own) throw new Error('no pods')
await using sandbox = await Sandbox.create(topology)

async function enforce(networkPolicies: readonly NetworkPolicy[], generation: number): Promise<void> {
  const interfaces = podInterfaces(topology)
  const ruleset = compileRuleset({ ...topology.snapshot, networkPolicies }, { generation, interfaces })
  await sandbox.apply(printRuleset(ruleset))
}

interface Said extends Exit {
  readonly out: string
  readonly error: string
}

async function say(command: string, options: SpawnOptions = {}): Promise<Said> {
  const process = await sandbox.spawn(client as Pod, ['sh', '-c', command], options)
  const exit = await process.exited
  return { ...exit, out: process.stdout.trim(), error: process.stderr.trim() }
}

await enforce([], 1)
await new Promise<void>((resolve) => {
  const onLine = (line: string): void => {
    if (line === 'up') resolve()
  }
  void sandbox.spawn(server, [process.execPath, '-e', SERVER], { onLine })
})
const fetching = `${process.execPath} -e "fetch('http://web:8000').then((r) => r.text()).then(console.log)"`
const results = {
  hostname: await say('hostname'),
  capabilities: await say('grep -c "^Cap.*0000000000000000$" /proc/self/status'),
  greedy: await say('python3 -c "bytearray(1200 << 20)"', { memoryMiB: 1000 }),
  modest: await say(`${process.execPath} -e "console.log(Buffer.alloc(50 << 20).length)"`, { memoryMiB: 1000 }),
  link: await say('ip link set eth0 down'),
  short: await say('getent ahostsv4 web'),
  long: await say('getent ahostsv6 web.team.svc.cluster.local'),
  pod: await say('getent hosts 10-244-0-2.team.pod.cluster.local'),
  nobody: await say('getent hosts nobody.team'),
  service: await say(fetching),
  // Port 80 is the server's own, 81 is nobody's; in the pod with a command nobody may take any port.
  probes: await sandbox.probe(
    [server, own].flatMap((destination) =>
      (['TCP', 'UDP'] as const).flatMap((protocol) =>
        // One over IPv4, one over IPv6.
        [80, 81].map((port) => ({
          source: { kind: 'pod' as const, pod: client },
          destination: { kind: 'pod' as const, pod: destination },
          address: destination.addresses[port - 80] as (typeof own.addresses)[0],
          protocol,
          port,
        })),
      ),
    ),
  ),
  services: await sandbox.probe(
    topology.services[0]?.service.clusterIPs.map((address) => ({
      source: { kind: 'pod' as const, pod: client },
      destination: { kind: 'pod' as const, pod: server },
      address,
      protocol: 'TCP' as const,
      port: 8000,
    })) ?? [],
  ),
}
const isolated: NetworkPolicy = {
  namespace: 'team',
  name: 'nothing-out',
  subject: EVERYTHING,
  ingress: undefined,
  egress: [],
}
await enforce([isolated], 2)
const cut = await say('RES_OPTIONS="timeout:1 attempts:1" getent hosts web.team.svc.cluster.local.; echo $?')
const cutServices = await sandbox.probe(results.services.map(({ probe }) => probe))
const kept = Object.fromEntries(
  Object.entries(results).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(({ observation, detail }) => [observation, detail ?? '']) : value,
  ]),
)
process.stdout.write(
  `${JSON.stringify({ ...kept, cut, cutServices: cutServices.map(({ observation, detail }) => [observation, detail]) })}\n`,
)
