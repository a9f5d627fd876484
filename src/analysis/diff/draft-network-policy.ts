// Two versions of a NetworkPolicy as edits, each of which can be taken back on its own.
import type { Direction, NetworkPolicy, Rule } from '../../policy/network-policy.ts'
import { align, concat, type Draft, either, eitherDraft, same } from './draft.ts'
import { draftRule, editAt, type RulePlace } from './draft-peers.ts'
import { type Edited, meaning, type PolicyEdit } from './edit.ts'

/** Both versions of a policy; at least one is there. */
export interface Versions<P> {
  readonly before: P | undefined
  readonly after: P | undefined
}

type Rules = readonly Rule[] | undefined

/** How much two rules have in common; 0: nothing. */
function likeness(a: Rule, b: Rule): number {
  const peers = meaning(a.peers) === meaning(b.peers) ? 4 : sharedPeers(a, b) ? 2 : 0
  return peers + (meaning(a.ports) === meaning(b.ports) ? 3 : 0)
}

function sharedPeers(a: Rule, b: Rule): boolean {
  if (a.peers === 'any' || b.peers === 'any') return false
  const parts = new Set(a.peers.flatMap((peer) => (peer.kind === 'pods' ? [meaning(peer.pods)] : [meaning(peer.cidr)])))
  return b.peers.some((peer) => parts.has(peer.kind === 'pods' ? meaning(peer.pods) : meaning(peer.cidr)))
}

/** The two rules that one falls into by one more dash: one with its peers, one with its ports. */
function halvesOf(whole: Rule, among: readonly Rule[]): readonly [Rule, Rule] | undefined {
  if (whole.peers === 'any' || whole.ports === 'any') return undefined
  const first = among.find((rule) => rule.ports === 'any' && meaning(rule.peers) === meaning(whole.peers))
  const second = among.find((rule) => rule.peers === 'any' && meaning(rule.ports) === meaning(whole.ports))
  return first && second ? [first, second] : undefined
}

interface Place {
  readonly policy: Edited
  readonly direction: Direction
  readonly versions: Versions<NetworkPolicy>
}

function placeOf({ policy, direction, versions }: Place, was: Rule | undefined, is: Rule | undefined): RulePlace {
  const index = is ? versions.after?.[direction]?.indexOf(is) : was && versions.before?.[direction]?.indexOf(was)
  const before = was?.span ?? versions.before?.span
  const after = is?.span ?? versions.after?.span
  return { policy, direction, rule: index ?? 0, ...(before && { before }), ...(after && { after }) }
}

function ruleEdit(
  place: Place,
  kind: 'rule-added' | 'rule-removed' | 'rule-split' | 'rule-joined',
  parts: { was?: Rule; is?: Rule },
): PolicyEdit {
  const at = placeOf(place, parts.was, parts.is)
  const { was, is } = parts
  return editAt(at, {
    kind,
    ...(was && { was: { what: 'rule', rule: was, index: at.rule } }),
    ...(is && { is: { what: 'rule', rule: is, index: at.rule } }),
  })
}

function split(place: Place, left: Set<Rule>, right: Set<Rule>): Draft<readonly Rule[]>[] {
  const drafts: Draft<readonly Rule[]>[] = []
  for (const whole of left) {
    const halves = halvesOf(whole, [...right])
    if (!halves) continue
    drafts.push(either<readonly Rule[]>(ruleEdit(place, 'rule-split', { was: whole, is: halves[1] }), [whole], halves))
    left.delete(whole)
    for (const half of halves) right.delete(half)
  }
  for (const whole of right) {
    const halves = halvesOf(whole, [...left])
    if (!halves) continue
    drafts.push(either<readonly Rule[]>(ruleEdit(place, 'rule-joined', { was: halves[1], is: whole }), halves, [whole]))
    right.delete(whole)
    for (const half of halves) left.delete(half)
  }
  return drafts
}

/** The order of rules means nothing (S27): equal ones are paired, then those that are most alike. */
function draftRules(place: Place, before: readonly Rule[], after: readonly Rule[]): Draft<readonly Rule[]> {
  const { equal, gone, come } = align(before, after, meaning)
  const left = new Set(gone)
  const right = new Set(come)
  const drafts = [same<readonly Rule[]>(equal), ...split(place, left, right)]
  const pairs = [...left]
    .flatMap((was) => [...right].map((is) => ({ was, is, score: likeness(was, is) })))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  for (const { was, is } of pairs) {
    if (!left.has(was) || !right.has(is)) continue
    drafts.push(draftRule(placeOf(place, was, is), was, is))
    left.delete(was)
    right.delete(is)
  }
  for (const was of left) drafts.push(either<readonly Rule[]>(ruleEdit(place, 'rule-removed', { was }), [was], []))
  for (const is of right) drafts.push(either<readonly Rule[]>(ruleEdit(place, 'rule-added', { is }), [], [is]))
  return concat(drafts)
}

/** One direction: whether it is isolated, then what its rules say. */
function draftDirection(place: Place): Draft<Rules> {
  const { direction, versions, policy } = place
  const [before, after] = [versions.before?.[direction], versions.after?.[direction]]
  const rules = draftRules(place, before ?? [], after ?? [])
  if (!versions.before || !versions.after || (before === undefined) === (after === undefined)) {
    return (before ?? after) ? rules : same<Rules>(undefined)
  }
  const spans = {
    ...(versions.before.span && { before: versions.before.span }),
    ...(versions.after.span && { after: versions.after.span }),
  }
  const parts = {
    was: { what: 'policy', policy: versions.before },
    is: { what: 'policy', policy: versions.after },
  } as const
  const kind = before === undefined ? 'isolation-added' : 'isolation-removed'
  const edit: PolicyEdit = { kind, policy, direction, ...parts, ...spans }
  const none = same<Rules>(undefined)
  return before === undefined ? eitherDraft<Rules>(edit, none, rules) : eitherDraft<Rules>(edit, rules, none)
}

/** A NetworkPolicy between two versions; `undefined` where it is not there. */
export function draftNetworkPolicy(versions: Versions<NetworkPolicy>): Draft<NetworkPolicy | undefined> {
  const { before, after } = versions
  const one = (after ?? before) as NetworkPolicy
  const policy: Edited = { kind: 'NetworkPolicy', namespace: one.namespace, name: one.name }
  const ingress = draftDirection({ policy, direction: 'ingress', versions })
  const egress = draftDirection({ policy, direction: 'egress', versions })
  const spans = { ...(before?.span && { before: before.span }), ...(after?.span && { after: after.span }) }
  const subject =
    before && after && meaning(before.subject) !== meaning(after.subject)
      ? either(
          {
            kind: 'subject-changed',
            policy,
            was: { what: 'selector', selector: before.subject },
            is: { what: 'selector', selector: after.subject },
            ...spans,
          },
          before.subject,
          after.subject,
        )
      : same(one.subject)
  const body: Draft<NetworkPolicy | undefined> = {
    edits: [...subject.edits, ...ingress.edits, ...egress.edits],
    build: (kept) => ({
      ...one,
      subject: subject.build(kept),
      ingress: ingress.build(kept),
      egress: egress.build(kept),
    }),
  }
  const none = same<NetworkPolicy | undefined>(undefined)
  if (!before)
    return eitherDraft({ kind: 'policy-added', policy, is: { what: 'policy', policy: one }, ...spans }, none, body)
  if (!after)
    return eitherDraft({ kind: 'policy-removed', policy, was: { what: 'policy', policy: one }, ...spans }, body, none)
  return body
}
