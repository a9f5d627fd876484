// Who takes part: the pods that policies can speak of, with their addresses as nft texts, and selectors resolved to them.
import type { Peer } from '../policy/network-policy.ts'
import { type Labels, matches, type Selector } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL, type Pod, qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import { type Family, formatAddress } from '../sets/ip-address.ts'

export const FAMILIES: readonly Family[] = [4, 6]

/** A pod on the pod network. */
export interface Member {
  /** `namespace/name`. */
  readonly name: string
  readonly pod: Pod
  readonly 4: string | undefined
  readonly 6: string | undefined
}

/** The pods of a snapshot that selectors can match, in order of name. */
export interface Cast {
  readonly members: readonly Member[]
  readonly namespaceLabels: (namespace: string) => Labels
}

/**
 * Pods that hold an address (S38) and are not on the host's network (S33: no selector matches those). Workloads are not
 * expanded here: the snapshot's pods are those that run.
 */
export function castOf(snapshot: Snapshot): Cast {
  const members = snapshot.pods
    .filter((pod) => !pod.hostNetwork && pod.phase !== 'Succeeded' && pod.phase !== 'Failed')
    .map((pod): Member => ({ name: qualifiedName(pod), pod, 4: addressOf(pod, 4), 6: addressOf(pod, 6) }))
    .filter((member) => member[4] !== undefined || member[6] !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    members,
    namespaceLabels: (name) => snapshot.namespaces.get(name)?.labels ?? new Map([[NAMESPACE_NAME_LABEL, name]]), // S39
  }
}

function addressOf(pod: Pod, family: Family): string | undefined {
  const address = pod.addresses.find((a) => a.family === family)
  return address && formatAddress(address)
}

/** The pods of one namespace that a selector matches. */
export function selected(cast: Cast, namespace: string, selector: Selector): Member[] {
  return cast.members.filter(({ pod }) => pod.namespace === namespace && matches(selector, pod.labels))
}

/** The pods that a peer of a policy in `namespace` means (S08–S10). */
export function peerMembers(cast: Cast, namespace: string, peer: Peer & { kind: 'pods' }): Member[] {
  const { namespaces, pods } = peer
  const inNamespace =
    namespaces === 'own'
      ? (name: string) => name === namespace // S10
      : memoised((name: string) => matches(namespaces, cast.namespaceLabels(name)))
  return cast.members.filter(({ pod }) => inNamespace(pod.namespace) && matches(pods, pod.labels)) // S09
}

function memoised(answer: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const now = answer(name)
    known.set(name, now)
    return now
  }
}
