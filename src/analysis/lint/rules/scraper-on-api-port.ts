// A scraper that may call the whole API, since metrics are served on the API port, or although they are not.
import { ruleName, spanAt } from '../context.ts'
import { coversPort } from '../ports.ts'
import type { Rule } from '../rule.ts'
import { isScraper } from '../scrapers.ts'

export const scraperOnApiPort: Rule = {
  id: 'scraper-on-api-port',
  title: 'a scraper of metrics may call the whole API of a model server',
  severity: 'note',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      const { peers, ports } = rule
      if (direction !== 'ingress' || peers === 'any' || !peers.every(isScraper)) continue
      const [model] = context.modelsOf(policy)
      if (!model) continue
      const names = model.pod.ports.filter(({ port }) => model.apiPorts.includes(port)).map(({ name }) => name)
      const entry =
        ports === 'any'
          ? rule
          : ports.find((one) =>
              one.kind === 'named'
                ? names.includes(one.name)
                : model.apiPorts.some((port) => coversPort(one, 'TCP', port)),
            )
      if (!entry) continue
      const metrics = model.profile?.metrics
      const own = metrics?.kind === 'own-port' ? metrics.port : undefined
      const title = model.profile?.title ?? 'the model server'
      yield {
        ...(own !== undefined && { severity: 'warning' }),
        message: `${ruleName(placed)} lets a scraper call the whole API of a model server (${model.known}): ${own === undefined ? `${title} ${metrics?.kind === 'none' ? 'serves no metrics' : 'serves metrics on the API port'}, and policies do not see paths` : `${title} serves metrics on tcp/${own}`}`,
        ...spanAt(policy, entry, rule),
        help:
          own === undefined
            ? 'put a proxy before it that lets through the path of the metrics only'
            : `allow tcp/${own} only`,
      }
    }
  },
}
