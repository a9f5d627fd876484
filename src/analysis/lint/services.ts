// Services of the input by the pods behind them: which of their ports lead to other pod ports (S20).
import { matches } from '../../policy/selector.ts'
import { type Pod, qualifiedName, type Service } from '../../policy/snapshot.ts'
import type { Protocol } from '../../sets/connection-set.ts'
import type { LintContext } from './context.ts'

/** A Service port and where it leads. */
export interface Mapping {
  readonly service: Service
  readonly targets: readonly number[]
}

function leadsTo(service: Service, pods: readonly Pod[]): readonly Pod[] {
  const { selector, namespace } = service
  return selector ? pods.filter((pod) => pod.namespace === namespace && matches(selector, pod.labels)) : []
}

/** The Service whose port this number is, where all pods behind it that are meant listen on another one. */
export function servicePort(
  context: LintContext,
  pods: readonly Pod[],
  { protocol, port }: { readonly protocol: Protocol; readonly port: number },
): Mapping | undefined {
  for (const service of new Set(pods.flatMap(({ namespace }) => context.servicesIn(namespace)))) {
    const entry = service.ports.find((one) => one.port === port && one.protocol === protocol)
    if (!entry || entry.targetPort === port) continue
    const behind = leadsTo(service, pods)
    const targets = behind.flatMap((pod) =>
      typeof entry.targetPort === 'number'
        ? [entry.targetPort]
        : pod.ports.flatMap((one) => (one.name === entry.targetPort && one.protocol === protocol ? [one.port] : [])),
    )
    const unique = [...new Set(targets)]
    if (unique.length > 0 && !unique.includes(port)) return { service, targets: unique }
  }
  return undefined
}

export function serviceName(service: Service): string {
  return `Service ${qualifiedName(service)}`
}
