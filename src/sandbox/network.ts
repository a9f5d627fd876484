// The sandbox's network: the node is this process's own namespace, each pod hangs on a link of its own, all routed.
import { writeFile } from 'node:fs/promises'
import { type Address, formatAddress, formatCidr } from '../sets/ip-address.ts'
import { GATEWAYS, SERVICE_BLOCKS } from './address-plan.ts'
import { must, run } from './exec.ts'
import { LINK_PREFIX, type PlacedPod, type Topology } from './topology.ts'

/** The namespace of everything outside the cluster, and the node's link to it. */
export const OUTSIDE = { netns: 'outside', link: 'outside', number: 0xffff } as const

/** All links of the sandbox, so that they can go at once: one after the other takes the kernel much longer. */
const LINK_GROUP = 7

interface Place {
  readonly netns: string
  readonly link: string
  /** Distinguishes the link's hardware addresses. */
  readonly number: number
  readonly addresses: readonly Address[]
}

function placeOf(placed: PlacedPod): Place[] {
  if (placed.netns === undefined || placed.link === undefined) return []
  const number = Number(placed.link.slice(LINK_PREFIX.length))
  return [{ netns: placed.netns, link: placed.link, number, addresses: placed.pod.addresses }]
}

function hardware(side: 'node' | 'pod', number: number): string {
  const hex = number.toString(16).padStart(4, '0')
  return `02:00:00:${side === 'node' ? '01' : '02'}:${hex.slice(0, 2)}:${hex.slice(2)}`
}

function prefixed(address: Address): string {
  return `${formatAddress(address)}/${address.family === 4 ? 32 : 128}`
}

/** `ip -batch` lines for the node's end: the link and, of a pod, the routes to it. */
function nodeLines({ netns, link, number, addresses }: Place): string[] {
  const node = hardware('node', number)
  const pod = hardware('pod', number)
  const lines = [
    `link add ${link} address ${node} type veth peer name eth0 address ${pod} netns ${netns}`,
    `link set ${link} group ${LINK_GROUP} addrgenmode none up`,
  ]
  if (netns === OUTSIDE.netns) return lines
  for (const address of addresses) {
    lines.push(
      `route add ${prefixed(address)} dev ${link}`,
      `neigh replace ${formatAddress(address)} lladdr ${pod} dev ${link} nud permanent`,
    )
  }
  return lines
}

/** `ip -batch` lines inside the namespace: its addresses and the way out. No neighbour is ever asked for. */
function podLines({ number, addresses }: Place): string[] {
  const node = hardware('node', number)
  return [
    'link set lo up',
    'link set eth0 addrgenmode none up',
    ...addresses.map((address) => `addr add ${prefixed(address)} dev eth0${address.family === 6 ? ' nodad' : ''}`),
    ...GATEWAYS.map((gateway) => `neigh replace ${formatAddress(gateway)} lladdr ${node} dev eth0 nud permanent`),
    'route add 169.254.1.1 dev eth0 scope link',
    'route add default via 169.254.1.1 dev eth0',
    'route add ::/0 via fe80::1 dev eth0',
  ]
}

/** The node's route to the world, over the outside link. */
function outwardLines(): string[] {
  const world = hardware('pod', OUTSIDE.number)
  return [
    ...['169.254.1.1', 'fe80::1'].map(
      (gateway) => `neigh replace ${gateway} lladdr ${world} dev ${OUTSIDE.link} nud permanent`,
    ),
    `route add 169.254.1.1 dev ${OUTSIDE.link} scope link`,
    `route add default via 169.254.1.1 dev ${OUTSIDE.link}`,
    `route add ::/0 via fe80::1 dev ${OUTSIDE.link}`,
  ]
}

/** What is to be done inside new namespaces before they get addresses. */
export type Prepare = (names: readonly string[]) => Promise<void>

/** Many namespaces in few processes: the node's part is one batch, the pods' parts run under one shell. */
async function make(places: readonly Place[], prepare: Prepare, after: readonly string[] = []): Promise<void> {
  await must(['ip', '-batch', '-'], places.map(({ netns }) => `netns add ${netns}\n`).join(''))
  await prepare(places.map(({ netns }) => netns))
  await must(['ip', '-batch', '-'], [...places.flatMap(nodeLines), ...after].map((line) => `${line}\n`).join(''))
  const script = places.map(
    (place) => `ip -n ${place.netns} -batch - <<'END' || exit 1\n${podLines(place).join('\n')}\nEND\n`,
  )
  await must(['sh', '-s'], script.join(''))
}

