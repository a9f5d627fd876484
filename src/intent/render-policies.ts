// From a Moat to NetworkPolicies: as objects of the policy model, and as manifests.
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import type { NetworkPolicyManifest } from './manifest.ts'

export interface MoatPolicies {
  /** What the manifests mean, ready for the engine. */
  readonly policies: readonly NetworkPolicy[]
  readonly manifests: readonly NetworkPolicyManifest[]
  /** With an error among them, `policies` and `manifests` are empty: nothing is rendered by half. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The policies that put the Moat in force. The snapshot tells the API port where the Moat does not. */
export function policiesOf(_moat: Moat, _snapshot: Snapshot): MoatPolicies {
  return { policies: [], manifests: [], diagnostics: [] }
}
