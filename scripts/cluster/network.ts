// The network of one cluster: namespaces without a name, held by processes, joined by cables that never exist on the host.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { lastWords, running, start } from './processes.ts'

export interface Machine {
  readonly name: string
  /** On the bridge that joins the machines. */
  readonly address: string
}

export interface NodeMachine extends Machine {
  readonly podCidr: string
}

export const CONTROL_PLANE: Machine = { name: 'control-plane', address: '10.200.0.1' }
export const NODES: readonly [NodeMachine, NodeMachine] = [
  { name: 'node1', address: '10.200.0.11', podCidr: '10.244.0.0/24' },
  { name: 'node2', address: '10.200.0.12', podCidr: '10.244.1.0/24' },
]
/** The world outside of the cluster: addresses of ranges reserved for documentation. */
export const OUTSIDE: Machine = { name: 'outside', address: '10.200.0.20' }
export const OUTSIDE_ADDRESSES = ['203.0.113.10', '198.51.100.10'] as const
const OUTSIDE_CIDRS = ['203.0.113.0/24', '198.51.100.0/24'] as const

const MACHINES: readonly Machine[] = [CONTROL_PLANE, ...NODES, OUTSIDE]

/** What kubelet would set for the whole host, as files of our own over those of /proc/sys: it finds them as it wants them. */
const KERNEL_SETTINGS = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
} as const

/**
 * A node's first process. Folders that its programs would share with the host are its own: /run with CNI's namespaces and the
 * locks of iptables, /var/lib with kubelet's mounts, /var/log. All mounts and processes end with it.
 */
const NODE_INIT = `set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/containerd
mount -t tmpfs tmpfs /var/lib
mkdir -p /var/lib/kubelet
mount --bind "$1/kubelet" /var/lib/kubelet
mount -t tmpfs tmpfs /var/log
cd "$1/sysctl"
for file in */* */*/*; do [ ! -f "$file" ] || [ ! -f "/proc/sys/$file" ] || mount --bind "$file" "/proc/sys/$file"; done
cd /
mount --make-rshared /
echo ready >"$1/holder-ready"
sleep infinity & wait $!`

export function machineFolder(folder: string, machine: Machine): string {
  return join(folder, machine.name)
}

function holder(machine: Machine): string {
  return `holder-${machine.name}`
}

/** The process whose namespaces are the machine's; a node's is the child that `unshare` forked into a new PID namespace. */
export function holderPid(folder: string, machine: Machine): number {
  const pid = running(folder, holder(machine))?.pid
  if (pid === undefined) throw new Error(`${machine.name} is gone: ${lastWords(folder, holder(machine))}`)
  if (!('podCidr' in machine)) return pid
  const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
  if (!child) throw new Error(`${machine.name} is not there yet`)
  return child
}

/** In front of a command: it runs on that machine's network and, on a node, with its mounts and processes. */
export function on(folder: string, machine: Machine): readonly string[] {
  const pid = String(holderPid(folder, machine))
  if (!('podCidr' in machine)) return ['nsenter', '-t', pid, '--net', '--']
  return ['nsenter', '-t', pid, '--net', '--mount', '--pid', '--', 'setpriv', '--pdeathsig', 'KILL']
}

async function held(folder: string, machine: Machine): Promise<void> {
  const own = machineFolder(folder, machine)
  mkdirSync(join(own, 'kubelet'), { recursive: true })
  if ('podCidr' in machine) {
    for (const [path, value] of Object.entries(KERNEL_SETTINGS)) {
      const file = join(own, 'sysctl', path)
      mkdirSync(join(file, '..'), { recursive: true })
      writeFileSync(file, `${value}\n`)
    }
    const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
    start(folder, { name: holder(machine), command: 'unshare', args: [...flags, 'sh', '-c', NODE_INIT, 'sh', own] })
  } else start(folder, { name: holder(machine), command: 'unshare', args: ['--net', 'sleep', 'infinity'] })
  const limit = Date.now() + 20_000
  const host = readlinkSync('/proc/self/ns/net')
  for (;;) {
    const pid = running(folder, holder(machine))?.pid
    if (pid === undefined) throw new Error(`${machine.name} ended: ${lastWords(folder, holder(machine))}`)
    const ready =
      'podCidr' in machine ? existsSync(join(own, 'holder-ready')) : readlinkSync(`/proc/${pid}/ns/net`) !== host
    if (ready) return
    if (Date.now() > limit) throw new Error(`${machine.name} is not ready: ${lastWords(folder, holder(machine))}`)
    await delay(20)
  }
}

/** Runs a script of `sh` on a machine's network; throws with its words when it fails. */
export function runOn(folder: string, machine: Machine, script: string): void {
  const pid = String(holderPid(folder, machine))
  const { status, stderr } = spawnSync('nsenter', ['-t', pid, '--net', '--', 'sh', '-e', '-c', script], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${machine.name}: ${stderr.trim()}`)
}

export async function startNetwork(folder: string): Promise<void> {
  await Promise.all(MACHINES.map((machine) => held(folder, machine)))
  const { address } = CONTROL_PLANE
  runOn(
    folder,
    CONTROL_PLANE,
    `ip link set lo up; ip link add br0 type bridge; ip addr add ${address}/24 dev br0; ip link set br0 up`,
  )
  for (const machine of MACHINES.slice(1)) {
    const own = String(holderPid(folder, machine))
    const ends = [
      'netns',
      own,
      'type',
      'veth',
      'peer',
      'name',
      machine.name,
      'netns',
      String(holderPid(folder, CONTROL_PLANE)),
    ]
    execFileSync('ip', ['link', 'add', 'eth0', ...ends])
    runOn(folder, CONTROL_PLANE, `ip link set ${machine.name} master br0; ip link set ${machine.name} up`)
    runOn(folder, machine, `ip link set lo up; ip addr add ${machine.address}/24 dev eth0; ip link set eth0 up`)
  }
  for (const machine of MACHINES) {
    const pods = NODES.filter((node) => node !== machine).map(
      (node) => `ip route add ${node.podCidr} via ${node.address}`,
    )
    const world =
      machine === OUTSIDE
        ? OUTSIDE_ADDRESSES.map((one) => `ip addr add ${one}/32 dev lo`)
        : OUTSIDE_CIDRS.map((cidr) => `ip route add ${cidr} via ${OUTSIDE.address}`)
    // Programs refuse to start without a default route; nothing is behind this one.
    const fallback = machine === OUTSIDE ? [] : [`ip route add default via ${OUTSIDE.address}`]
    runOn(folder, machine, ['echo 1 >/proc/sys/net/ipv4/ip_forward', ...pods, ...world, ...fallback].join('\n'))
  }
}
