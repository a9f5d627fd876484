// Routes of the Gateway API, all of one shape, and the ReferenceGrants that let them send into other namespaces.
import type { Route, RouteBackend, RouteKind } from '../policy/route.ts'
import { asInteger, asMapping, asString, closed, familiar, field, given, items, required } from './decode.ts'
import { backendNotRead, distinct, hostsOf } from './ingresses.ts'
import type { Metadata } from './metadata.ts'
import { asPortNumber } from './names.ts'
import type { MappingNode } from './node.ts'
import { fail, spanOf, type Value } from './report.ts'

export const GATEWAY_GROUP = 'gateway.networking.k8s.io'

const SPEC_FIELDS = ['hostnames', 'parentRefs', 'rules', 'useDefaultGateways']
const RULE_FIELDS = ['backendRefs', 'filters', 'matches', 'name', 'retry', 'sessionPersistence', 'timeouts']
const BACKEND_FIELDS = ['filters', 'group', 'kind', 'name', 'namespace', 'port', 'weight']
const FILTER_FIELDS = [
  'cors',
  'extensionRef',
  'externalAuth',
  'requestHeaderModifier',
  'requestMirror',
  'requestRedirect',
  'responseHeaderModifier',
  'type',
  'urlRewrite',
]

type GatewayRouteKind = Exclude<RouteKind, 'Ingress' | 'Route'>

/** A route; `undefined` when it hangs on no Gateway: then nothing comes in through it. */
export function gatewayRouteOf(
  object: Value<MappingNode>,
  metadata: Metadata,
  place: { readonly kind: GatewayRouteKind; readonly namespace: string },
): Route | undefined {
  const { kind, namespace } = place
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const spec = asMapping(required(object, 'spec'))
  if (!spec) return undefined
  familiar(spec, SPEC_FIELDS)
  const parents = items(field(spec, 'parentRefs')).flatMap((item) => parentOf(item, namespace))
  const hosts = items(field(spec, 'hostnames')).flatMap((item) => asString(item) ?? [])
  const backends = items(field(spec, 'rules')).flatMap((item) => backendsOfRule(item, namespace))
  const gateways = parents.flatMap(({ gateway }) => gateway ?? [])
  const byDefault = given(field(spec, 'useDefaultGateways')) !== undefined
  if (gateways.length === 0 && !byDefault) {
    // Hung on a Service it steers traffic inside the cluster, as a service mesh does.
    if (parents.length === 0) {
      fail(object, {
        severity: 'warning',
        code: 'route-unattached',
        message: `this ${kind} names no Gateway: nothing comes in through it`,
        at: field(object, 'kind')?.node ?? object.node,
        help: 'name the Gateway in `spec.parentRefs`',
      })
    }
    return undefined
  }
  return {
    kind,
    namespace,
    name: metadata.name,
    protocol: kind === 'UDPRoute' ? 'UDP' : 'TCP',
    hosts: hostsOf(hosts),
    servedBy: [...new Set(gateways)],
    backends: distinct(backends),
    span: metadata.span,
  }
}

function parentOf(item: Value, namespace: string): { readonly gateway?: string }[] {
  const parent = asMapping(item)
  if (!parent) return []
  familiar(parent, ['group', 'kind', 'name', 'namespace', 'port', 'sectionName'])
  const kind = asString(given(field(parent, 'kind'))) ?? 'Gateway'
  const name = asString(required(parent, 'name'))
  const where = asString(given(field(parent, 'namespace'))) ?? namespace
  if (name === undefined) return []
  return [kind === 'Service' ? {} : { gateway: `${where}/${name}` }]
}

function backendsOfRule(item: Value, namespace: string): RouteBackend[] {
  const rule = asMapping(item)
  if (!rule) return []
  familiar(rule, RULE_FIELDS)
  return [
    ...mirrors(rule, namespace),
    ...items(field(rule, 'backendRefs')).flatMap((backend) => {
      const mapping = asMapping(backend)
      if (!mapping) return []
      familiar(mapping, BACKEND_FIELDS)
      if (asInteger(field(mapping, 'weight')) === 0) return []
      return [...mirrors(mapping, namespace), ...serviceOf(mapping, namespace)]
    }),
  ]
}

/** A mirror gets a copy of each request: it is as open as the backend. */
function mirrors(holder: Value<MappingNode>, namespace: string): RouteBackend[] {
  return items(field(holder, 'filters')).flatMap((item) => {
    const filter = asMapping(item)
    if (!filter) return []
    familiar(filter, FILTER_FIELDS)
    const mirror = asMapping(field(filter, 'requestMirror'))
    if (!mirror) return []
    familiar(mirror, ['backendRef', 'fraction', 'percent'])
    const backend = asMapping(required(mirror, 'backendRef'))
    return backend ? serviceOf(backend, namespace) : []
  })
}

function serviceOf(backend: Value<MappingNode>, namespace: string): RouteBackend[] {
  const group = asString(given(field(backend, 'group'))) ?? ''
  const kind = asString(given(field(backend, 'kind'))) ?? 'Service'
  const name = asString(required(backend, 'name'))
  const where = asString(given(field(backend, 'namespace'))) ?? namespace
  if (group !== '' || kind !== 'Service') return [...backendNotRead(backend, `a ${kind}`)]
  const port = asPortNumber(required(backend, 'port'))
  if (name === undefined || port === undefined) return []
  return [{ namespace: where, service: name, port, granted: where === namespace, span: spanOf(backend) }]
}

/** What one ReferenceGrant lets routes of other namespaces refer to in its own. */
export interface ReferenceGrant {
  readonly namespace: string
  readonly name: string
  readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[]
  /** Services; `undefined`: every one. */
  readonly services: readonly (string | undefined)[]
}

export function referenceGrantOf(object: Value<MappingNode>, metadata: Metadata, namespace: string): ReferenceGrant {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec'])
  const spec = asMapping(required(object, 'spec'))
  if (spec) closed(spec, ['from', 'to'])
  const text = (parent: Value<MappingNode>, name: string) => asString(field(parent, name)) ?? ''
  const from = (spec ? items(required(spec, 'from')) : []).flatMap((item) => {
    const mapping = asMapping(item)
    if (!mapping) return []
    closed(mapping, ['group', 'kind', 'namespace'])
    return [
      {
        group: text(mapping, 'group'),
        kind: asString(required(mapping, 'kind')) ?? '',
        namespace: asString(required(mapping, 'namespace')) ?? '',
      },
    ]
  })
  const services = (spec ? items(required(spec, 'to')) : []).flatMap((item) => {
    const mapping = asMapping(item)
    if (!mapping) return []
    closed(mapping, ['group', 'kind', 'name'])
    const kind = asString(required(mapping, 'kind'))
    return text(mapping, 'group') === '' && kind === 'Service' ? [asString(given(field(mapping, 'name')))] : []
  })
  return { namespace, name: metadata.name, from, services }
}

/** The route with its backends of other namespaces granted where a ReferenceGrant there says so. */
export function withGrants(route: Route, grants: readonly ReferenceGrant[]): Route {
  if (route.backends.every(({ granted }) => granted)) return route
  const granting = grants.filter(({ from }) =>
    from.some(
      ({ group, kind, namespace }) => group === GATEWAY_GROUP && kind === route.kind && namespace === route.namespace,
    ),
  )
  const backends = route.backends.map((backend) =>
    backend.granted
      ? backend
      : {
          ...backend,
          granted: granting.some(
            ({ namespace, services }) =>
              namespace === backend.namespace && (services.includes(undefined) || services.includes(backend.service)),
          ),
        },
  )
  return { ...route, backends }
}
