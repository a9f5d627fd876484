// Ingress, Gateway API routes and OpenShift Routes as read.
import { describe, expect, it } from 'vitest'
import { found, read, sound } from '../../tests/support/manifests.ts'
import type { Route, RouteBackend } from '../policy/route.ts'

const SERVICES = ['web', 'api']
  .map(
    (name) =>
      `---\napiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: {selector: {app: ${name}}, ports: [{name: http, port: 80}, {name: admin, port: 81}]}\n`,
  )
  .join('')
const object = (apiVersion: string, kind: string, spec: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: r, namespace: shop}\nspec: ${spec}\n${SERVICES}`
const ingress = (spec: string) => object('networking.k8s.io/v1', 'Ingress', spec)
const http = (spec: string) =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', `{parentRefs: [{name: gw}], ${spec}}`)
const route = (text: string) => sound(text).routes[0] as Route
const short = ({ namespace, service, port }: RouteBackend) => `${namespace}/${service}:${port ?? '*'}`

describe('an Ingress', () => {
  const path = (name: string, port: string) =>
    `{path: /, pathType: Prefix, backend: {service: {name: ${name}, port: {${port}}}}}`

  it('has the hosts of its rules and each Service and port once', () => {
    const rules = `[{host: a.example, http: {paths: [${path('web', 'number: 80')}, ${path('api', 'name: http')}]}}, {host: b.example, http: {paths: [${path('web', 'number: 80')}]}}]`
    expect(route(ingress(`{ingressClassName: nginx, rules: ${rules}}`))).toMatchObject({
      kind: 'Ingress',
      hosts: ['a.example', 'b.example'],
      servedBy: ['nginx'],
      protocol: 'TCP',
    })
    expect(route(ingress(`{rules: ${rules}}`)).backends.map(short)).toEqual(['shop/web:80', 'shop/api:http'])
  })

  it('answers to every host by its default backend or a rule without one', () => {
    expect(
      route(ingress(`{defaultBackend: {service: {name: web, port: {number: 80}}}, rules: [{host: a.example}]}`)),
    ).toMatchObject({
      hosts: [],
      servedBy: [],
      backends: [{ service: 'web', port: 80 }],
    })
    expect(route(ingress(`{rules: [{host: ""}, {host: a.example}]}`)).hosts).toEqual([])
  })

  it('is closed to unknown fields, and its removed versions are refused', () => {
    expect(found(ingress('{rules: [{hosts: x}]}'))).toEqual(['error unknown-field 4:17'])
    expect(found(ingress('{backend: {serviceName: web, servicePort: 80}}'))).toEqual(['error unknown-field 4:8'])
    for (const version of ['extensions/v1beta1', 'networking.k8s.io/v1beta1']) {
      expect(found(object(version, 'Ingress', '{}'))).toEqual(['error removed-api-version 1:13'])
    }
  })
})

describe('a route of the Gateway API', () => {
  it('is read in every kind and version', () => {
    for (const kind of ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute']) {
      for (const version of ['v1', 'v1beta1', 'v1alpha2', 'v1alpha3']) {
        const text = object(
          `gateway.networking.k8s.io/${version}`,
          kind,
          '{parentRefs: [{name: gw, namespace: edge}], rules: [{backendRefs: [{name: web, port: 80}]}]}',
        )
        expect(sound(text).routes).toMatchObject([{ kind, servedBy: ['edge/gw'] }])
      }
    }
    expect(found(object('gateway.networking.k8s.io/v2', 'HTTPRoute', '{}'))).toEqual(['error unknown-version 1:13'])
  })

  it('sends to mirrors as well, and to nobody with the weight 0', () => {
    const mirror = '{type: RequestMirror, requestMirror: {backendRef: {name: api, port: 81}}}'
    const rule = (backends: string) =>
      `rules: [{matches: [{path: {value: /}}], filters: [${mirror}], backendRefs: [${backends}]}]`
    expect(route(http(rule('{name: web, port: 80, weight: 0}'))).backends.map(short)).toEqual(['shop/api:81'])
    expect(route(http(rule('{name: web, port: 80, weight: 1}'))).backends.map(short)).toEqual([
      'shop/api:81',
      'shop/web:80',
    ])
    expect(route(http(`rules: [{backendRefs: [{name: web, port: 80, filters: [${mirror}]}]}]`)).backends).toHaveLength(
      2,
    )
  })

  it('that hangs on a Service or on nothing is no way in', () => {
    const spec = 'rules: [{backendRefs: [{name: web, port: 80}]}]'
    const text = (parents: string) => object('gateway.networking.k8s.io/v1', 'HTTPRoute', `{${parents}${spec}}`)
    const mesh = read(text('parentRefs: [{kind: Service, group: "", name: web}], '))
    expect(mesh.diagnostics).toEqual([])
    expect(mesh.snapshot.routes).toEqual([])
    expect(mesh.skipped).toMatchObject([{ kind: 'HTTPRoute', namespace: 'shop', name: 'r', why: 'unattached' }])
    expect(found(text(''))).toEqual(['warning route-unattached 2:7'])
    expect(sound(text('useDefaultGateways: All, ')).routes).toHaveLength(1)
  })

  it('may have fields that are newer than this, but not mistyped ones', () => {
    expect(found(http('rules: [], shinyThing: {}'))).toEqual(['warning unfamiliar-field 4:45'])
    expect(found(http('rules: [{backendRef: []}]'))).toEqual(['error unknown-field 4:43'])
    expect(found(http('rules: [{backendRefs: [{name: web}]}]'))).toEqual(['error missing-field 4:57'])
  })

  it('lists the Gateway and its class as kinds that carry no policy', () => {
    const gateway = (kind: string) => object('gateway.networking.k8s.io/v1', kind, '{}')
    expect(read(gateway('Gateway')).skipped).toMatchObject([{ kind: 'Gateway', why: 'carries-no-policy' }])
    expect(found(gateway('Gatway'))).toEqual(['error unknown-kind 2:7'])
  })
})

describe('an OpenShift Route', () => {
  it('has one host, and alternate backends unless their weight is 0', () => {
    const spec = (weight: number) =>
      `{host: a.example, port: {targetPort: http}, to: {kind: Service, name: web, weight: 50}, alternateBackends: [{kind: Service, name: api, weight: ${weight}}]}`
    const read = (weight: number) => route(object('route.openshift.io/v1', 'Route', spec(weight)))
    expect(read(50)).toMatchObject({
      kind: 'Route',
      hosts: ['a.example'],
      backends: [{ port: 'http' }, { service: 'api' }],
    })
    expect(read(0).backends.map(short)).toEqual(['shop/web:http'])
  })

  it('without a group is told where it belongs', () => {
    expect(found(object('v1', 'Route', '{}'))).toEqual(['error unknown-kind 2:7'])
  })
})

describe('the Services of a route', () => {
  it('are warned of where their pods cannot be known', () => {
    const to = (backend: string, more = '') => found(http(`rules: [{backendRefs: [{${backend}}]}]`) + more)
    expect(to('name: nothing, port: 80')).toEqual(['warning route-service-missing 4:57'])
    expect(to('name: web, port: 82')).toEqual(['warning route-port-missing 4:57'])
    expect(to('name: web, port: 80, kind: InferencePool, group: inference.networking.k8s.io')).toEqual([
      'warning route-backend-not-read 4:57',
    ])
    expect(to('name: web, namespace: other, port: 80')).toEqual(['warning route-not-granted 4:57'])
    const service = (spec: string) =>
      `---\napiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: ${spec}\n`
    expect(to('name: s, port: 80', service('{ports: [{port: 80}]}'))).toEqual(['warning route-pods-unknown 4:57'])
    expect(to('name: s, port: 80', service('{type: ExternalName, externalName: a.example}'))).toEqual([])
  })
})
