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
import { type Ports, someLackPorts } from './rules.ts'
import { listed } from './sentence.ts'

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
  const residuals: Residual[] = []
  const scrapers = moat.spec.scrapers.filter(({ ports }) => ports.length === 0)
  if (sharedMetrics && scrapers.length > 0) {
    residuals.push({
      code: 'metrics-on-api-port',
      message: `metrics are served on the API port, so scrapers (${listed(scrapers.map(({ name }) => name))}) can call the model too; a NetworkPolicy cannot tell paths apart`,
    })
  }
  if (moat.spec.dns === 'Cluster') {
    residuals.push({
      code: 'dns-carries-data',
      message:
        'cluster DNS asks the outside for names it does not know, so the model can send data out in the names it asks for',
    })
  }
  return residuals
}

/** Names of objects in Kubernetes have at most 253 characters. */
const LONGEST_NAME = 253

function tooLong(moat: Moat, policies: readonly RenderedPolicy[]): Diagnostic[] {
  return policies
    .filter(({ policy }) => policy.name.length > LONGEST_NAME)
    .map(({ policy }) => ({
      severity: 'error',
      code: 'moat-name-too-long',
      message: `the name of a rendered policy would have ${policy.name.length} characters, ${LONGEST_NAME} are allowed: \`${policy.name}\``,
      ...(moat.span && { span: moat.span }),
      help: 'give the Moat a shorter name',
    }))
}

function none(diagnostics: readonly Diagnostic[]): MoatPolicies {
  return { policies: [], manifests: [], rendered: [], residuals: [], diagnostics }
}

/** The ports that somebody needs; only those can be missed. */
function settle(moat: Moat, snapshot: Snapshot) {
  const { callers, scrapers } = moat.spec
  const scraped = someLackPorts(scrapers)
  const api = scraped || someLackPorts(callers) ? apiPortOf(moat, snapshot) : { port: undefined, diagnostics: [] }
  const metrics = scraped && api.port ? metricsPortOf(moat, snapshot, api.port) : undefined
  const ports: Ports = { api: api.port, metrics: metrics?.port }
  const diagnostics = [...api.diagnostics, ...(metrics?.diagnostics ?? [])]
  return { ports, sharedMetrics: metrics?.sharedWithApi ?? false, diagnostics }
}

/**
 * The policies that put the Moat in force. The snapshot tells the API port where the Moat does not, and what else the
 * Moat would touch.
 */
export function policiesOf(moat: Moat, snapshot: Snapshot): MoatPolicies {
  const { ports, sharedMetrics, diagnostics: about } = settle(moat, snapshot)
  const diagnostics = [...checkMoat(moat, snapshot), ...about]
  if (hasErrors(diagnostics)) return none(diagnostics)
  const all = [modelPolicy(moat, ports), ...defaultDeny(moat, snapshot, ports)]
  const unnameable = tooLong(moat, all)
  if (unnameable.length > 0) return none([...diagnostics, ...unnameable])
  return {
    policies: all.map(({ policy }) => policy),
    manifests: all.map(({ manifest }) => manifest),
    rendered: all,
    residuals: residualsOf(moat, sharedMetrics),
    diagnostics,
  }
}
