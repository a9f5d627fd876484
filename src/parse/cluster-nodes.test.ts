import { expect, it } from 'vitest'
import { found, sound } from '../../tests/support/manifests.ts'
import { formatAddress } from '../sets/ip-address.ts'

const NODE = `apiVersion: v1
kind: Node
metadata:
  name: n1
  labels: {kubernetes.io/hostname: n1, pool: gpu}
  managedFields: [{manager: kubelet}]
spec: {podCIDR: 10.244.0.0/24, podCIDRs: [10.244.0.0/24], providerID: x, taints: [{key: a, effect: NoSchedule}]}
status:
  addresses:
  - {type: InternalIP, address: 192.168.0.1}
  - {type: InternalIP, address: "fd00::1"}
  - {type: ExternalIP, address: 203.0.113.1}
  - {type: Hostname, address: n1}
  - {type: InternalDNS, address: n1.example}
  allocatable: {cpu: "4"}
  nodeInfo: {kubeletVersion: v1.34.0}
`

it('a node has its labels, and its addresses but not its host names', () => {
  const { nodes, namespaces } = sound(NODE)
  expect(nodes).toMatchObject([
    {
      name: 'n1',
      labels: new Map([
        ['kubernetes.io/hostname', 'n1'],
        ['pool', 'gpu'],
      ]),
    },
  ])
  expect(nodes[0]?.addresses.map(formatAddress)).toEqual(['192.168.0.1', 'fd00::1', '203.0.113.1'])
  expect(namespaces.size).toBe(0)
})

it('a node without addresses is one whose addresses are not known', () => {
  expect(sound('apiVersion: v1\nkind: Node\nmetadata: {name: n1}').nodes).toMatchObject([{ addresses: [] }])
})

it('a node twice, or with an address that is none, is refused', () => {
  expect(found(`${NODE}---\n${NODE}`)).toEqual(['error duplicate-object 21:9'])
  expect(found(NODE.replace('192.168.0.1', '192.168.0'))).toEqual(['error invalid-address 10:33'])
})
