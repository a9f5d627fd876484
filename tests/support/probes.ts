// Where the answers of a cluster can change: the ports and outside addresses that are worth asking about.
import { type RawCluster, rawClusterPolicies, rawPods, rawPolicies } from './raw-objects.ts'

/** Every port number that occurs, with its neighbours, and both ends of the range; ascending. */
export function boundaryPorts(cluster: RawCluster): number[] {
  const rules = rawPolicies(cluster).flatMap(({ spec }) => [...(spec.ingress ?? []), ...(spec.egress ?? [])])
  const written = rules.flatMap(({ ports }) => (ports ?? []).flatMap(({ port, endPort }) => [port, endPort]))
  const admin = rawClusterPolicies(cluster).flatMap(({ spec }) => [...(spec.ingress ?? []), ...(spec.egress ?? [])])
  const inAdmin = admin.flatMap(({ ports, protocols }) => numbersIn([ports, protocols]))
  const served = rawPods(cluster).flatMap(({ spec }) => spec.containers.flatMap(({ ports }) => ports ?? []))
  const numbers = [...written, ...inAdmin, ...served.map(({ containerPort }) => containerPort)].filter(
    (p) => typeof p === 'number',
  )
  const around = [1, 65_535, ...numbers.flatMap((port) => [port - 1, port, port + 1])]
  return [...new Set(around)].filter((port) => port >= 1 && port <= 65_535).sort((a, b) => a - b)
}

/** Every number anywhere in a JSON value. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : []
}

/**
 * Outside addresses at both borders of every ipBlock of random-cluster.ts, and far from all of them. None is the
 * address of a pod.
 */
export const OUTSIDE_ADDRESSES: readonly string[] = [
  '0.0.0.0',
  '9.255.255.255',
  '10.0.0.0',
  '10.0.0.200',
  '10.127.255.255',
  '10.128.0.0',
  '11.0.0.0',
  '127.255.255.255',
  '128.0.0.0',
  '169.254.169.254',
  '198.51.100.127',
  '198.51.100.128',
  '198.51.100.255',
  '203.0.112.255',
  '203.0.113.0',
  '203.0.113.63',
  '203.0.113.64',
  '203.0.113.127',
  '203.0.113.128',
  '203.0.113.254',
  '203.0.113.255',
  '203.0.114.0',
  '255.255.255.255',
  '::',
  '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001:db8::',
  '2001:db8:0:ffff::',
  '2001:db8:1::',
  '2001:db8:1:ffff:ffff:ffff:ffff:ffff',
  '2001:db8:2::',
  '2001:db8:8000::',
  '2001:db8:ffff::1',
  '2001:db9::',
  'fcff::1',
  'fd00::',
  'fd00::ffff',
  'fd00:1::',
  'fd01::',
  'fe80::1',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
]
