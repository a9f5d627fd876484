// Everything that the rules ask for, worked out once and only when somebody asks.
import type { Span } from '../../diag/source.ts'
import { createEngine, type Engine } from '../../engine/engine.ts'
import type { InForce } from '../../intent/policies-in-force.ts'
import { type Direction, type NetworkPolicy, type Peer, policyName, type Rule } from '../../policy/network-policy.ts'
import { type Pod, qualifiedName, type Service, type Snapshot } from '../../policy/snapshot.ts'
import { everyPod } from '../subjects.ts'
import { type ModelServer, modelServersOf } from './model-servers.ts'
import { type Found, PodIndex } from './pod-index.ts'

/** One rule of a NetworkPolicy, with where it stands. */
export interface PlacedRule {
  readonly policy: NetworkPolicy
  readonly direction: Direction
  /** Place in its list, from 0. */
  readonly index: number
  readonly rule: Rule
}

export interface LintContext {
  readonly snapshot: Snapshot
  /** Of the input as workloads would make them, those scaled to none too. */
  readonly pods: PodIndex
  readonly everyPod: readonly Pod[]
  readonly policies: readonly NetworkPolicy[]
  readonly policiesIn: (namespace: string) => readonly NetworkPolicy[]
  readonly servicesIn: (namespace: string) => readonly Service[]
  /** The rules of all policies, in their order. */
  readonly rules: readonly PlacedRule[]
  /** Rendered from a Moat: its text is not that of a policy, so there is nothing to edit in it. */
  readonly isRendered: (policy: NetworkPolicy) => boolean
  readonly subjects: (policy: NetworkPolicy) => Found
  /** The pods that a peer of a policy means. */
  readonly peers: (policy: NetworkPolicy, peer: Extract<Peer, { kind: 'pods' }>) => Found
  readonly models: readonly ModelServer[]
  /** The model servers that a policy selects. */
  readonly modelsOf: (policy: NetworkPolicy) => readonly ModelServer[]
  readonly engine: Engine
}

/** `spec.ingress[0]`. */
export function ruleWords({ direction, index }: Pick<PlacedRule, 'direction' | 'index'>): string {
  return `\`spec.${direction}[${index}]\``
}

/** `rule spec.ingress[0] of NetworkPolicy ns/name`. */
export function ruleName(placed: PlacedRule): string {
  return `${ruleWords(placed)} of ${policyName(placed.policy)}`
}

/** Where something stands: its own place, else the rule's, else the policy's. */
export function spanAt(
  policy: { readonly span?: Span },
  ...places: readonly ({ readonly span?: Span } | undefined)[]
): { span?: Span } {
  const found = [...places, policy].find((place) => place?.span)
  return found?.span ? { span: found.span } : {}
}

function rulesOf(policies: readonly NetworkPolicy[]): PlacedRule[] {
  return policies.flatMap((policy) =>
    (['ingress', 'egress'] as const).flatMap((direction) =>
      (policy[direction] ?? []).map((rule, index) => ({ policy, direction, index, rule })),
    ),
  )
}

/** A function that works once. */
function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

export function contextOf({ snapshot, moats }: InForce): LintContext {
  const all = lazy(() => everyPod(snapshot))
  const pods = lazy(() => new PodIndex(all(), snapshot.namespaces))
  const policies = snapshot.networkPolicies
  const byNamespace = lazy(() => Map.groupBy(policies, ({ namespace }) => namespace))
  const services = lazy(() => Map.groupBy(snapshot.services, ({ namespace }) => namespace))
  const rules = lazy(() => rulesOf(policies))
  const engine = lazy(() => createEngine(snapshot))
  const models = lazy(() => modelServersOf(snapshot, all()))
  const rendered = new Set(moats.flatMap((one) => one.rendered.policies.map(qualifiedName)))
  const byPod = lazy(() => new Map(models().map((model) => [model.pod, model])))
  const subjects = (policy: NetworkPolicy) => pods().find(policy.namespace, policy.subject)
  return {
    snapshot,
    get pods() {
      return pods()
    },
    get everyPod() {
      return all()
    },
    policies,
    policiesIn: (namespace) => byNamespace().get(namespace) ?? [],
    servicesIn: (namespace) => services().get(namespace) ?? [],
    get rules() {
      return rules()
    },
    isRendered: (policy) => rendered.has(qualifiedName(policy)),
    subjects,
    peers: (policy, peer) => pods().find(peer.namespaces === 'own' ? policy.namespace : peer.namespaces, peer.pods),
    get models() {
      return models()
    },
    modelsOf: (policy) => {
      if (models().length === 0) return []
      return subjects(policy).pods.flatMap((pod) => byPod().get(pod) ?? [])
    },
    get engine() {
      return engine()
    },
  }
}
