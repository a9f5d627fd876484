// The port that scrapers mean when they name none, and what it costs to open it.
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { MoatPort } from '../policy/moat-spec.ts'
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import { profileOf } from './runtimes/profiles.ts'
import { selectedIn } from './selected-pods.ts'

export interface MetricsAnswer {
  readonly port: MoatPort
  /** The port is the API's: who scrapes can also call. */
  readonly sharedWithApi: boolean
  readonly diagnostics: readonly Diagnostic[]
}

/** Container port names that mean metrics and nothing else. */
const METRICS_PORT_NAMES: ReadonlySet<string> = new Set(['metrics', 'http-metrics', 'prometheus'])

function samePort(a: MoatPort, b: MoatPort): boolean {
  return a.port === b.port && a.protocol === b.protocol
}

/**
 * The metrics port: `spec.model.metricsPort`, else the declared port that is named for metrics, else the runtime's;
 * without any of them the API port.
 */
export function metricsPortOf(moat: Moat, snapshot: Snapshot, api: MoatPort): MetricsAnswer {
  const { metricsPort, runtime, pods, span } = moat.spec.model
  const answer = (port: MoatPort): MetricsAnswer => ({ port, sharedWithApi: samePort(port, api), diagnostics: [] })
  if (metricsPort) return answer(metricsPort)
  const named = selectedIn(snapshot, moat.namespace, pods)
    .flatMap((pod) => pod.ports)
    .filter(({ name, protocol }) => protocol === 'TCP' && name !== undefined && METRICS_PORT_NAMES.has(name))
  const [only, ...others] = new Set(named.map(({ port }) => port))
  if (only !== undefined && others.length === 0) return answer({ port: only, protocol: 'TCP' })
  const profile = profileOf(runtime)
  if (profile?.metrics.kind === 'own-port') return answer({ port: profile.metrics.port, protocol: 'TCP' })
  if (profile?.metrics.kind !== 'none') return answer(api)
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: 'moat-no-metrics',
    message: `${profile.title} serves no metrics, so its scrapers would be let in to the API for nothing`,
    ...(span && { span }),
    help: 'remove spec.scrapers, or write the port of the exporter beside it as spec.model.metricsPort',
  }
  return { ...answer(api), diagnostics: [diagnostic] }
}
