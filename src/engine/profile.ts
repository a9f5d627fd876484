// Named readings of what Kubernetes leaves open; each switch has its source in docs/semantics.md.

export type ProfileName = 'spec' | 'conformance' | 'calico' | 'cilium'

export interface Profile {
  readonly name: ProfileName
  /** Whether an ipBlock matches the addresses of pods (S22). Addresses of nodes and of the outside always match. */
  readonly ipBlockOverPods: 'matches' | 'depends' | 'never'
  /** A pod that opens its own Service and is handed back to itself (S31). */
  readonly ownService: 'allowed' | 'depends'
}

/** What the API text says, and nothing else. */
export const SPEC: Profile = { name: 'spec', ipBlockOverPods: 'depends', ownService: 'depends' }

/** What the conformance suite of NetworkPolicy expects; the sandbox's kernel rules behave so. */
export const CONFORMANCE: Profile = { name: 'conformance', ipBlockOverPods: 'matches', ownService: 'depends' }

export const CALICO: Profile = { name: 'calico', ipBlockOverPods: 'matches', ownService: 'allowed' }

export const CILIUM: Profile = { name: 'cilium', ipBlockOverPods: 'never', ownService: 'allowed' }

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  spec: SPEC,
  conformance: CONFORMANCE,
  calico: CALICO,
  cilium: CILIUM,
}
