// All that a run shows, worked out from the input before anything is made: places, policies, proofs and the table to probe.
import { type Plan, planAttempts } from '../../analysis/truth-table.ts'
import type { Proof } from '../../analysis/proof.ts'
import { prove } from '../../analysis/prove.ts'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../../engine/endpoint.ts'
import { CONFORMANCE } from '../../engine/profile.ts'
import { createEngine, type Engine } from '../../engine/engine.ts'
import type { InForce } from '../../intent/policies-in-force.ts'
import { matches } from '../../policy/selector.ts'
import { type Namespace, qualifiedName, type Snapshot } from '../../policy/snapshot.ts'
import { planTopology, type Topology } from '../../sandbox/topology.ts'
import { castOf, type Part } from './cast.ts'

/** One side of the comparison: what the engine predicts from and what the kernel gets. */
export interface Side {
  readonly snapshot: Snapshot
  readonly engine: Engine
}

export interface Scene {
  readonly topology: Topology
  /** Without any policy: the positive control. */
  readonly open: Side
  /** With the hand-written policies and those that the Moats render to. */
  readonly guarded: Side
  readonly plan: Plan
  readonly proofs: readonly Proof[]
  readonly parts: readonly Part[]
  readonly remarks: readonly string[]
}

export interface SceneLimits {
  readonly attempts: number
  readonly policyPorts: number
}

/** The sandbox makes a namespace that the input only mentions with nothing but its name label, so nothing is unknown there (S40). */
function settled(snapshot: Snapshot): { readonly snapshot: Snapshot; readonly assumed: readonly string[] } {
  const assumed: string[] = []
  const namespaces = new Map<string, Namespace>()
  for (const [name, namespace] of snapshot.namespaces) {
    if (!namespace.declared) assumed.push(name)
    namespaces.set(name, { ...namespace, declared: true })
  }
  return { snapshot: { ...snapshot, namespaces }, assumed }
}

function sideOf(snapshot: Snapshot): Side {
  return { snapshot, engine: createEngine(snapshot, CONFORMANCE) }
}

/** Three names, and how many more there are. */
function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

/** What the input has and the truth table has not. */
function bystanders(input: Snapshot, topology: Topology): string[] {
  const ended = input.pods.filter(({ phase }) => phase === 'Succeeded' || phase === 'Failed').map(qualifiedName)
  const onNode = topology.pods.filter(({ netns }) => netns === undefined).map(({ pod }) => qualifiedName(pod))
  const idle = input.moats.filter(({ namespace, spec }) =>
    topology.pods.every(({ pod }) => pod.namespace !== namespace || !matches(spec.model.pods, pod.labels)),
  )
  return [
    ...(ended.length === 0 ? [] : [`pods that have ended hold no address and are left out: ${some(ended)}`]),
    ...(onNode.length === 0
      ? []
      : [`pods on the network of their node, where no policy applies, are not probed: ${some(onNode)}`]),
    ...(idle.length === 0
      ? []
      : [
          `no pod that runs is selected by ${some(idle.map((moat) => `Moat ${qualifiedName(moat)}`))}: nothing is shown of it`,
        ]),
  ]
}

/** Sets the scene for an input and the policies in force in it. */
export function sceneOf(inForce: InForce, limits: SceneLimits): Scene {
  const proofs = inForce.moats.map(({ moat }) => prove(inForce.snapshot, moat))
  const topology = planTopology(inForce.snapshot)
  const { snapshot, assumed } = settled(topology.snapshot)
  const ends: Endpoint[] = [
    ...snapshot.pods.map((pod) => podEndpoint(pod)),
    ...topology.outside.map(({ address }) => outsideEndpoint(address)),
  ]
  const plan = planAttempts(ends, snapshot, limits)
  const remarks = [
    ...topology.omitted,
    ...bystanders(inForce.snapshot, topology),
    ...(assumed.length === 0
      ? []
      : [`namespaces known by name only get no label but their name here: ${assumed.toSorted().join(', ')}`]),
    ...(plan.attempts.length < plan.whole
      ? [`the truth table has ${plan.whole} cells; ${plan.attempts.length}, most of them of isolated pods, are probed`]
      : []),
  ]
  return {
    topology,
    open: sideOf({ ...snapshot, networkPolicies: [], clusterPolicies: [] }),
    guarded: sideOf(snapshot),
    plan,
    proofs,
    parts: snapshot.moats.map((moat) => castOf(snapshot, moat, topology.dns.pods)),
    remarks,
  }
}
