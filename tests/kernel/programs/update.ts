// Inside: pods come and go while others go on; prints one JSON line.
import { readdirSync } from 'node:fs'
import type { Pod } from '../../../src/policy/snapshot.ts'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { planTopology } from '../../../src/sandbox/topology.ts'
import type { PodProcess } from '../../../src/sandbox/workload.ts'
import { pod, snapshot } from '../../support/cluster.ts'
import { enterOrExit } from '../../support/enter-or-exit.ts'

await enterOrExit()

const before = planTopology(snapshot([pod('a/stays', {}), pod('a/goes', {})]))
await using sandbox = await Sandbox.create(before)

function find(name: string): Pod {
  const placed = sandbox.topology.pods.find((each) => each.pod.name === name)
  if (!placed) throw new Error(`no ${name}`)
  return placed.pod
}

async function reaches(from: string, to: string): Promise<string[]> {
  const probes = find(to).addresses.map((address) => ({
    source: { kind: 'pod' as const, pod: find(from) },
    destination: { kind: 'pod' as const, pod: find(to) },
    address,
    protocol: 'TCP' as const,
    port: 80,
  }))
  return (await sandbox.probe(probes)).map(({ observation }) => observation)
}

function processes(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length
}

async function lookUp(name: string): Promise<number | null> {
  // Straight to the DNS pod: there is no ruleset here, so no cluster address.
  const { addresses } = sandbox.topology.dns.pod
  const resolv = addresses.map((each) => (each.family === 4 ? `10.244.0.${each.value % 256}` : '')).join('')
  const program = `const r = new (require('dns').Resolver)(); r.setServers(['${resolv}']); r.resolve4('${name}', (e) => process.exit(e ? 1 : 0))`
  const child: PodProcess = await sandbox.spawn(find('stays'), [process.execPath, '-e', program])
  return (await child.exited).code
}

const staying = await sandbox.spawn(find('stays'), ['sleep', '1000'])
const going = await sandbox.spawn(find('goes'), ['sh', '-c', 'setsid sleep 1000 & sleep 1000'])
const first = { open: await reaches('stays', 'goes'), name: await lookUp('10-244-0-2.a.pod.cluster.local') }
const processesBefore = processes()
await sandbox.update(planTopology(snapshot([pod('a/stays', {}), pod('b/comes', {})]), { previous: before }))
const gone = await going.exited
const second = {
  open: await reaches('stays', 'comes'),
  name: await lookUp('10-244-0-2.b.pod.cluster.local'),
  oldName: await lookUp('10-244-0-2.a.pod.cluster.local'),
}
// The namespace that was made again has the same name: nothing of the old pod may be left in it.
const processesAfter = processes()
const own = pod('kube-system/coredns', { 'k8s-app': 'kube-dns' })
await sandbox.update(planTopology(snapshot([pod('a/stays', {}), own]), { previous: sandbox.topology }))
const third = { dns: sandbox.topology.dns.pod.name, name: await lookUp('10-244-0-1.a.pod.cluster.local') }
await sandbox.update(planTopology(snapshot([pod('a/stays', {})]), { previous: sandbox.topology }))
const fourth = { dns: sandbox.topology.dns.pod.name, name: await lookUp('10-244-0-1.a.pod.cluster.local') }
const still = await Promise.race([staying.exited, Promise.resolve('running')])
process.stdout.write(
  `${JSON.stringify({ first, gone, second, third, fourth, still, ended: processesBefore - processesAfter })}\n`,
)
