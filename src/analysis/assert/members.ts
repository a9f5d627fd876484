// Who of the input an end of an assertion means.
import { matchNamespace, namespaceOf } from '../../engine/match.ts'
import type { AssertionPlace } from '../../policy/assertion.ts'
import { matches } from '../../policy/selector.ts'
import type { Pod, Snapshot } from '../../policy/snapshot.ts'
import { ownersOf } from '../../policy/workload-name.ts'
import { fromIntervals } from '../../sets/interval-set.ts'
import {
  ALL_ADDRESSES,
  intersectAddresses,
  type IpSet,
  ipSetOf,
  NO_ADDRESSES,
  subtractAddresses,
} from '../../sets/ip-set.ts'

/** Pods and outside addresses; either may be empty. */
export interface Members {
  readonly pods: ReadonlySet<Pod>
  readonly addresses: IpSet
}

/** `sure` are meant, `possible` are too where labels of namespaces that are not known turn out so (S40). */
export interface Meant {
  readonly sure: Members
  readonly possible: Members
}

export function nobody({ pods, addresses }: Members): boolean {
  return pods.size === 0 && addresses.v4.length === 0 && addresses.v6.length === 0
}

/** Only bare pods and those of a StatefulSet have a name that files tell. */
function hasOwnName(pod: Pod, bare: ReadonlySet<Pod>): boolean {
  return bare.has(pod) || pod.owner?.kind === 'StatefulSet'
}

function isNamed(pod: Pod, place: Extract<AssertionPlace, { kind: 'named' }>, bare: ReadonlySet<Pod>): boolean {
  const { namespace, name, of } = place
  if (pod.namespace !== namespace) return false
  if (of !== 'Pod' && ownersOf(pod).some((owner) => owner.name === name && (of === undefined || owner.kind === of))) {
    return true
  }
  return (of === undefined || of === 'Pod') && pod.name === name && hasOwnName(pod, bare)
}

/** Every address that no pod of a pod network has. */
export function outsideOf(pods: readonly Pod[]): IpSet {
  const known = pods.flatMap((pod) => (pod.hostNetwork ? [] : pod.addresses)) // S33
  const v4 = known.flatMap(({ family, value }) => (family === 4 ? [[value, value + 1] as const] : []))
  const v6 = known.flatMap(({ family, value }) => (family === 6 ? [[value, value + 1n] as const] : []))
  return subtractAddresses(ALL_ADDRESSES, { v4: fromIntervals(v4), v6: fromIntervals(v6) })
}

/** `pods` are those of the snapshot, workloads expanded. A host name means nobody that is known. */
export function membersOf(
  place: AssertionPlace,
  { snapshot, pods, outside }: { readonly snapshot: Snapshot; readonly pods: readonly Pod[]; readonly outside: IpSet },
): Meant {
  const only = (some: readonly Pod[]): Members => ({ pods: new Set(some), addresses: NO_ADDRESSES })
  const all = (members: Members): Meant => ({ sure: members, possible: members })
  switch (place.kind) {
    case 'named': {
      const bare = new Set(snapshot.pods)
      return all(only(pods.filter((pod) => isNamed(pod, place, bare))))
    }
    case 'pods': {
      const labelled = pods.filter((pod) => matches(place.pods, pod.labels))
      const found = Map.groupBy(labelled, ({ namespace }) =>
        matchNamespace(place.namespaces, namespaceOf(snapshot.namespaces, namespace)),
      )
      const sure = found.get('yes') ?? []
      return { sure: only(sure), possible: only([...sure, ...(found.get('namespace-labels-unknown') ?? [])]) }
    }
    case 'cidr':
      return all({ pods: new Set(), addresses: intersectAddresses(outside, ipSetOf(place.cidr)) })
    case 'host':
      return all(only([]))
  }
}
