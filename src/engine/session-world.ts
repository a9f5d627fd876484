// What a session knows at one moment: its objects by name, never changed, with what was derived from them and can be kept.
import type { ClusterNetworkPolicy, ClusterTier } from '../policy/cluster-network-policy.ts'
import type { Direction, NetworkPolicy } from '../policy/network-policy.ts'
import type { Namespace, Pod, Snapshot } from '../policy/snapshot.ts'
import type { Family } from '../sets/ip-address.ts'
import { type Answers, answersOf } from './answers.ts'
import { ClassSet, type PeerSet } from './class-set.ts'
import type { EndpointClass, PodClass } from './classes.ts'
import { clusterPolicyTier, type ClusterPolicyTier } from './cluster-tier.ts'
import type { PeerCompiler } from './compiled-peer.ts'
import { type CompiledPolicy, compilePolicy, isolates } from './compiled-policy.ts'
import { namespaceOf } from './match.ts'
import { type FindIsolating, policyTierOf } from './network-policy-tier.ts'
import { RulingTable } from './ruling-table.ts'
import { defaultTier, evaluate, type Row, type Tier } from './tier.ts'

/** Objects by `namespace/name`; policies of the admin APIs by kind and name, namespaces by name. */
export interface Objects {
  readonly namespaces: ReadonlyMap<string, Namespace>
  /** All of them, those that have ended too. */
  readonly pods: ReadonlyMap<string, Pod>
  readonly networkPolicies: ReadonlyMap<string, NetworkPolicy>
  readonly clusterPolicies: ReadonlyMap<string, ClusterNetworkPolicy>
}

/** What lives as long as the session. */
export interface Lasting {
  readonly compiler: PeerCompiler
  /** What changes do not touch: nodes. */
  readonly rest: Snapshot
  readonly table: RulingTable
  readonly compiled: WeakMap<NetworkPolicy, CompiledPolicy>
  /** Counts classes and compiled policies, so that none is taken for another. */
  count: number
}

function holdsAddress({ phase }: Pod): boolean {
  return phase !== 'Succeeded' && phase !== 'Failed' // S38
}

/** By namespace; kept with the map that it was made of. */
function groupsOf<T extends { readonly namespace: string }>(all: ReadonlyMap<string, T>): ReadonlyMap<string, T[]> {
  return Map.groupBy(all.values(), ({ namespace }) => namespace)
}

export class SessionWorld {
  readonly objects: Objects
  readonly answers: Answers
  readonly #lasting: Lasting
  readonly #tiers: readonly Tier[]
  #classes: WeakMap<Pod, PodClass>
  #podsByNamespace: ReadonlyMap<string, Pod[]> | undefined
  #policiesByNamespace: ReadonlyMap<string, NetworkPolicy[]> | undefined
  #peers: { readonly set: PeerSet; readonly pods: readonly Pod[] } | undefined

  /** `before`: the world that this one follows; what its objects share is not worked out again. */
  constructor(objects: Objects, lasting: Lasting, before?: SessionWorld) {
    this.objects = objects
    this.#lasting = lasting
    const kept = before?.objects
    const sameNamespaces = kept?.namespaces === objects.namespaces
    this.#classes = before && sameNamespaces ? before.#classes : new WeakMap()
    if (before && kept?.pods === objects.pods) {
      this.#podsByNamespace = before.#podsByNamespace
      if (sameNamespaces) this.#peers = before.#peers
    }
    if (before && kept?.networkPolicies === objects.networkPolicies) {
      this.#policiesByNamespace = before.#policiesByNamespace
    }
    const { table, rest } = lasting
    const policies = [...objects.clusterPolicies.values()]
    const tier = (name: ClusterTier): ClusterPolicyTier =>
      clusterPolicyTier({ tier: name, policies, nodes: rest.nodes, table })
    const [admin, baseline] = [tier('admin'), tier('baseline')]
    const policyTier = policyTierOf(this.isolating, table)
    this.#tiers = [admin, policyTier, baseline, defaultTier()]
    this.answers = answersOf({
      admin,
      policies: policyTier,
      baseline,
      table,
      classOf: (end) =>
        end.kind === 'pod' ? this.classOf(end.pod) : { kind: 'outside', id: lasting.count++, endpoint: end },
      cell: ({ peer, ...question }) => this.row({ ...question, peers: new ClassSet([peer]) })[0] as number,
    })
  }

  /** Each pod is a class of its own, so that no policy to come can split one. */
  classOf(pod: Pod): PodClass {
    const found = this.#classes.get(pod) ?? this.#classOf(pod)
    this.#classes.set(pod, found)
    return found
  }

  #classOf(pod: Pod): PodClass {
    const named = pod.ports.filter(({ name }) => name !== undefined)
    const portKey = [...new Set(named.map(({ name, protocol, port }) => `${name} ${protocol} ${port}`))].sort().join()
    const namespace = namespaceOf(this.objects.namespaces, pod.namespace)
    return { kind: 'pod', id: this.#lasting.count++, pod, namespace, portKey }
  }

  compiled(policy: NetworkPolicy): CompiledPolicy {
    const { compiled, compiler } = this.#lasting
    const found = compiled.get(policy) ?? compilePolicy(policy, this.#lasting.count++, compiler)
    compiled.set(policy, found)
    return found
  }

  readonly isolating: FindIsolating = (subject, direction) => {
    this.#policiesByNamespace ??= groupsOf(this.objects.networkPolicies)
    const policies = this.#policiesByNamespace.get(subject.namespace.name) ?? []
    return policies.map((policy) => this.compiled(policy)).filter((one) => isolates(one, subject, direction))
  }

  /** Pods of a namespace that hold addresses. */
  podsIn(namespace: string): readonly Pod[] {
    this.#podsByNamespace ??= groupsOf(this.objects.pods)
    return (this.#podsByNamespace.get(namespace) ?? []).filter(holdsAddress)
  }

  /** The pod of the name, if it holds an address. */
  pod(name: string): Pod | undefined {
    const pod = this.objects.pods.get(name)
    return pod && holdsAddress(pod) ? pod : undefined
  }

  /** All pods that hold addresses, and their classes as peers, place by place. */
  peers(): { readonly set: PeerSet; readonly pods: readonly Pod[] } {
    if (this.#peers) return this.#peers
    const pods = [...this.objects.pods.values()].filter(holdsAddress)
    this.#peers = { pods, set: new ClassSet(pods.map((pod) => this.classOf(pod))) }
    return this.#peers
  }

  row(question: {
    readonly direction: Direction
    readonly subject: EndpointClass
    readonly family: Family
    readonly peers: PeerSet
  }): Row {
    const { subject, peers } = question
    if (subject.kind === 'outside') return new Int32Array(peers.classes.length).fill(RulingTable.EVERYTHING)
    return evaluate(this.#tiers, { ...question, subject })
  }

  nodes(): Snapshot['nodes'] {
    return this.#lasting.rest.nodes
  }

  snapshot(): Snapshot {
    const sorted = <T>(all: ReadonlyMap<string, T>): T[] =>
      [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
    const { pods, networkPolicies, clusterPolicies } = this.objects
    const namespaces = new Map(this.objects.namespaces)
    for (const { namespace } of [...pods.values(), ...networkPolicies.values()]) {
      if (!namespaces.has(namespace)) {
        namespaces.set(namespace, { ...namespaceOf(new Map(), namespace), declared: false })
      }
    }
    return {
      ...this.#lasting.rest,
      namespaces,
      workloads: [],
      pods: sorted(pods),
      networkPolicies: sorted(networkPolicies),
      clusterPolicies: sorted(clusterPolicies),
    }
  }
}
