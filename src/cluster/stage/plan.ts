// What a staging run will make: one stand-in for each class of pods that the policies tell apart, and the ports they answer on.
import { planAttempts } from '../../analysis/truth-table.ts'
import { createEngine } from '../../engine/engine.ts'
import { podEndpoint } from '../../engine/endpoint.ts'
import { matches } from '../../policy/selector.ts'
import { type Pod, qualifiedName, type Snapshot } from '../../policy/snapshot.ts'
import type { Protocol } from '../../sets/connection-set.ts'
import type { Address } from '../../sets/ip-address.ts'
import type { Listener } from '../probe/stand-in.ts'
import { type Renaming, renamingFor, rewrite, stagedPod } from './rewrite.ts'

/** One pod of the input and the one that stands in for it. */
export interface StagedPod {
  readonly original: Pod
  readonly staged: Pod
  readonly listeners: readonly Listener[]
}

export interface StagePlan {
  readonly original: Snapshot
  /** The input under the staging namespaces, with the pods that stand in. */
  readonly staged: Snapshot
  readonly renaming: Renaming
  readonly pods: readonly StagedPod[]
  readonly remarks: readonly string[]
}

export interface PlanOptions {
  /** Of the first staging namespace. */
  readonly name: string
  readonly maxPods: number
}

/** Borders of the policies' ports that each stand-in answers on, beyond the ports that it declares. */
export const POLICY_PORTS = 3

/** Selected by a Moat or by a policy: the reason for the run. */
function isProtected({ namespace, labels }: Pod, { moats, networkPolicies }: Snapshot): boolean {
  return (
    moats.some((moat) => moat.namespace === namespace && matches(moat.spec.model.pods, labels)) ||
    networkPolicies.some((policy) => policy.namespace === namespace && matches(policy.subject, labels))
  )
}

/** A class's member that most readers know: a model's pod before others, then the first. Host-network pods cannot be staged. */
function representatives(snapshot: Snapshot): { readonly pods: Pod[]; readonly hostNetwork: number } {
  const groups = createEngine(snapshot).classes()
  const pods = groups.flatMap((group) => group.pods.filter(({ hostNetwork }) => !hostNetwork).slice(0, 1))
  const hostNetwork = groups.flatMap((group) => group.pods.filter((pod) => pod.hostNetwork)).length
  const first = pods.filter((pod) => isProtected(pod, snapshot))
  return { pods: [...first, ...pods.filter((pod) => !first.includes(pod))], hostNetwork }
}

/** For planning only: where a pod has no address yet, one that no block can be meant for. */
function placeholder(n: number): Address {
  return { family: 4, value: n + 1 }
}

/** The ports of each pod that will be probed, as listeners; ports are named where the original names them (S17). */
function listenersOf(pods: readonly Pod[], staged: Snapshot): (readonly Listener[])[] {
  const ends = pods.map((pod, n) => podEndpoint({ ...pod, addresses: [placeholder(n)] }))
  const { attempts } = planAttempts(ends, staged, { attempts: Infinity, policyPorts: POLICY_PORTS })
  return ends.map((end) => {
    const mine = attempts.filter(({ destination, protocol }) => destination === end && protocol !== 'SCTP')
    const byPort = Map.groupBy(mine, ({ port }) => port)
    return [...byPort].map(([port, all]): Listener => {
      const declared = end.kind === 'pod' ? end.pod.ports.filter((each) => each.port === port) : []
      const names = declared.flatMap(({ name, protocol }) => (name === undefined ? [] : [{ name, protocol }]))
      const protocols: Protocol[] = [...new Set(all.map(({ protocol }) => protocol))]
      return { port, protocols, ...(names.length > 0 && { names }) }
    })
  })
}

/** Pure: the same input gives the same plan. An input without pods gives one without pods. */
export function planStage(snapshot: Snapshot, { name, maxPods }: PlanOptions): StagePlan {
  const { pods: all, hostNetwork } = representatives(snapshot)
  const chosen = all.slice(0, maxPods)
  const renaming = renamingFor([...new Set(chosen.map(({ namespace }) => namespace))], name)
  const rewritten = rewrite(snapshot, renaming)
  const stagedPods = chosen.map((pod) => stagedPod(pod, renaming))
  const staged = { ...rewritten, pods: stagedPods }
  const listeners = listenersOf(stagedPods, staged)
  const remarks = [
    ...(all.length > chosen.length
      ? [
          `${all.length - chosen.length} kinds of pods are not staged: more than ${maxPods} were told apart (--max-pods)`,
        ]
      : []),
    ...(hostNetwork > 0
      ? [`${hostNetwork} pods on the host network are not staged: no policy holds them reliably`]
      : []),
    ...(snapshot.clusterPolicies.length > 0
      ? ['policies of the admin APIs are not staged: they reach across namespaces. The predictions leave them out']
      : []),
  ]
  const pods = chosen.map((original, n): StagedPod => {
    const [copy, ports] = [stagedPods[n], listeners[n]]
    if (!copy || !ports) throw new Error(`${qualifiedName(original)} has no stand-in`)
    return { original, staged: copy, listeners: ports }
  })
  return { original: snapshot, staged, renaming, pods, remarks }
}
