// The reference oracle's reading of addresses: of blocks, of pods, and of nodes.
import { BlockList } from 'node:net'
import { rawNodes, type RawCluster, type RawNode, type RawPod, type RawSelector } from '../support/raw-objects.ts'
import { mayBeSelected, selects } from './labels.ts'
import { ask, namespaceOf, onHostNetwork, type Packet, type ReferenceEnd, type World } from './world.ts'

/** Ranges that no pod and no node has an address of. */
const NOBODY = ['0.0.0.0/32', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '::/127', 'fe80::/10', 'ff00::/8']

export function inBlock(cidr: string, address: string): boolean {
  const [network, prefix] = cidr.split('/') as [string, string]
  if (network.includes(':') !== address.includes(':')) return false
  const kind = address.includes(':') ? 'ipv6' : 'ipv4'
  const known = BLOCKS.get(cidr)
  const list = known ?? new BlockList()
  if (!known) list.addSubnet(network, Number(prefix), kind)
  BLOCKS.set(cidr, list)
  return list.check(address, kind)
}

const BLOCKS = new Map<string, BlockList>()

function within(inner: string, outer: string): boolean {
  const [network, prefix] = inner.split('/') as [string, string]
  return Number(prefix) >= Number(outer.split('/')[1]) && inBlock(outer, network)
}

const isNobody = (cidr: string): boolean => NOBODY.some((none) => within(cidr, none))

/** Every block written in the cluster. */
function blocksOf(cluster: RawCluster): readonly string[] {
  const written = WRITTEN.get(cluster) ?? [
    ...new Set(JSON.stringify(cluster.objects).match(/(?<=")[0-9a-f.:]+\/\d+(?=")/g)),
  ]
  WRITTEN.set(cluster, written)
  return written
}

const WRITTEN = new WeakMap<RawCluster, readonly string[]>()

/** Addresses: `cidr` but not those of `except`. */
export interface Block {
  readonly cidr: string
  readonly except?: readonly string[] | null
}

/**
 * Whether one of the blocks holds the address that the pod has in the packet's family. Blocks lie inside each other or
 * apart, so of an unknown address it is enough to ask for the smallest block that holds it.
 */
export function holdsPod(blocks: readonly Block[], pod: RawPod, world: World & Pick<Packet, 'family'>): boolean {
  const { family } = world
  const all = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
  const six = family === 6
  const holds = (inside: (cidr: string) => boolean) =>
    blocks.some(({ cidr, except }) => inside(cidr) && !(except ?? []).some(inside))
  if (all.length > 0)
    return all.filter((ip) => ip.includes(':') === six).some((ip) => holds((cidr) => inBlock(cidr, ip)))
  if (world.questions === 'matches') {
    const mine = blocks.filter(({ cidr }) => cidr.includes(':') === six && !isNobody(cidr))
    const whole = mine.some(({ cidr, except }) => cidr.endsWith('/0') && (except ?? []).every(isNobody))
    return whole || mine.some(() => world.reading.pick(undefined, [false, true]))
  }
  const own = blocksOf(world.cluster).filter((cidr) => cidr.includes(':') === six)
  const possible = own.filter((cidr) => !isNobody(cidr))
  const smallest = ask(world, `IPv${family} address of ${namespaceOf(pod)}/${pod.metadata.name}`, [
    ...(own.some((cidr) => cidr.endsWith('/0')) ? [] : [undefined]),
    ...possible,
  ])
  return smallest !== undefined && holds((cidr) => within(smallest, cidr))
}

/** Whether the end is a node that the selector matches; a pod on the host network is its node. */
export function selectsNode(selector: RawSelector, end: ReferenceEnd, world: World): boolean {
  const nodes = rawNodes(world.cluster)
  if ('pod' in end) {
    if (!onHostNetwork(end.pod)) return false
    const name = end.pod.spec.nodeName
    const node = nodes.find(({ metadata }) => metadata.name === name)
    if (node) return selects(selector, { ...node.metadata.labels })
    return mayBeSelected(selector, { name: `node ${name ?? `of ${end.pod.metadata.name}`}`, known: {} }, world)
  }
  const known = nodes.find((node) => addressesOf(node).includes(end.address))
  if (known) return selects(selector, { ...known.metadata.labels })
  if (NOBODY.some((none) => inBlock(none, end.address))) return false
  if (nodes.length === 0) {
    const isNode = ask(world, `is ${end.address} a node`, [false, true])
    return isNode && mayBeSelected(selector, { name: `node at ${end.address}`, known: {} }, world)
  }
  const silent = nodes.filter((node) => addressesOf(node).length === 0)
  const node = silent.length === 0 ? undefined : ask(world, `node at ${end.address}`, [undefined, ...silent])
  return node !== undefined && selects(selector, { ...node.metadata.labels })
}

function addressesOf(node: RawNode): string[] {
  const listed = node.status?.addresses ?? []
  return listed.filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP').map(({ address }) => address)
}
