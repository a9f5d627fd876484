// The names of the cluster: what DNS answers for each, and the files through which programs find it.
import type { Pod } from '../policy/snapshot.ts'
import { formatAddress } from '../sets/ip-address.ts'
import type { Topology } from './topology.ts'

export const CLUSTER_DOMAIN = 'cluster.local'

/** Lower-case names without a final dot, each with its addresses as text. */
export type Zone = Readonly<Record<string, readonly string[]>>

/** `10-244-0-1.team.pod.cluster.local`. */
function podName(pod: Pod, address: string): string {
  return `${address.replaceAll(/[.:]/g, '-')}.${pod.namespace}.pod.${CLUSTER_DOMAIN}`
}

/** Every name that has addresses: Services (headless ones by their pods), StatefulSet members, pods by address. */
export function zoneOf(topology: Topology): Zone {
  const zone: Record<string, string[]> = {}
  const add = (name: string, addresses: readonly string[]): void => {
    const key = name.toLowerCase()
    zone[key] = [...(zone[key] ?? []), ...addresses]
  }
  for (const { service, pods } of topology.services) {
    const name = `${service.name}.${service.namespace}.svc.${CLUSTER_DOMAIN}`
    add(name, service.clusterIPs.map(formatAddress))
    if (!service.headless) continue
    for (const pod of pods) {
      const addresses = pod.addresses.map(formatAddress)
      add(name, addresses)
      if (pod.owner?.kind === 'StatefulSet') add(`${pod.name}.${name}`, addresses)
    }
  }
  for (const { pod } of topology.pods) {
    for (const address of pod.addresses.map(formatAddress)) add(podName(pod, address), [address])
  }
  return zone
}

/** As the kubelet writes it with `dnsPolicy: ClusterFirst`. */
export function resolvConf(topology: Topology, pod: Pod): string {
  const search = [`${pod.namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN]
  return [
    `search ${search.join(' ')}`,
    ...topology.dns.addresses.map((address) => `nameserver ${formatAddress(address)}`),
    'options ndots:5',
    '',
  ].join('\n')
}

export function hostsFile(pod: Pod): string {
  const own = pod.addresses.map((address) => `${formatAddress(address)}\t${pod.name}`)
  return ['127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost ip6-loopback', ...own, ''].join('\n')
}

/** Names come from hosts and DNS only: the machine's own resolvers must not answer for the cluster. */
export const NSSWITCH = ['passwd: files', 'group: files', 'hosts: files dns', ''].join('\n')
