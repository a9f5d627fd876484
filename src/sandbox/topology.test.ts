// Topologies: every pod, Service and outside host gets its place, and keeps it.
import { describe, expect, it } from 'vitest'
import { pod, service, snapshot } from '../../tests/support/cluster.ts'
import type { Service, Workload } from '../policy/snapshot.ts'
import { formatAddress } from '../sets/ip-address.ts'
import { planTopology, podInterfaces } from './topology.ts'

const workload: Workload = {
  kind: 'Deployment',
  namespace: 'team',
  name: 'web',
  replicas: 3,
  template: { labels: new Map([['app', 'web']]), annotations: new Map(), ports: [], hostNetwork: false },
}

function places(topology: ReturnType<typeof planTopology>): Record<string, string> {
  return Object.fromEntries(
    topology.pods.map((placed) => [
      `${placed.pod.namespace}/${placed.pod.name}`,
      `${placed.netns ?? 'node'} ${placed.pod.addresses.map(formatAddress).join(' ')}`,
    ]),
  )
}

describe('planTopology', () => {
  it('gives every pod a namespace of its own and an address of each family', () => {
    expect(places(planTopology(snapshot([pod('a/one', {}), pod('b/two', {})])))).toEqual({
      'a/one': 'p1 10.244.0.1 fd00:244::1',
      'b/two': 'p2 10.244.0.2 fd00:244::2',
      'kube-system/kube-dns': 'p3 10.244.0.3 fd00:244::3',
    })
  })

  it('puts the same addresses into the snapshot that the engine and nft read', () => {
    const topology = planTopology(snapshot([pod('a/one', {})]))
    expect(topology.snapshot.pods).toEqual(topology.pods.map((placed) => placed.pod))
    expect(topology.snapshot.services).toEqual(topology.services.map((placed) => placed.service))
  })

  it('replaces addresses that the input had', () => {
    const old = { ...pod('a/one', {}), addresses: [{ family: 4 as const, value: 1 }] }
    expect(places(planTopology(snapshot([old])))['a/one']).toBe('p1 10.244.0.1 fd00:244::1')
  })

  it('expands workloads up to a limit and says what it left out', () => {
    const topology = planTopology({ ...snapshot([]), workloads: [workload] })
    expect(Object.keys(places(topology))).toEqual(['team/web-0', 'team/web-1', 'kube-system/kube-dns'])
    expect(topology.omitted).toEqual(['Deployment team/web runs 2 of its 3 replicas'])
    expect(topology.snapshot.workloads).toEqual([])
  })

  it('puts a hostNetwork pod on the node', () => {
    const topology = planTopology(snapshot([{ ...pod('a/agent', {}), hostNetwork: true }, pod('a/one', {})]))
    expect(places(topology)['a/agent']).toBe('node 192.168.244.1 fd00:192:168:244::1')
    expect(places(topology)['a/one']).toBe('p1 10.244.0.1 fd00:244::1')
    expect([...podInterfaces(topology).of]).toEqual([
      ['a/one', 'pod1'],
      ['kube-system/kube-dns', 'pod2'],
    ])
  })

  it('gives Services cluster addresses and finds their pods in their own namespace', () => {
    const pods = [pod('a/one', { app: 'x' }), pod('b/two', { app: 'x' })]
    const topology = planTopology(snapshot(pods, [service('a/x', { app: 'x' }, [80, 8080])]))
    const [x, dns] = topology.services
    expect(x?.service.clusterIPs.map(formatAddress)).toEqual(['10.96.0.20', 'fd00:96::14'])
    expect(x?.pods.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['a/one'])
    expect(dns?.service.clusterIPs.map(formatAddress)).toEqual(['10.96.0.10', 'fd00:96::a'])
    expect(dns?.pods.map(({ name }) => name)).toEqual(['kube-dns'])
  })

  it('leaves a headless Service without an address', () => {
    const headless = { ...service('a/x', {}, [80, 80]), headless: true }
    expect(planTopology(snapshot([], [headless])).services[0]?.service.clusterIPs).toEqual([])
  })

  it('uses the DNS pods of the input where it has them', () => {
    const own = pod('kube-system/coredns', { 'k8s-app': 'kube-dns' })
    const topology = planTopology(snapshot([own]))
    expect(Object.keys(places(topology))).toEqual(['kube-system/coredns'])
    expect(topology.dns.pod.name).toBe('coredns')
    const twice = planTopology(snapshot([own, pod('kube-system/coredns-2', { 'k8s-app': 'kube-dns' })]))
    expect(twice.dns.pods.map(({ name }) => name)).toEqual(['coredns', 'coredns-2'])
  })

  it('gives the DNS pod a name that no pod of the input has', () => {
    const names = ['kube-dns', 'kube-dns-sandbox', 'kube-dns-sandbox-2']
    const topology = planTopology(snapshot(names.map((name) => pod(`kube-system/${name}`, {}))))
    expect(topology.dns.pod.name).toBe('kube-dns-sandbox-3')
    expect(topology.dns.pods).toHaveLength(1)
  })

  it('sets aside a DNS Service through which no pod would get its names, and says so', () => {
    const ports = (target: number | string) =>
      (['UDP', 'TCP'] as const).map((protocol) => ({ port: 53, protocol, targetPort: target }))
    const labels = { 'k8s-app': 'kube-dns' }
    const own = { ...service('kube-system/kube-dns', labels, [53, 53]), ports: ports(53) }
    const dns = pod('kube-system/coredns', labels)
    const replaced = (one: Service): readonly string[] => planTopology(snapshot([dns], [one])).omitted
    expect(replaced(own)).toEqual([])
    for (const useless of [
      { ...own, headless: true },
      { ...own, selector: undefined },
      { ...own, ports: ports(1053) },
      { ...own, ports: ports('dns') },
      { ...own, ports: own.ports.slice(0, 1) },
      { ...service('kube-system/kube-dns', { app: 'none' }, [53, 53]), ports: ports(53) },
    ]) {
      const { omitted, services } = planTopology(snapshot([dns], [useless]))
      expect(omitted).toEqual([expect.stringContaining('Service kube-system/kube-dns would give no pod its names')])
      expect(services.map((each) => each.pods.map(({ name }) => name))).toEqual([['coredns']])
    }
  })

  it('declares kube-system unless the input does', () => {
    const added = planTopology(snapshot([])).snapshot.namespaces.get('kube-system')
    expect([added?.declared, [...(added?.labels ?? [])]]).toEqual([
      true,
      [['kubernetes.io/metadata.name', 'kube-system']],
    ])
    const own = { name: 'kube-system', labels: new Map([['a', 'b']]), declared: true }
    const input = { ...snapshot([]), namespaces: new Map([['kube-system', own]]) }
    expect(planTopology(input).snapshot.namespaces.get('kube-system')).toBe(own)
  })

  it('keeps every place that is still wanted when the input changes', () => {
    const before = planTopology(
      snapshot([pod('a/one', {}), pod('a/two', {})], [service('a/x', {}, [80, 80]), service('a/y', {}, [80, 80])]),
    )
    const after = planTopology(
      snapshot([pod('a/new', {}), pod('a/two', {})], [service('a/z', {}, [80, 80]), service('a/y', {}, [80, 80])]),
      { previous: before },
    )
    expect(places(after)).toEqual({
      'a/new': 'p1 10.244.0.1 fd00:244::1',
      'a/two': 'p2 10.244.0.2 fd00:244::2',
      'kube-system/kube-dns': 'p3 10.244.0.3 fd00:244::3',
    })
    expect(after.services.map((placed) => placed.service.clusterIPs.map(formatAddress)[0])).toEqual([
      '10.96.0.20',
      '10.96.0.21',
      '10.96.0.10',
    ])
  })
})
