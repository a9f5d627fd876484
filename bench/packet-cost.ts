// What rules cost each packet, as ratios to no rules: `npx node bench/packet-cost.ts` (MOAT_BENCH_FAMILY=6: over IPv6). Two
// pods and their node are network namespaces; the rules are those of 100 pods and 200 policies, and the pods those with the
// most policies between them.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { compileRuleset } from '../src/nft/compile.ts'
import { interpret } from '../src/nft/interpret.ts'
import { printRuleset } from '../src/nft/print.ts'
import type { NftTable } from '../src/nft/ruleset.ts'
import { type Pod, qualifiedName } from '../src/policy/snapshot.ts'
import { type Address, formatAddress } from '../src/sets/ip-address.ts'
import { run } from './children.ts'
import { largeCluster } from './clusters.ts'

const FAMILY = process.env['MOAT_BENCH_FAMILY'] === '6' ? 6 : 4
const ROUNDS = Number(process.env['MOAT_BENCH_ROUNDS'] ?? 7)
const KINDS = [
  { name: 'UDP packet', kind: 'udp', count: 64_000 },
  { name: 'TCP round trip', kind: 'tcp', count: 20_000 },
  { name: 'connect and close', kind: 'connect', count: 3_000 },
] as const

const snapshot = largeCluster({ pods: 100, policies: 200 })
const table = compileRuleset(snapshot).table

function policies(table: NftTable, direction: string, pod: Pod): number {
  const chain = table.chains.get(`pod-${direction}/${qualifiedName(pod)}`)
  return chain?.rules.filter(({ statements }) => statements[0]?.do === 'jump').length ?? 0
}

function addressOf(pod: Pod): Address {
  return pod.addresses.find(({ family }) => family === FAMILY) as Address
}

/** Two isolated pods, and a port that both protocols may use between them, with as many policies as there are. */
function worstPair(): { source: Pod; destination: Pod; port: number } {
  const pairs = snapshot.pods
    .flatMap((source) => snapshot.pods.map((destination) => ({ source, destination })))
    .map((pair) => {
      const [egress, ingress] = [policies(table, 'egress', pair.source), policies(table, 'ingress', pair.destination)]
      return { ...pair, cost: egress * ingress === 0 || pair.source === pair.destination ? 0 : egress + ingress }
    })
    .sort((a, b) => b.cost - a.cost)
  for (const { source, destination } of pairs) {
    const ends = { source: addressOf(source), destination: addressOf(destination) }
    const port = [53, 80, 443, 8080, 9000, 9090].find((port) =>
      (['TCP', 'UDP'] as const).every((protocol) => interpret(table, { ...ends, protocol, port }).verdict === 'accept'),
    )
    if (port !== undefined) return { source, destination, port }
  }
  throw new Error('no pair of isolated pods may talk')
}

const { source, destination, port } = worstPair()
const from = formatAddress(addressOf(source))
const to = formatAddress(addressOf(destination))

function must(said: string | undefined): void {
  if (said !== undefined) throw new Error(said)
}

/** Node and pods as the sandbox joins them: a routed link each, nothing bridged. */
function connectPods(): void {
  const [bits, gateway, any] = FAMILY === 4 ? [32, '169.254.1.1', '0.0.0.0/0'] : [128, 'fe80::1', '::/0']
  const link = (name: string, address: string, mac: string): string => `
ip netns add ${name}
ip link add v-${name} address 02:00:00:00:01:${mac} type veth peer name eth0 address 02:00:00:00:02:${mac} netns ${name}
ip link set v-${name} addrgenmode none up
ip route add ${address}/${bits} dev v-${name}
ip neigh replace ${address} lladdr 02:00:00:00:02:${mac} dev v-${name} nud permanent
ip -n ${name} link set lo up
ip -n ${name} link set eth0 addrgenmode none up
ip -n ${name} address add ${address}/${bits} dev eth0 ${FAMILY === 6 ? 'nodad' : ''}
ip -n ${name} route add ${gateway}/${bits} dev eth0
ip -n ${name} route add ${any} via ${gateway} dev eth0
ip -n ${name} neigh replace ${gateway} lladdr 02:00:00:00:01:${mac} dev eth0 nud permanent
`
  const script = `set -e
mount -t tmpfs none /run
mkdir /run/netns
ip link set lo up
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
${link('a', from, '0a')}${link('b', to, '0b')}`
  must(run(['sh', '-c', script]))
}

const interfaces = {
  prefix: 'v-',
  of: new Map([
    [qualifiedName(source), 'v-a'],
    [qualifiedName(destination), 'v-b'],
  ]),
}
const conntrack = `add table inet moat
delete table inet moat
table inet moat { chain c { type filter hook forward priority 0; policy accept; ct state invalid drop; }; }
`
const setups: readonly (readonly [string, string])[] = [
  ['no rules', 'add table inet moat\ndelete table inet moat\n'],
  ['conntrack only', conntrack],
  ['policies', printRuleset(compileRuleset(snapshot))],
  ['policies, own addresses only', printRuleset(compileRuleset(snapshot, { interfaces }))],
  ['the same, accepts logged', printRuleset(compileRuleset(snapshot, { interfaces, logAccepts: true }))],
]

function nanoseconds(kind: string, count: number): number {
  const traffic = ['python3', join(import.meta.dirname, 'traffic.py'), kind, 'a', 'b', to, `${port}`, `${count}`]
  const { status, stdout, stderr } = spawnSync(traffic[0] as string, traffic.slice(1), { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
}

function measure(): void {
  connectPods()
  const counts = [policies(table, 'egress', source), policies(table, 'ingress', destination)]
  process.stdout.write(
    `${counts[0]} egress and ${counts[1]} ingress policies on the way, port ${port}, ${ROUNDS} rounds\n`,
  )
  for (const { name, kind, count } of KINDS) {
    const seen = setups.map((): number[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, [, text]] of setups.entries()) {
        must(run(['nft', '-f', '-'], text))
        seen[i]?.push(nanoseconds(kind, count))
      }
    }
    process.stdout.write(`${name}\n`)
    const [base] = seen as [number[]]
    for (const [i, [setup]] of setups.entries()) {
      const here = seen[i] as number[]
      const least = Math.min(...here) / Math.min(...base)
      const middle = median(here.map((ns, round) => ns / (base[round] as number)))
      const ns = `${Math.round(Math.min(...here))} ns`.padStart(10)
      process.stdout.write(`  ${setup.padEnd(32)}${ns}  ×${least.toFixed(2)}  (median ×${middle.toFixed(2)})\n`)
    }
  }
}

if (process.env['MOAT_BENCH_INSIDE'] !== undefined) measure()
else {
  const flags = process.getuid?.() === 0 ? ['-nm'] : ['-Unm', '--map-current-user', '--keep-caps']
  const self = [process.execPath, ...process.execArgv, import.meta.filename]
  spawnSync('unshare', [...flags, ...self], { stdio: 'inherit', env: { ...process.env, MOAT_BENCH_INSIDE: '1' } })
}