async function setNode(name: string, value: string): Promise<void> {
  await writeFile(`/proc/sys/net/${name}`, value)
}

/** Forwarding on, nothing filtered by reverse path, ports below 1024 for everyone. */
async function configureNode(topology: Topology): Promise<void> {
  await setNode('ipv4/ip_forward', '1')
  await setNode('ipv6/conf/all/disable_ipv6', '0')
  await setNode('ipv6/conf/all/forwarding', '1')
  await setNode('ipv4/conf/all/rp_filter', '0')
  await setNode('ipv4/conf/default/rp_filter', '0')
  await setNode('ipv4/ip_unprivileged_port_start', '0')
  const [v4] = topology.node
  const lines = [
    'link set lo up',
    ...topology.node.map((address) => `addr replace ${prefixed(address)} dev lo`),
    // A local process that dials a Service reaches the output hook, where its address is translated.
    ...SERVICE_BLOCKS.map((block) =>
      block.address.family === 4 && v4
        ? `route replace ${formatCidr(block)} dev lo src ${formatAddress(v4)}`
        : `route replace ${formatCidr(block)} dev lo`,
    ),
  ]
  await must(['ip', '-batch', '-'], lines.map((line) => `${line}\n`).join(''))
}

/**
 * A flow that was cut must not be taken up again in mid-stream by connection tracking.
 * The setting exists once the kernel has loaded connection tracking, so it is tried again after the first ruleset.
 */
export async function refuseLooseFlows(): Promise<boolean> {
  try {
    await setNode('netfilter/nf_conntrack_tcp_loose', '0')
    return true
  } catch {
    return false
  }
}

function outsidePlace(topology: Topology): Place {
  return { ...OUTSIDE, addresses: topology.outside.map(({ address }) => address) }
}

/** The whole network of a topology, in namespaces that hold nothing yet. */
export async function createNetwork(topology: Topology, prepare: Prepare): Promise<void> {
  await configureNode(topology)
  await make([...topology.pods.flatMap(placeOf), outsidePlace(topology)], prepare, outwardLines())
}

/** Two topologies to go between. */
export interface Change {
  readonly before: Topology
  readonly after: Topology
}

/** From one topology to the next: only what differs is touched. Callers end the processes of pods that go. */
export async function changeNetwork({ before, after }: Change, prepare: Prepare): Promise<void> {
  const key = (place: Place): string => [place.netns, ...place.addresses.map(formatAddress)].join(' ')
  const had = new Map(before.pods.flatMap(placeOf).map((place) => [key(place), place]))
  const has = new Map(after.pods.flatMap(placeOf).map((place) => [key(place), place]))
  const gone = [...had].flatMap(([name, place]) => (has.has(name) ? [] : place))
  if (gone.length > 0) {
    const lines = gone.flatMap(({ netns, link }) => [`link del ${link}`, `netns del ${netns}`])
    await must(['ip', '-batch', '-'], lines.map((line) => `${line}\n`).join(''))
  }
  const fresh = [...has].flatMap(([name, place]) => (had.has(name) ? [] : place))
  if (fresh.length > 0) await make(fresh, prepare)
  const known = new Set(before.outside.map(({ address }) => formatAddress(address)))
  const wanted = new Set(after.outside.map(({ address }) => formatAddress(address)))
  const lines = [
    ...before.outside
      .filter(({ address }) => !wanted.has(formatAddress(address)))
      .map((host) => ['del', host] as const),
    ...after.outside.filter(({ address }) => !known.has(formatAddress(address))).map((host) => ['add', host] as const),
  ].map(([verb, { address }]) => {
    const nodad = verb === 'add' && address.family === 6 ? ' nodad' : ''
    return `addr ${verb} ${prefixed(address)} dev eth0${nodad}\n`
  })
  if (lines.length > 0) await must(['ip', '-n', OUTSIDE.netns, '-batch', '-'], lines.join(''))
}

/** Ends every namespace that still is there, and every rule; what is not there is no error. */
export async function removeNetwork(topology: Topology): Promise<void> {
  const places = [...topology.pods.flatMap(placeOf), outsidePlace(topology)]
  const lines = [`link del group ${LINK_GROUP}`, ...places.map(({ netns }) => `netns del ${netns}`)]
  await run(['ip', '-force', '-batch', '-'], lines.map((line) => `${line}\n`).join(''))
  await run(['nft', 'flush', 'ruleset'])
}
