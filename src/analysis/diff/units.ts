// Pods of two snapshots, each with its counterpart, and what changed about them and their namespaces.
import { namespaceOf } from '../../engine/match.ts'
import { podsOf } from '../../policy/endpoints.ts'
import type { Labels } from '../../policy/selector.ts'
import { type Pod, qualifiedName, type Snapshot } from '../../policy/snapshot.ts'
import { workloadOf } from '../../policy/workload-name.ts'
import type { Presence } from './answer.ts'

/** A workload, or a bare pod. */
export interface Actor {
  readonly namespace: string
  readonly name: string
  /** Kind of the workload; `Pod` for a bare pod. */
  readonly owner: string
  readonly presence: Presence
}

/** A pod in one snapshot or both. Where a workload has more pods on one side, several have the same counterpart. */
export interface Unit {
  readonly id: number
  readonly actor: Actor
  readonly before: Pod | undefined
  readonly after: Pod | undefined
  /** What policies can see of it differs: labels, ports, addresses, its network, or its namespace's labels. */
  readonly changed: boolean
}

const HASH = 'pod-template-hash'

function actorName(pod: Pod): { name: string; owner: string } {
  const workload = workloadOf(pod)
  return workload ? { name: workload.name, owner: workload.kind } : { name: pod.name, owner: 'Pod' }
}

function actorKey(pod: Pod): string {
  const { name, owner } = actorName(pod)
  return `${pod.namespace}\n${name}\n${owner}`
}

function labelText(labels: Labels): string {
  return JSON.stringify([...labels].filter(([key]) => key !== HASH).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What policies see of a pod, but for its addresses: two replicas differ in those. */
export function looksOf({ labels, ports, hostNetwork }: Pod): string {
  const named = ports.map(({ name, port, protocol }) => `${name ?? ''} ${protocol} ${port}`).sort()
  return `${labelText(labels)} ${JSON.stringify(named)} ${hostNetwork}`
}

function addressText({ addresses }: Pod): string {
  return addresses.map(({ family, value }) => `${family} ${value}`).join()
}

type Pair = readonly [before: Pod | undefined, after: Pod | undefined]

/** Takes out of both lists what has the same key, in order. */
function pairBy(before: Pod[], after: Pod[], key: (pod: Pod) => string): Pair[] {
  const found: Pair[] = []
  for (const one of before.slice()) {
    const at = after.findIndex((other) => key(other) === key(one))
    const other = after[at]
    if (!other) continue
    found.push([one, other])
    after.splice(at, 1)
    before.splice(before.indexOf(one), 1)
  }
  return found
}

/** The pods of one workload: by name, then by looks, then in order; what is left has a counterpart that looks alike. */
function pairPods(before: readonly Pod[], after: readonly Pod[]): Pair[] {
  if (before.length === 0) return after.map((pod): Pair => [undefined, pod])
  if (after.length === 0) return before.map((pod): Pair => [pod, undefined])
  const byName = (list: readonly Pod[]): Pod[] => [...list].sort((a, b) => (a.name < b.name ? -1 : 1))
  const [left, right] = [byName(before), byName(after)]
  const found = [...pairBy(left, right, ({ name }) => name), ...pairBy(left, right, looksOf)]
  while (left.length > 0 && right.length > 0) found.push([left.shift(), right.shift()])
  const like = (pod: Pod, among: readonly Pod[]): Pod | undefined =>
    among.find((one) => looksOf(one) === looksOf(pod)) ?? among[0]
  return [
    ...found,
    ...left.map((pod): Pair => [pod, like(pod, byName(after))]),
    ...right.map((pod): Pair => [like(pod, byName(before)), pod]),
  ]
}

/** The pods of both snapshots, by workload in the order of their names. */
export function unitsOf(before: Snapshot, after: Snapshot): Unit[] {
  const [old, now] = [Map.groupBy(podsOf(before), actorKey), Map.groupBy(podsOf(after), actorKey)]
  const sameNamespace = new Map<string, boolean>()
  const namespaceKept = (name: string): boolean => {
    const known = sameNamespace.get(name)
    if (known !== undefined) return known
    const [a, b] = [before, after].map(({ namespaces }) => namespaceOf(namespaces, name))
    const kept = a?.declared === b?.declared && labelText(a?.labels ?? new Map()) === labelText(b?.labels ?? new Map())
    sameNamespace.set(name, kept)
    return kept
  }
  let id = 0
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key) => {
    const [was, is] = [old.get(key) ?? [], now.get(key) ?? []]
    const [first] = [...is, ...was] as [Pod]
    const presence: Presence = was.length === 0 ? 'added' : is.length === 0 ? 'removed' : 'both'
    const actor: Actor = { namespace: first.namespace, ...actorName(first), presence }
    return pairPods(was, is).map(([one, other]): Unit => {
      const alike = one && other && looksOf(one) === looksOf(other) && addressText(one) === addressText(other)
      return { id: id++, actor, before: one, after: other, changed: alike !== true || !namespaceKept(first.namespace) }
    })
  })
}

/** `namespace/name`, which is unique among the pods of a snapshot. */
export function podKey(pod: Pod): string {
  return qualifiedName(pod)
}
