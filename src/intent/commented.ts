// A policy in its three forms at once: for the engine, for kubectl, and in words.
import type { NetworkPolicy, Rule } from '../policy/network-policy.ts'
import type { Selector } from '../policy/selector.ts'
import { manifestOf, type NetworkPolicyManifest } from './manifest.ts'

/** A sentence that belongs above a place in a manifest. The empty path is the manifest itself. */
export interface Comment {
  readonly path: readonly (string | number)[]
  readonly text: string
}

/** A rule and the sentence that says what it allows. */
export interface SpokenRule {
  readonly rule: Rule
  readonly sentence: string
}

export interface RenderedPolicy {
  readonly policy: NetworkPolicy
  readonly manifest: NetworkPolicyManifest
  readonly comments: readonly Comment[]
}

/** What a policy consists of, before it has its three forms. */
export interface SpokenPolicy {
  readonly name: string
  readonly namespace: string
  readonly subject: Selector
  /** What the policy is, above the manifest. */
  readonly title: string
  /** What it applies to, above the pod selector. */
  readonly scope: string
  readonly ingress: { readonly summary: string; readonly rules: readonly SpokenRule[] }
  readonly egress: { readonly summary: string; readonly rules: readonly SpokenRule[] }
  readonly span?: NetworkPolicy['span']
}

function ruleComments(direction: 'ingress' | 'egress', spoken: SpokenPolicy): Comment[] {
  const { summary, rules } = spoken[direction]
  return [
    { path: ['spec', direction], text: summary },
    ...rules.map(({ sentence }, index) => ({ path: ['spec', direction, index], text: sentence })),
  ]
}

/** The policy, its manifest and its comments. */
export function rendered(spoken: SpokenPolicy): RenderedPolicy {
  const policy: NetworkPolicy = {
    namespace: spoken.namespace,
    name: spoken.name,
    subject: spoken.subject,
    ingress: spoken.ingress.rules.map(({ rule }) => rule),
    egress: spoken.egress.rules.map(({ rule }) => rule),
    ...(spoken.span && { span: spoken.span }),
  }
  const comments = [
    { path: [], text: spoken.title },
    { path: ['spec', 'podSelector'], text: spoken.scope },
    ...ruleComments('ingress', spoken),
    ...ruleComments('egress', spoken),
  ]
  return { policy, manifest: manifestOf(policy), comments }
}
