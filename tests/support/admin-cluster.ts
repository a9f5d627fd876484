// A small cluster for tests of the admin APIs: three pods, one of a namespace without an object, one on the host network.
import type { Action, ClusterNetworkPolicy, ClusterPeer, ClusterRule } from '../../src/policy/cluster-network-policy.ts'
import type { NetworkPolicy } from '../../src/policy/network-policy.ts'
import { EVERYTHING, type Selector } from '../../src/policy/selector.ts'
import { EMPTY_SNAPSHOT, type Namespace, type Pod, type Snapshot } from '../../src/policy/snapshot.ts'
import { formatConnections } from '../../src/sets/connection-set.ts'
import { type Address, type Cidr, parseAddress, parseCidr } from '../../src/sets/ip-address.ts'
import type { Reach } from '../../src/engine/reach.ts'

export function labelled(key: string, value: string): Selector {
  return { requirements: [{ key, operator: 'In', values: [value] }] }
}

export function pod(name: string, namespace: string, more: Partial<Pod> = {}): Pod {
  const labels = new Map([['app', name]])
  return { name, namespace, labels, annotations: new Map(), ports: [], hostNetwork: false, addresses: [], ...more }
}

export function at(...texts: string[]): Pick<Pod, 'addresses'> {
  return { addresses: texts.map((text) => parseAddress(text) as Address) }
}

export function namespace(name: string, env: string, declared = true): [string, Namespace] {
  const labels = new Map([['kubernetes.io/metadata.name', name], ...(declared ? [['env', env] as const] : [])])
  return [name, { name, labels, declared }]
}

export const everybody: ClusterPeer = { kind: 'pods', namespaces: EVERYTHING, pods: EVERYTHING }

export function from(env: string): ClusterPeer {
  return { kind: 'pods', namespaces: labelled('env', env), pods: EVERYTHING }
}

export function networks(...cidrs: string[]): ClusterPeer {
  return { kind: 'networks', cidrs: cidrs.map((text) => parseCidr(text) as Cidr) }
}

export function rule(action: Action, peers: readonly ClusterPeer[], ports: ClusterRule['ports'] = 'any'): ClusterRule {
  return { name: '', action, peers, ports }
}

export function port(number: number): ClusterRule['ports'] {
  return [{ kind: 'range', protocol: 'TCP', first: number, last: number }]
}

export function policy(name: string, more: Partial<ClusterNetworkPolicy>): ClusterNetworkPolicy {
  const subject = { namespaces: EVERYTHING, pods: EVERYTHING }
  return { kind: 'ClusterNetworkPolicy', name, tier: 'admin', priority: 10, subject, ingress: [], egress: [], ...more }
}

/** A NetworkPolicy that admits one port to all pods of its namespace. */
export function admits(first: number, inNamespace: string): NetworkPolicy {
  const ports = [{ kind: 'range', protocol: 'TCP', first, last: first }] as const
  return {
    namespace: inNamespace,
    name: 'np',
    subject: EVERYTHING,
    ingress: [{ peers: 'any', ports }],
    egress: undefined,
  }
}

export function format({ allowed, depends }: Reach): string {
  const open = depends.map(({ connections, reason }) => `${formatConnections(connections)} if ${reason}`)
  return [formatConnections(allowed), ...open].join(', ')
}

export const web = pod('web', 'shop', {
  ...at('10.0.0.1', 'fd00::1'),
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
})
export const db = pod('db', 'data', at('10.0.0.2'))
export const far = pod('far', 'gone', at('10.0.0.3'))
export const host = pod('host', 'shop', { ...at('192.168.0.1'), hostNetwork: true, nodeName: 'n1' })

export const BASE: Snapshot = {
  ...EMPTY_SNAPSHOT,
  namespaces: new Map([namespace('shop', 'prod'), namespace('data', 'dev'), namespace('gone', '', false)]),
  pods: [web, db, far, host],
}
