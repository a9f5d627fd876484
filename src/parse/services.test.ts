import { describe, expect, it } from 'vitest'
import { found, read, sound } from '../../tests/support/manifests.ts'
import { formatSelector } from '../policy/selector.ts'
import type { Service } from '../policy/snapshot.ts'
import { formatAddress } from '../sets/ip-address.ts'

const text = (spec: string) => `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: ${spec}\n`
const service = (spec: string) => sound(text(spec)).services[0] as Service

describe('a Service', () => {
  it('has ports that lead to pod ports, by default of the same number', () => {
    expect(
      service(
        '{ports: [{name: a, port: 80}, {name: b, port: 81, targetPort: http, protocol: UDP}, {name: c, port: 82, targetPort: 8082}]}',
      ).ports,
    ).toEqual([
      { name: 'a', port: 80, protocol: 'TCP', targetPort: 80 },
      { name: 'b', port: 81, protocol: 'UDP', targetPort: 'http' },
      { name: 'c', port: 82, protocol: 'TCP', targetPort: 8082 },
    ])
    expect(service('{ports: [{port: 80, targetPort: 0}]}').ports).toMatchObject([{ targetPort: 80 }])
    expect(service('{ports: [{port: 80, targetPort: ""}]}').ports).toMatchObject([{ targetPort: 80 }])
  })

  it('selects by labels; an empty selector selects nothing', () => {
    const { selector } = service('{selector: {app: web, tier: ""}, ports: [{port: 80}]}')
    expect(selector && formatSelector(selector)).toBe('app=web,tier=')
    expect(service('{selector: {}, ports: [{port: 80}]}').selector).toBeUndefined()
    expect(service('{ports: [{port: 80}]}').selector).toBeUndefined()
    expect(found(text('{selector: {app: 1}, ports: [{port: 80}]}'))).toEqual(['error wrong-type 4:24'])
    expect(found(text('{selector: {matchLabels: {app: web}}, ports: [{port: 80}]}'))).toEqual(['error wrong-type 4:32'])
  })

  it('has at most one cluster address of each family, or none when headless', () => {
    const dual = service('{clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1, "fd00::1"], ports: [{port: 80}]}')
    expect([dual.headless, dual.clusterIPs.map(formatAddress)]).toEqual([false, ['10.96.0.1', 'fd00::1']])
    expect(service('{clusterIP: 10.96.0.1, ports: [{port: 80}]}').clusterIPs.map(formatAddress)).toEqual(['10.96.0.1'])
    expect(service('{clusterIP: "", ports: [{port: 80}]}')).toMatchObject({ headless: false, clusterIPs: [] })
    expect(service('{clusterIP: None}')).toMatchObject({ headless: true, clusterIPs: [], ports: [] })
    expect(service('{clusterIP: None, clusterIPs: [None]}')).toMatchObject({ headless: true, clusterIPs: [] })
    expect(found(text('{clusterIPs: [None, 10.96.0.1], ports: [{port: 80}]}'))).toEqual(['error invalid-address 4:27'])
    expect(found(text('{clusterIP: 10.96, ports: [{port: 80}]}'))).toEqual(['error wrong-type 4:19'])
    expect(found(text('{clusterIP: none, ports: [{port: 80}]}'))).toEqual(['error invalid-address 4:19'])
  })

  it('of type ExternalName is a name without address: it is skipped', () => {
    const { snapshot, skipped } = read(text('{type: ExternalName, externalName: example.com}'))
    expect(snapshot.services).toEqual([])
    expect(skipped).toMatchObject([{ kind: 'Service', name: 'web' }])
  })

  it('needs ports, and names when there are several', () => {
    expect(found(text('{selector: {app: web}}'))).toEqual(['error missing-field 4:1'])
    expect(found(text('{ports: [{port: 80, name: a}, {port: 81}]}'))).toEqual(['error missing-field 4:37'])
    expect(found(text('{ports: [{targetPort: 80}]}'))).toEqual(['error missing-field 4:16'])
    expect(found(text('{ports: [{port: 80, targetport: 81}]}'))).toEqual(['error unknown-field 4:27'])
    expect(found(text('{ports: [{port: 80, targetPort: "8080"}]}'))).toEqual(['error invalid-port 4:39'])
    expect(found(text('{type: Clusterip, ports: [{port: 80}]}'))).toEqual(['error unknown-value 4:14'])
  })
})

describe('a way in from outside', () => {
  it('is a type, or external addresses, with who may come and what the pod sees', () => {
    expect(service('{type: ClusterIP, ports: [{port: 80}]}').outside).toBeUndefined()
    expect(service('{type: NodePort, ports: [{port: 80, nodePort: 30080}]}').outside).toEqual({
      type: 'NodePort',
      trafficPolicy: 'Cluster',
      sourceRanges: [],
      externalIPs: [],
    })
    const balanced = service(
      '{type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerSourceRanges: [192.0.2.0/24], ports: [{port: 80}]}',
    )
    expect(balanced.outside).toMatchObject({
      type: 'LoadBalancer',
      trafficPolicy: 'Local',
      sourceRanges: [{ prefix: 24 }],
    })
    expect(service('{externalIPs: [192.0.2.1], ports: [{port: 80}]}').outside).toMatchObject({ type: 'ClusterIP' })
    expect(found(text('{type: LoadBalancer, loadBalancerSourceRanges: [a], ports: [{port: 80}]}'))).toEqual([
      'error invalid-cidr 4:55',
    ])
    expect(found(text('{type: NodePort, externalTrafficPolicy: local, ports: [{port: 80}]}'))).toEqual([
      'error unknown-value 4:47',
    ])
  })
})
