// A NetworkPolicy, compiled: peers that match classes, ports that resolve on a destination, and whom it isolates.
import type { Direction, NetworkPolicy, Rule } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import { hasIdentity, type PodClass } from './classes.ts'
import type { CompiledPeer, PeerCompiler } from './compiled-peer.ts'
import { compilePorts, type RulePorts } from './port-resolution.ts'

export interface CompiledRule {
  readonly rule: Rule
  /** Place in its list, from 0. */
  readonly index: number
  readonly peers: 'any' | readonly CompiledPeer[]
  readonly ports: RulePorts
}

export interface CompiledPolicy {
  /** No other policy of the tier has it. */
  readonly id: number
  readonly policy: NetworkPolicy
  readonly rules: Readonly<Record<Direction, readonly CompiledRule[] | undefined>>
  /** True when a rule of the direction names a port. */
  readonly namesPorts: Readonly<Record<Direction, boolean>>
}

export function compilePolicy(policy: NetworkPolicy, id: number, peers: PeerCompiler): CompiledPolicy {
  const compile = (rule: Rule, index: number): CompiledRule => ({
    rule,
    index,
    peers: rule.peers === 'any' ? 'any' : rule.peers.map((peer) => peers.compile(peer, policy.namespace)),
    ports: compilePorts(rule.ports),
  })
  const rules = { ingress: policy.ingress?.map(compile), egress: policy.egress?.map(compile) }
  const names = (some: readonly CompiledRule[] = []): boolean => some.some(({ ports }) => ports.named.length > 0)
  return { id, policy, rules, namesPorts: { ingress: names(rules.ingress), egress: names(rules.egress) } }
}

/** Whether a policy of the subject's namespace isolates it in the direction (S29); pods on the host network never are (S33). */
export function isolates({ policy, rules }: CompiledPolicy, { pod }: PodClass, direction: Direction): boolean {
  return rules[direction] !== undefined && hasIdentity(pod) && matches(policy.subject, pod.labels)
}
