// Peers, ports and rules of a policy as manifests write them, for one end and some connections.
import type { Endpoint } from '../engine/endpoint.ts'
import type { PolicySide } from './side.ts'
import { NAMESPACE_NAME_LABEL, type Pod, type Snapshot } from '../policy/snapshot.ts'
import { everyPod } from '../analysis/subjects.ts'
import type { YamlObject } from '../render/yaml.ts'
import { ALL_CONNECTIONS, type ConnectionSet, equalConnections, PROTOCOLS } from '../sets/connection-set.ts'
import { intervals } from '../sets/interval-set.ts'
import { parseCidr } from '../sets/ip-address.ts'
import {
  coverByCidrs,
  intersectAddresses,
  type IpSet,
  ipSetOf,
  noAddresses,
  subtractAddresses,
} from '../sets/ip-set.ts'

/** Labels that controllers make, whose values nobody can know beforehand or that name one pod only. */
const MADE =
  /^(pod-template-hash|controller-revision-hash|controller-uid|.*\/controller-uid|statefulset\.kubernetes\.io\/.*|apps\.kubernetes\.io\/pod-index|.*job-name|pod-template-generation)$/

/** Labels by which people tell workloads apart, the most telling first. */
const TELLING = ['app.kubernetes.io/name', 'app', 'k8s-app', 'name', 'app.kubernetes.io/instance', 'run']

function ownerKey({ namespace, name, owner }: Pod): string {
  return owner ? `${namespace} ${owner.kind} ${owner.name}` : `${namespace} pod ${name}`
}

/** The fewest labels that select the pod's workload and, where labels can tell, nothing else of its namespace. */
export function labelsFor(pod: Pod, snapshot: Snapshot): Readonly<Record<string, string>> {
  const own = [...pod.labels].filter(([key]) => !MADE.test(key))
  const rank = ([key]: readonly [string, string]): number => (TELLING.includes(key) ? TELLING.indexOf(key) : 99)
  const others = everyPod(snapshot).filter(
    (other) => other.namespace === pod.namespace && ownerKey(other) !== ownerKey(pod),
  )
  const telling = own
    .toSorted((a, b) => rank(a) - rank(b))
    .find(([key, value]) => others.every(({ labels }) => labels.get(key) !== value))
  return Object.fromEntries(telling ? [telling] : own)
}

/** The element of `from` or `to` for an end; `undefined` where no selector means it. */
export function peerFor(end: Endpoint, side: PolicySide): YamlObject | undefined {
  if (end.kind === 'outside') return side.block === undefined ? undefined : { ipBlock: { cidr: side.block } }
  if (end.pod.hostNetwork) return undefined // S33
  const podSelector = selectorFor(end.pod, side.snapshot)
  if (end.pod.namespace === side.namespace) return { podSelector }
  return { namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: end.pod.namespace } }, podSelector }
}

/** More blocks than these are no small edit. */
const MOST_BLOCKS = 24

/** Every address of a family but those that are not in the set; nothing where it has none of the family. */
function blockWithExcept(whole: string, addresses: IpSet): YamlObject[] | undefined {
  const cidr = parseCidr(whole)
  if (!cidr) return []
  const all = ipSetOf(cidr)
  if (noAddresses(intersectAddresses(all, addresses))) return []
  const except = coverByCidrs(subtractAddresses(all, addresses))
  if (except.length > MOST_BLOCKS) return undefined
  return [{ ipBlock: { cidr: whole, ...(except.length > 0 && { except }) } }]
}

/** The elements that together mean an end; more than one for addresses that no one block holds, such as the internet. */
function peersFor(end: Endpoint, side: PolicySide): readonly YamlObject[] | undefined {
  const peer = peerFor(end, side)
  if (peer) return [peer]
  if (end.kind !== 'outside' || !side.addresses) return undefined
  const [four, six] = [blockWithExcept('0.0.0.0/0', side.addresses), blockWithExcept('::/0', side.addresses)]
  return four && six ? [...four, ...six] : undefined
}

/** A selector for a pod's workload. */
export function selectorFor(pod: Pod, snapshot: Snapshot): YamlObject {
  const labels = labelsFor(pod, snapshot)
  return Object.keys(labels).length === 0 ? {} : { matchLabels: labels }
}

/** More ports than these are no small edit. */
const MOST_PORTS = 4

/** The entries of `ports`; empty for all connections, `undefined` for too many. */
export function portsFor(set: ConnectionSet, spelled = false): readonly YamlObject[] | undefined {
  if (equalConnections(set, ALL_CONNECTIONS)) return []
  const entries = PROTOCOLS.flatMap((protocol) =>
    intervals(set[protocol]).map(([start, end]): YamlObject => {
      const named = protocol === 'TCP' && !spelled ? {} : { protocol }
      if (start === 1 && end === 65_536) return { protocol }
      return end === start + 1 ? { port: start, ...named } : { port: start, endPort: end - 1, ...named }
    }),
  )
  return entries.length > MOST_PORTS ? undefined : entries
}

/** A rule that lets an end through; `undefined` where none can. */
export function ruleFor(end: Endpoint, set: ConnectionSet, side: PolicySide): YamlObject | undefined {
  const [peers, ports] = [peersFor(end, side), portsFor(set)]
  if (!peers || !ports) return undefined
  return { [side.direction === 'ingress' ? 'from' : 'to']: peers, ...(ports.length > 0 && { ports }) }
}
