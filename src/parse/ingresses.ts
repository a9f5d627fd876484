// Ingress (networking.k8s.io/v1) and OpenShift's Route: host names and paths -> Services.
import type { Route, RouteBackend } from '../policy/route.ts'
import { asInteger, asMapping, asOneOf, asString, closed, familiar, field, given, items, required } from './decode.ts'
import type { Metadata } from './metadata.ts'
import { asPort, asPortNumber } from './names.ts'
import type { MappingNode } from './node.ts'
import { fail, pathOf, spanOf, type Value } from './report.ts'

/** An Ingress; every path of every host is one way in, and so is the default backend. */
export function ingressOf(object: Value<MappingNode>, metadata: Metadata, namespace: string): Route {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const spec = asMapping(required(object, 'spec'))
  if (spec) closed(spec, ['defaultBackend', 'ingressClassName', 'rules', 'tls'])
  const rules = (spec ? items(field(spec, 'rules')) : []).flatMap((item) => asMapping(item) ?? [])
  const backends = spec ? ingressBackend(field(spec, 'defaultBackend'), namespace) : []
  const hosts: (string | undefined)[] = backends.length > 0 ? [undefined] : []
  for (const rule of rules) {
    closed(rule, ['host', 'http'])
    hosts.push(asString(given(field(rule, 'host'))))
    const http = asMapping(field(rule, 'http'))
    if (http) closed(http, ['paths'])
    for (const item of http ? items(required(http, 'paths')) : []) {
      const path = asMapping(item)
      if (path) closed(path, ['backend', 'path', 'pathType'])
      if (path) backends.push(...ingressBackend(required(path, 'backend'), namespace))
    }
  }
  const className = asString(spec && given(field(spec, 'ingressClassName')))
  return {
    kind: 'Ingress',
    namespace,
    name: metadata.name,
    protocol: 'TCP',
    hosts: hostsOf(hosts),
    servedBy: className === undefined ? [] : [className],
    backends: distinct(backends),
    span: metadata.span,
  }
}

function ingressBackend(value: Value | undefined, namespace: string): RouteBackend[] {
  const backend = asMapping(value)
  if (!backend) return []
  closed(backend, ['resource', 'service'])
  const resource = field(backend, 'resource')
  if (resource) return [...backendNotRead(resource, 'a resource')]
  const service = asMapping(required(backend, 'service'))
  if (!service) return []
  closed(service, ['name', 'port'])
  const name = asString(required(service, 'name'))
  const port = asMapping(required(service, 'port'))
  if (port) closed(port, ['name', 'number'])
  const byName = port && given(field(port, 'name'))
  const said = port && (byName ? asString(byName) : asPortNumber(required(port, 'number')))
  if (name === undefined || said === undefined) return []
  return [{ namespace, service: name, port: said, granted: true, span: spanOf(service) }]
}

const ROUTE_FIELDS = [
  'alternateBackends',
  'host',
  'httpHeaders',
  'path',
  'port',
  'subdomain',
  'tls',
  'to',
  'wildcardPolicy',
]

/** An OpenShift Route. Its port is one of the pods when it is a number, one of the Service when it is a name. */
export function openShiftRouteOf(object: Value<MappingNode>, metadata: Metadata, namespace: string): Route {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const spec = asMapping(required(object, 'spec'))
  if (spec) familiar(spec, ROUTE_FIELDS)
  const portValue = spec && asMapping(field(spec, 'port'))
  if (portValue) closed(portValue, ['targetPort'])
  const port = portValue && asPort(given(required(portValue, 'targetPort')))
  const targets = spec ? [required(spec, 'to'), ...items(field(spec, 'alternateBackends'))] : []
  const backends = targets.flatMap((target): RouteBackend[] => {
    const service = asMapping(target)
    if (!service) return []
    closed(service, ['kind', 'name', 'weight'])
    const kind = asOneOf(given(field(service, 'kind')), ['Service'] as const) ?? 'Service'
    const name = asString(required(service, 'name'))
    if (name === undefined || kind !== 'Service' || asInteger(field(service, 'weight')) === 0) return []
    return [
      {
        namespace,
        service: name,
        port: typeof port === 'string' ? port : undefined,
        ...(typeof port === 'number' && { podPort: port }),
        granted: true,
        span: spanOf(service),
      },
    ]
  })
  const host = asString(spec && given(field(spec, 'host')))
  return {
    kind: 'Route',
    namespace,
    name: metadata.name,
    protocol: 'TCP',
    hosts: host === undefined ? [] : [host],
    servedBy: [],
    backends: distinct(backends),
    span: metadata.span,
  }
}

/** A backend that is no Service: what it leads to is not known. */
export function backendNotRead(value: Value, kind: string): readonly [] {
  fail(value, {
    severity: 'warning',
    code: 'route-backend-not-read',
    message: `\`${pathOf(value)}\` is ${kind}, no Service: the pods behind it are missing from what this route opens`,
    ...(value.key && { at: value.key }),
  })
  return []
}

/** Each host once; empty as soon as one rule names none, for that answers to all. */
export function hostsOf(hosts: readonly (string | undefined)[]): readonly string[] {
  return hosts.includes(undefined) ? [] : [...new Set(hosts.filter((host) => host !== undefined))]
}

/** Each Service and port once, at the first place. */
export function distinct(backends: readonly RouteBackend[]): readonly RouteBackend[] {
  const seen = new Map<string, RouteBackend>()
  for (const backend of backends) {
    const { namespace, service, port, podPort } = backend
    const key = JSON.stringify([namespace, service, port ?? null, podPort ?? null])
    if (!seen.has(key)) seen.set(key, backend)
  }
  return [...seen.values()]
}
