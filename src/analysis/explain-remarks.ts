// What may surprise about an accepted direction: other policies that do not matter, and peers that mean OR.
import type { NetworkPolicy, Peer, Rule } from '../policy/network-policy.ts'
import type { DirectionAnswer, Step } from './explanation.ts'
import { peerMatches, type Tested } from './near-miss.ts'

export type Remark =
  /** S27: these select the pod too and do not allow it; policies add up, so that is no matter. */
  | { readonly kind: 'union'; readonly policies: readonly NetworkPolicy[] }
  /** S09: a namespaceSelector and a podSelector in two elements of one rule; the one that matches is enough. */
  | {
      readonly kind: 'either-or'
      readonly policy: NetworkPolicy
      readonly rule: Rule
      readonly index: number
      readonly by: Peer
    }

type Admission = Extract<Step, { kind: 'admission' }>

function isNamespaceAlone(peer: Peer): boolean {
  return peer.kind === 'pods' && peer.namespaces !== 'own' && peer.pods.requirements.length === 0
}

function isPodsAlone(peer: Peer): boolean {
  return peer.kind === 'pods' && peer.namespaces === 'own' && peer.pods.requirements.length > 0
}

/** Side by side such elements look like one condition in two parts. */
function eitherOr({ policy, rule, index }: Admission, connection: Tested): Remark[] {
  if (rule.peers === 'any' || !rule.peers.some(isNamespaceAlone) || !rule.peers.some(isPodsAlone)) return []
  const [by, ...others] = rule.peers.filter((peer) => peerMatches(peer, policy.namespace, connection))
  if (!by || others.length > 0 || !(isNamespaceAlone(by) || isPodsAlone(by))) return []
  return [{ kind: 'either-or', policy, rule, index, by }]
}

/** Remarks about a direction that a NetworkPolicy's rule surely admits; none about others. */
export function remarksOf(answer: DirectionAnswer, connection: Tested): Remark[] {
  if (answer.decision !== 'accepts') return []
  const admissions = answer.steps.filter((step) => step.kind === 'admission')
  if (admissions.length === 0) return []
  const allowing = new Set(admissions.map(({ policy }) => policy))
  const policies = answer.isolatedBy.filter((policy) => !allowing.has(policy))
  const union: Remark[] = policies.length > 0 ? [{ kind: 'union', policies }] : []
  return [...union, ...admissions.flatMap((step) => eitherOr(step, connection))]
}
