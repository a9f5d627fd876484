// A Service or route that leads from outside the cluster to a model server.
import { entrancesOf } from '../../../engine/entrances.ts'
import { routeName } from '../../../policy/route.ts'
import { podNames } from '../pod-index.ts'
import type { Rule } from '../rule.ts'
import { serviceName } from '../services.ts'

export const modelEntrance: Rule = {
  id: 'model-entrance',
  title: 'a Service or route leads from outside the cluster to a model server',
  severity: 'warning',
  *check({ snapshot, models }) {
    if (models.length === 0) return
    const byPod = new Map(models.map((model) => [model.pod, model]))
    const seen = new Set<unknown>()
    for (const entrance of entrancesOf(snapshot, [...byPod.keys()])) {
      const { backend, service } = entrance
      const model = byPod.get(backend.pod)
      const way = entrance.kind === 'route' ? entrance.route : service
      if (!model || seen.has(way) || !model.apiPorts.includes(backend.port)) continue
      seen.add(way)
      const through =
        entrance.kind === 'route'
          ? `${routeName(entrance.route)} leads from outside the cluster through ${serviceName(service)}`
          : `${serviceName(service)} can be reached from outside the cluster and leads`
      yield {
        message: `${through} to tcp/${backend.port} of ${podNames([model.pod])}, a model server (${model.known})`,
        ...(way.span && { span: way.span }),
        help:
          entrance.kind === 'route'
            ? 'lead it to the application that calls the model, or to a gateway that asks who is there'
            : 'make it `type: ClusterIP`: behind a node port or load balancer policies may see the node, not the client',
      }
    }
  },
}
