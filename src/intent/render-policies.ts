// From a Moat to NetworkPolicies: as objects of the policy model, as manifests, and in words.
import { type Diagnostic, hasErrors } from '../diag/diagnostic.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import { apiPortOf } from './api-port.ts'
import { checkMoat } from './check-moat.ts'
import type { RenderedPolicy } from './commented.ts'
import { defaultDeny } from './default-deny.ts'
import type { NetworkPolicyManifest } from './manifest.ts'
import { metricsPortOf } from './metrics-port.ts'
import { modelPolicy } from './model-policy.ts'
import type { Ports } from './rules.ts'

/** What no policy at the transport level can guarantee, in one sentence. */
export interface Residual {
  readonly code: string
  readonly message: string
}

export interface MoatPolicies {
  /** What the manifests mean, ready for the engine. */
  readonly policies: readonly NetworkPolicy[]
  /** In the order of `policies`. */
  readonly manifests: readonly NetworkPolicyManifest[]
  /** Policies, manifests and the sentences above their rules. */
  readonly rendered: readonly RenderedPolicy[]
  readonly residuals: readonly Residual[]
  /** With an error among them nothing is rendered: never a Moat by half. */
  readonly diagnostics: readonly Diagnostic[]
}

function residualsOf(moat: Moat, sharedMetrics: boolean): Residual[] {
  const scrapers = moat.spec.scrapers.filter(({ ports }) => ports.length === 0)
  if (!sharedMetrics || scrapers.length === 0) return []
  const names = scrapers.map(({ name }) => name).join(', ')
  return [
    {
      code: 'metrics-on-api-port',
      message: `metrics are served on the API port, so scrapers (${names}) can call the model too; a NetworkPolicy cannot tell paths apart`,
    },
  ]
}

/**
 * The policies that put the Moat in force. The snapshot tells the API port where the Moat does not, and which of its
 * selectors match nothing.
 */
export function policiesOf(moat: Moat, snapshot: Snapshot): MoatPolicies {
  const api = apiPortOf(moat, snapshot)
  const metrics = api.port && moat.spec.scrapers.length > 0 ? metricsPortOf(moat, snapshot, api.port) : undefined
  const diagnostics = [...checkMoat(moat, snapshot), ...api.diagnostics, ...(metrics?.diagnostics ?? [])]
  if (!api.port || hasErrors(diagnostics)) {
    return { policies: [], manifests: [], rendered: [], residuals: [], diagnostics }
  }
  const ports: Ports = { api: api.port, metrics: metrics?.port ?? api.port }
  const all = [modelPolicy(moat, ports), ...defaultDeny(moat, snapshot, ports)]
  return {
    policies: all.map(({ policy }) => policy),
    manifests: all.map(({ manifest }) => manifest),
    rendered: all,
    residuals: residualsOf(moat, metrics?.sharedWithApi ?? false),
    diagnostics,
  }
}
