// A policy of the admin APIs, compiled: its subject, and its rules as far as they can be understood.
import type { ClusterNetworkPolicy, ClusterPeer, ClusterPort, ClusterRule } from '../policy/cluster-network-policy.ts'
import type { Direction, PortMatch } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import type { Node } from '../policy/snapshot.ts'
import { hasIdentity, type PodClass } from './classes.ts'
import { compileClusterPeer } from './compiled-cluster-peer.ts'
import type { CompiledPeer } from './compiled-peer.ts'
import { type Match, matchNamespace } from './match.ts'
import { compilePorts, type RulePorts } from './port-resolution.ts'

export interface CompiledClusterRule {
  readonly rule: ClusterRule
  /** Place in its list, from 0. */
  readonly index: number
  /** What it does; not always what it says (`closed`). */
  readonly action: ClusterRule['action']
  readonly peers: 'any' | readonly CompiledPeer[]
  readonly ports: RulePorts
}

export interface CompiledClusterPolicy {
  /** Place among all policies, from 0. */
  readonly id: number
  readonly policy: ClusterNetworkPolicy
  readonly rules: Readonly<Record<Direction, readonly CompiledClusterRule[]>>
}

function isKnown<T extends ClusterPeer | ClusterPort>(one: T): one is Exclude<T, { kind: 'unknown' }> {
  return one.kind !== 'unknown'
}

/** A rule that is not wholly understood fails closed: an Accept matches nothing, any other denies everything. */
function closed(rule: ClusterRule, index: number): CompiledClusterRule[] {
  if (rule.action === 'Accept') return []
  return [{ rule, index, action: 'Deny', peers: 'any', ports: compilePorts('any') }]
}

function compileRule(rule: ClusterRule, index: number, nodes: readonly Node[]): CompiledClusterRule[] {
  const peers = rule.peers.filter(isKnown)
  const ports: 'any' | readonly PortMatch[] = rule.ports === 'any' ? 'any' : rule.ports.filter(isKnown)
  if (peers.length < rule.peers.length || ports.length < rule.ports.length) return closed(rule, index)
  const compiled = peers.map((peer) => compileClusterPeer(peer, nodes))
  return [{ rule, index, action: rule.action, peers: compiled, ports: compilePorts(ports) }]
}

export function compileClusterPolicy(
  policy: ClusterNetworkPolicy,
  id: number,
  nodes: readonly Node[],
): CompiledClusterPolicy {
  const compile = (rules: readonly ClusterRule[]): CompiledClusterRule[] =>
    rules.flatMap((rule, index) => compileRule(rule, index, nodes))
  return { id, policy, rules: { ingress: compile(policy.ingress), egress: compile(policy.egress) } }
}

/** Whether the policy applies to the pod; pods on the host network are never subjects. */
export function matchSubject({ subject }: ClusterNetworkPolicy, { pod, namespace }: PodClass): Match {
  if (!hasIdentity(pod) || !matches(subject.pods, pod.labels)) return 'no'
  return matchNamespace(subject.namespaces, namespace)
}
