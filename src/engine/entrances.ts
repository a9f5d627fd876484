// Ways in from outside the cluster: routes and Services that the outside can reach -> the pods and pod ports they lead to.
import type { Route, RouteBackend } from '../policy/route.ts'
import { type Pod, qualifiedName, type Service, type Snapshot } from '../policy/snapshot.ts'
import { type Backend, backendsOf } from './service-path.ts'

/**
 * One way in. Through a route the connection comes from the pods of its controller (S45); through a Service alone from
 * the client, or from a node (S26).
 */
export type Entrance = { readonly service: Service; readonly backend: Backend } & (
  | { readonly kind: 'route'; readonly route: Route; readonly by: RouteBackend }
  | { readonly kind: 'service' }
)

/**
 * Every way in to these pods (`podsOf`: workloads expanded), in the order of the routes and then of the Services. Left out, for nothing is opened or nothing is known:
 * backends that no ReferenceGrant covers, Services and ports that are not there, and Services without a selector; reading
 * the manifests has warned of them.
 */
export function entrancesOf(
  { services, routes }: Pick<Snapshot, 'services' | 'routes'>,
  pods: readonly Pod[],
): Entrance[] {
  const backends = backendFinder(pods)
  const byName = new Map(services.map((service) => [qualifiedName(service), service]))
  const ofRoutes = routes.flatMap((route) =>
    route.backends.flatMap((by): Entrance[] => {
      const service = byName.get(`${by.namespace}/${by.service}`)
      if (!service || !by.granted) return []
      return backends(service)
        .filter((backend) => isMeant(route, by, backend))
        .map((backend) => ({ kind: 'route', route, by, service, backend }))
    }),
  )
  const ofServices = services.flatMap((service) =>
    service.outside ? backends(service).map((backend): Entrance => ({ kind: 'service', service, backend })) : [],
  )
  return [...ofRoutes, ...ofServices]
}

/** The backends of each Service, found once and among the pods of its namespace only. */
function backendFinder(pods: readonly Pod[]): (service: Service) => readonly Backend[] {
  const byNamespace = Map.groupBy(pods, ({ namespace }) => namespace)
  const known = new Map<Service, readonly Backend[]>()
  return (service) => {
    const found = known.get(service) ?? backendsOf(service, byNamespace.get(service.namespace) ?? [])
    known.set(service, found)
    return found
  }
}

function isMeant(route: Route, { port, podPort }: RouteBackend, { servicePort, port: target }: Backend): boolean {
  return (
    servicePort.protocol === route.protocol &&
    (port === undefined || servicePort.port === port || servicePort.name === port) &&
    (podPort === undefined || target === podPort)
  )
}
