// Routes and Services that the outside can reach lead to pods and pod ports.
import { describe, expect, it } from 'vitest'
import { sound } from '../../tests/support/manifests.ts'
import { podsOf } from '../policy/endpoints.ts'
import { routeName } from '../policy/route.ts'
import { qualifiedName } from '../policy/snapshot.ts'
import { entrancesOf } from './entrances.ts'

const BASE = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: odd, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, ports: [{name: http, containerPort: 9090}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports:
  - {name: named, port: 80, targetPort: http}
  - {name: numbered, port: 81, targetPort: 8080}
  - {name: udp, port: 80, targetPort: dns, protocol: UDP}
---
apiVersion: v1
kind: Service
metadata: {name: headless, namespace: shop}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 7000}]}
`

const object = (type: readonly [string, string], spec: string, namespace = 'shop') =>
  `---\napiVersion: ${type[0]}\nkind: ${type[1]}\nmetadata: {name: r, namespace: ${namespace}}\nspec: ${spec}\n`
const gateway = (kind: string, spec: string, namespace?: string) =>
  object(['gateway.networking.k8s.io/v1', kind], `{parentRefs: [{name: gw}], ${spec}}`, namespace)

/** `route service pod:port` of each entrance. */
function ways(text: string): string[] {
  const snapshot = sound(`${BASE}${text}`)
  return entrancesOf(snapshot, podsOf(snapshot)).map((entrance) => {
    const { service, backend } = entrance
    const through = entrance.kind === 'route' ? routeName(entrance.route) : 'Service'
    return `${through} > ${qualifiedName(service)} > ${backend.pod.name}:${backend.port}/${backend.protocol}`
  })
}

describe('a route', () => {
  it('by the number of a Service port leads to what each pod makes of the target name', () => {
    expect(ways(gateway('HTTPRoute', 'rules: [{backendRefs: [{name: web, port: 80}]}]'))).toEqual([
      'HTTPRoute shop/r > shop/web > odd:9090/TCP',
      'HTTPRoute shop/r > shop/web > web:8080/TCP',
    ])
  })

  it('of an Ingress may name the Service port, and each Service port leads to its own target', () => {
    const spec =
      '{defaultBackend: {service: {name: web, port: {name: numbered}}}, rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: headless, port: {number: 7000}}}}]}}]}'
    expect(ways(object(['networking.k8s.io/v1', 'Ingress'], spec))).toEqual([
      'Ingress shop/r > shop/web > odd:8080/TCP',
      'Ingress shop/r > shop/web > web:8080/TCP',
      'Ingress shop/r > shop/headless > odd:7000/TCP',
      'Ingress shop/r > shop/headless > web:7000/TCP',
    ])
  })

  it('of OpenShift names a pod port by number, a Service port by name, or none and means all', () => {
    const route = (port: string) =>
      ways(object(['route.openshift.io/v1', 'Route'], `{to: {kind: Service, name: web}${port}}`))
    expect(route(', port: {targetPort: 9090}')).toEqual(['Route shop/r > shop/web > odd:9090/TCP'])
    expect(route(', port: {targetPort: numbered}').map((way) => way.split(' > ')[2])).toEqual([
      'odd:8080/TCP',
      'web:8080/TCP',
    ])
    expect(route('').map((way) => way.split(' > ')[2])).toEqual([
      'odd:9090/TCP',
      'odd:8080/TCP',
      'web:8080/TCP',
      'web:8080/TCP',
    ])
  })

  it('for UDP takes the UDP port of that number', () => {
    expect(ways(gateway('UDPRoute', 'rules: [{backendRefs: [{name: web, port: 80}]}]'))).toEqual([
      'UDPRoute shop/r > shop/web > web:53/UDP',
    ])
  })

  it('into another namespace needs a ReferenceGrant there', () => {
    const route = gateway('TCPRoute', 'rules: [{backendRefs: [{name: headless, namespace: shop, port: 7000}]}]', 'edge')
    const grant = (from: string, to: string) =>
      object(['gateway.networking.k8s.io/v1beta1', 'ReferenceGrant'], `{from: [${from}], to: [${to}]}`)
    const from = '{group: gateway.networking.k8s.io, kind: TCPRoute, namespace: edge}'
    expect(ways(route)).toEqual([])
    expect(ways(route + grant(from, '{group: "", kind: Service}'))).toHaveLength(2)
    expect(ways(route + grant(from, '{kind: Service, name: headless}'))).toHaveLength(2)
    expect(ways(route + grant(from, '{kind: Service, name: web}'))).toEqual([])
    expect(ways(route + grant(from, '{kind: Secret}'))).toEqual([])
    expect(ways(route + grant(from.replace('TCPRoute', 'HTTPRoute'), '{kind: Service}'))).toEqual([])
    expect(ways(route + grant(from.replace('edge', 'other'), '{kind: Service}'))).toEqual([])
  })

  it('to a Service or port that is not there, or without a selector, opens nothing that is known', () => {
    const to = (backend: string) => ways(gateway('HTTPRoute', `rules: [{backendRefs: [${backend}]}]`))
    expect(to('{name: nothing, port: 80}')).toEqual([])
    expect(to('{name: web, port: 82}')).toEqual([])
    expect(
      ways(`${gateway('HTTPRoute', 'rules: [{backendRefs: [{name: bare, port: 80}]}]')}---
apiVersion: v1
kind: Service
metadata: {name: bare, namespace: shop}
spec: {ports: [{port: 80}]}
`),
    ).toEqual([])
  })
})

describe('a Service', () => {
  it('is a way in by its type or its external addresses', () => {
    const service = (spec: string) =>
      ways(
        `---\napiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]${spec}}\n`,
      )
    const both = ['Service > shop/s > odd:8080/TCP', 'Service > shop/s > web:8080/TCP']
    expect(service(', type: NodePort')).toEqual(both)
    expect(service(', type: LoadBalancer')).toEqual(both)
    expect(service(', externalIPs: [192.0.2.1]')).toEqual(both)
    expect(service('')).toEqual([])
    expect(service(', externalIPs: []')).toEqual([])
  })
})
