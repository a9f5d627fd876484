// Which policies differ between two snapshots, and the policies of every state in between.
import type { ClusterNetworkPolicy } from '../../policy/cluster-network-policy.ts'
import type { Direction, NetworkPolicy } from '../../policy/network-policy.ts'
import { matches } from '../../policy/selector.ts'
import { type Pod, qualifiedName, type Snapshot } from '../../policy/snapshot.ts'
import type { Draft } from './draft.ts'
import { draftClusterPolicy } from './draft-cluster-policy.ts'
import { draftNetworkPolicy, type Versions } from './draft-network-policy.ts'
import { meaning, type PolicyEdit } from './edit.ts'

/** A policy that differs, and the edits between its versions. */
export type ChangedPolicy =
  | ({ readonly kind: 'network'; readonly draft: Draft<NetworkPolicy | undefined> } & Versions<NetworkPolicy>)
  | ({
      readonly kind: 'cluster'
      readonly draft: Draft<ClusterNetworkPolicy | undefined>
    } & Versions<ClusterNetworkPolicy>)

export interface PolicyChanges {
  readonly changed: readonly ChangedPolicy[]
  /** Equal in both snapshots. */
  readonly steady: Pick<Snapshot, 'networkPolicies' | 'clusterPolicies'>
  /** The changed policies that may say something about a pod in a direction, in one of their versions. */
  readonly about: (pod: Pod, direction: Direction) => readonly ChangedPolicy[]
}

/** Pairs of one name; a name that a snapshot has twice is paired in its order. */
function pairs<P>(before: readonly P[], after: readonly P[], nameOf: (policy: P) => string): Versions<P>[] {
  const waiting = Map.groupBy(before, nameOf)
  const used = new Map<string, number>()
  const found = after.map((policy): Versions<P> => {
    const name = nameOf(policy)
    const nth = used.get(name) ?? 0
    used.set(name, nth + 1)
    return { before: waiting.get(name)?.[nth], after: policy }
  })
  const gone = [...waiting].flatMap(([name, own]) => own.slice(used.get(name) ?? 0))
  return [...found, ...gone.map((policy): Versions<P> => ({ before: policy, after: undefined }))]
}

/** Whether the policy could select the pod by its labels; a cluster policy's namespaces are not looked at. */
function selects(policy: NetworkPolicy | ClusterNetworkPolicy | undefined, pod: Pod): boolean {
  if (!policy) return false
  return matches('kind' in policy ? policy.subject.pods : policy.subject, pod.labels)
}

/** Edits that can matter in one direction. */
export function editsIn({ draft }: ChangedPolicy, direction: Direction): PolicyEdit[] {
  return draft.edits.filter((edit) => edit.direction === undefined || edit.direction === direction)
}

/** NetworkPolicies by name, then the others: the answer must not depend on the order of the input. */
function orderKey(one: ChangedPolicy): string {
  if (one.kind === 'cluster') return `~${one.after?.kind ?? one.before?.kind} ${one.after?.name ?? one.before?.name}`
  return qualifiedName((one.after ?? one.before) as NetworkPolicy)
}

export function policyChanges(before: Snapshot, after: Snapshot): PolicyChanges {
  const network = pairs(before.networkPolicies, after.networkPolicies, (p) => `${p.namespace}/${p.name}`)
  const cluster = pairs(before.clusterPolicies, after.clusterPolicies, (p) => `${p.kind} ${p.name}`)
  const differ = <P>(versions: Versions<P>): boolean => meaning(versions.before) !== meaning(versions.after)
  const changed: ChangedPolicy[] = [
    ...network
      .filter(differ)
      .map((versions) => ({ kind: 'network', ...versions, draft: draftNetworkPolicy(versions) }) as const),
    ...cluster
      .filter(differ)
      .map((versions) => ({ kind: 'cluster', ...versions, draft: draftClusterPolicy(versions) }) as const),
  ]
  changed.sort((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1))
  const byNamespace = Map.groupBy(changed, (one) =>
    one.kind === 'network' ? (one.after ?? one.before)?.namespace : '',
  )
  return {
    changed,
    steady: {
      networkPolicies: network.flatMap((versions) => (versions.after && !differ(versions) ? [versions.after] : [])),
      clusterPolicies: cluster.flatMap((versions) => (versions.after && !differ(versions) ? [versions.after] : [])),
    },
    about: (pod, direction) =>
      [...(byNamespace.get(pod.namespace) ?? []), ...(byNamespace.get('') ?? [])].filter(
        (one) => editsIn(one, direction).length > 0 && (selects(one.before, pod) || selects(one.after, pod)),
      ),
  }
}
