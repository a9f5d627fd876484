// Named readings of what Kubernetes leaves open; each switch has its source in docs/semantics.md.

export type ProfileName = 'spec' | 'conformance' | 'calico' | 'cilium'

export interface Profile {
  readonly name: ProfileName
  /** Whether an ipBlock matches the addresses of pods (S22); addresses of the outside always match. */
  readonly ipBlockOverPods: 'matches' | 'depends' | 'never'
  /** Whether an ipBlock matches the addresses of nodes, and so of pods on the host network (S32, S33). */
  readonly ipBlockOverNodes: 'matches' | 'depends'
  /** A pod that opens its own Service and is handed back to itself (S31). */
  readonly ownService: 'allowed' | 'depends'
}

/** What the API text says, and nothing else. */
export const SPEC: Profile = {
  name: 'spec',
  ipBlockOverPods: 'depends',
  ipBlockOverNodes: 'matches',
  ownService: 'depends',
}

/** What the conformance suite of NetworkPolicy expects; the sandbox's kernel rules behave so. */
export const CONFORMANCE: Profile = {
  name: 'conformance',
  ipBlockOverPods: 'matches',
  ipBlockOverNodes: 'matches',
  ownService: 'depends',
}

export const CALICO: Profile = {
  name: 'calico',
  ipBlockOverPods: 'matches',
  ipBlockOverNodes: 'matches',
  ownService: 'allowed',
}

/** Cilium matches nodes by address only where its setting `policy-cidr-match-mode` says so. */
export const CILIUM: Profile = {
  name: 'cilium',
  ipBlockOverPods: 'never',
  ipBlockOverNodes: 'depends',
  ownService: 'allowed',
}

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  spec: SPEC,
  conformance: CONFORMANCE,
  calico: CALICO,
  cilium: CILIUM,
}
