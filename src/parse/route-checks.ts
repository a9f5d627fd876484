// What can be said of a route only beside the other objects: whether its Services, their ports and the grants are there.
import { type Route, type RouteBackend, routeName } from '../policy/route.ts'
import { qualifiedName, type Service, type Snapshot } from '../policy/snapshot.ts'
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { ParseCode } from './codes.ts'
import type { Skipped } from './objects.ts'
import type { Report } from './report.ts'

interface Fault {
  readonly code: ParseCode
  readonly message: string
  readonly help?: string
}

/** Warns of each backend whose pods are not known. A Service that was `skipped` is an ExternalName. */
export function checkRoutes(snapshot: Snapshot, skipped: readonly Skipped[], report: Report): void {
  if (snapshot.routes.length === 0) return
  const services = new Map(snapshot.services.map((service) => [qualifiedName(service), service]))
  const aliases = new Set(
    skipped.flatMap(({ kind, namespace, name }) =>
      kind === 'Service' && namespace !== undefined ? [`${namespace}/${name}`] : [],
    ),
  )
  for (const route of snapshot.routes) {
    for (const backend of route.backends) {
      const id = `${backend.namespace}/${backend.service}`
      const fault = faultOf(route, backend, { service: services.get(id), alias: aliases.has(id) })
      if (!fault) continue
      const diagnostic: Diagnostic & Fault = { severity: 'warning', ...fault }
      report.add({ ...diagnostic, ...(backend.span && { span: backend.span }) })
    }
  }
}

function faultOf(
  route: Route,
  backend: RouteBackend,
  { service, alias }: { readonly service: Service | undefined; readonly alias: boolean },
): Fault | undefined {
  const id = `${backend.namespace}/${backend.service}`
  if (!backend.granted) {
    return {
      code: 'route-not-granted',
      message: `no ReferenceGrant of the input lets ${routeName(route)} send to Service \`${id}\`: it is taken as closed`,
      help: `add the ReferenceGrant of namespace \`${backend.namespace}\` to the input`,
    }
  }
  if (!service) {
    if (alias) return undefined
    return {
      code: 'route-service-missing',
      message: `${routeName(route)} leads to Service \`${id}\`, which is not in the input: its pods are not known`,
      help: 'add the Service to the input, or correct its name',
    }
  }
  if (!service.selector) {
    return {
      code: 'route-pods-unknown',
      message: `${routeName(route)} leads to Service \`${id}\`, which has no selector: the addresses behind it are not known`,
    }
  }
  if (portsOfBackend(backend, service, route.protocol).length > 0) return undefined
  const said = backend.podPort ?? backend.port
  return {
    code: 'route-port-missing',
    message: `${routeName(route)} leads to ${said === undefined ? `a ${route.protocol} port` : `port \`${said}\``} of Service \`${id}\`, which has none`,
    help: `its ports are ${service.ports.map(({ name, port }) => (name === undefined ? `${port}` : `${port} (${name})`)).join(', ')}`,
  }
}

/** The ports of the Service that a backend may mean. A pod port by number may also be what a named target resolves to. */
function portsOfBackend({ port, podPort }: RouteBackend, service: Service, protocol: 'TCP' | 'UDP') {
  return service.ports.filter(
    (candidate) =>
      candidate.protocol === protocol &&
      (port === undefined || candidate.port === port || candidate.name === port) &&
      (podPort === undefined || typeof candidate.targetPort === 'string' || candidate.targetPort === podPort),
  )
}
