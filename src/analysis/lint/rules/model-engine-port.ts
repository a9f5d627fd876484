// Ports for the parts of a model server, opened to somebody else; or all ports, those among them.
import type { NetworkPolicy, PortMatch, Rule as PolicyRule } from '../../../policy/network-policy.ts'
import { ENGINE_PORTS, type EnginePort } from '../engine-ports.ts'
import { type LintContext, ruleName, spanAt } from '../context.ts'
import type { ModelServer } from '../model-servers.ts'
import { podNames } from '../pod-index.ts'
import { coversPort } from '../ports.ts'
import type { Rule } from '../rule.ts'

/** The model's own replicas and nobody else. */
function isSelf(context: LintContext, policy: NetworkPolicy, { peers }: PolicyRule): boolean {
  if (peers === 'any') return false
  const own = new Set(context.subjects(policy).pods)
  return peers.every((peer) => {
    if (peer.kind !== 'pods') return false
    const { pods, open } = context.peers(policy, peer)
    return !open && pods.length > 0 && pods.every((pod) => own.has(pod))
  })
}

function opened(entries: readonly PortMatch[], model: ModelServer): { port: EnginePort; entry: PortMatch } | undefined {
  for (const port of ENGINE_PORTS) {
    if (model.apiPorts.includes(port.port)) continue
    const named = model.pod.ports.filter((one) => one.port === port.port && one.protocol === 'TCP')
    const entry = entries.find(
      (one) =>
        (one.kind === 'range' && coversPort(one, 'TCP', port.port)) ||
        (one.kind === 'named' && one.protocol === 'TCP' && named.some(({ name }) => name === one.name)),
    )
    if (entry) return { port, entry }
  }
  return undefined
}

export const modelEnginePort: Rule = {
  id: 'model-engine-port',
  title: 'a port for the parts of a model server is open to others',
  severity: 'warning',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (direction !== 'ingress' || rule.ports === 'any') continue
      for (const model of context.modelsOf(policy).slice(0, 1)) {
        const found = opened(rule.ports, model)
        if (!found || isSelf(context, policy, rule)) continue
        const { port, entry } = found
        yield {
          message: `${ruleName(placed)} opens tcp/${port.port} of ${podNames([model.pod])}: ${port.what} is for the model server's own parts, and asks nobody who they are`,
          ...spanAt(policy, entry, rule),
          help: `allow it between the model's own pods only`,
        }
      }
    }
  },
}

export const modelEveryPort: Rule = {
  id: 'model-every-port',
  title: 'callers may open every port of a model server',
  severity: 'note',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (direction !== 'ingress' || rule.ports !== 'any' || rule.peers === 'any') continue
      const [model] = context.modelsOf(policy)
      if (!model || isSelf(context, policy, rule)) continue
      yield {
        message: `${ruleName(placed)} has no \`ports\`: callers may open every port of ${podNames([model.pod])} (${model.known}), not the API port tcp/${model.apiPorts.join(', ')} only`,
        ...spanAt(policy, rule),
        help: `write \`ports: [{port: ${model.apiPorts[0]}}]\``,
      }
    }
  },
}
