// The oracles: ways to answer one probe about a cluster of raw objects. Every conformance case and every differential
// test runs over this interface; another oracle joins by being one more `Oracle`.
import type { Diagnostic } from '../../src/diag/diagnostic.ts'
import { formatDiagnostic } from '../../src/diag/diagnostic.ts'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../../src/engine/endpoint.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { type ProfileName, PROFILES } from '../../src/engine/profile.ts'
import type { Reach } from '../../src/engine/reach.ts'
import { parse } from '../../src/parse/parse.ts'
import { qualifiedName, type Snapshot } from '../../src/policy/snapshot.ts'
import { hasConnection, type Protocol } from '../../src/sets/connection-set.ts'
import { type Family, parseAddress } from '../../src/sets/ip-address.ts'
import { type Questions, type ReferenceEnd, referenceVerdict } from '../reference/reference.ts'
import { type RawCluster, rawPods, rawText } from './raw-objects.ts'

export type Verdict = 'Allowed' | 'Denied' | 'Depends'

/** One connection. Its ends are `namespace/pod` or an address. */
export interface Probe {
  readonly source: string
  readonly destination: string
  readonly family: Family
  readonly protocol: Protocol
  readonly port: number
}

export interface Oracle {
  readonly name: string
  /** Reads a cluster once, then answers probes about it. Throws where it cannot read the cluster. */
  readonly read: (cluster: RawCluster, profile: ProfileName) => (probe: Probe) => Verdict
}

/** `a/x -> b/y tcp/80 v4`. */
export function formatProbe({ source, destination, family, protocol, port }: Probe): string {
  return `${source} -> ${destination} ${protocol.toLowerCase()}/${port} v${family}`
}

/** Through text and `parse`, as a user's input goes; any diagnostic of severity error throws. */
export function snapshotOf(cluster: RawCluster): Snapshot {
  const { snapshot, diagnostics } = parse([{ name: 'cluster.yaml', text: rawText(cluster) }])
  const errors = diagnostics.filter(({ severity }: Diagnostic) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(formatDiagnostic).join('\n'))
  return snapshot
}

function verdictOf({ allowed, depends }: Reach, { protocol, port }: Probe): Verdict {
  if (hasConnection(allowed, protocol, port)) return 'Allowed'
  return depends.some(({ connections }) => hasConnection(connections, protocol, port)) ? 'Depends' : 'Denied'
}

export const ENGINE: Oracle = {
  name: 'engine',
  read: (cluster, profile) => {
    const snapshot = snapshotOf(cluster)
    const engine = createEngine(snapshot, PROFILES[profile])
    const pods = new Map(snapshot.pods.map((pod) => [qualifiedName(pod), pod]))
    const end = (text: string): Endpoint => {
      const pod = pods.get(text)
      if (pod) return podEndpoint(pod)
      const address = parseAddress(text)
      if (!address) throw new Error(`no pod and no address: ${text}`)
      return outsideEndpoint(address)
    }
    const known = new Map<string, Reach>()
    return (probe) => {
      const key = `${probe.source} ${probe.destination} ${probe.family}`
      const reach = known.get(key) ?? engine.reach(end(probe.source), end(probe.destination), probe.family)
      known.set(key, reach)
      return verdictOf(reach, probe)
    }
  },
}

function referenceOracle(name: string, questions: Questions): Oracle {
  return {
    name,
    read: (cluster, profile) => {
      const pods = new Map(
        rawPods(cluster).map((pod) => [`${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`, pod]),
      )
      const end = (text: string): ReferenceEnd => {
        const pod = pods.get(text)
        if (!pod && text.includes('/')) throw new Error(`no pod: ${text}`)
        return pod ? { pod } : { address: text }
      }
      const { ipBlockOverPods, ipBlockOverNodes } = PROFILES[profile]
      const over = { ipBlockOverPods, ipBlockOverNodes, questions }
      return ({ source, destination, ...rest }) =>
        referenceVerdict(cluster, { source: end(source), destination: end(destination), ...rest }, over)
    },
  }
}

/** Takes each uncertain match as a question of its own, as Moat says it does. */
export const REFERENCE: Oracle = referenceOracle('reference', 'matches')

/**
 * Takes each unknown thing as one question, whoever asks: where it says Allowed or Denied, and another oracle Depends, that
 * one is careful; where it says anything else than an Allowed or Denied of another, that one is wrong.
 */
export const TRUTH: Oracle = referenceOracle('truth', 'things')

/** All that run in the unit tests. */
export const ORACLES: readonly Oracle[] = [ENGINE, REFERENCE]
