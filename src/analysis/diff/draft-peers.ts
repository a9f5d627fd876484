// Two versions of one NetworkPolicy rule's peers and ports, as edits.
import type { Span } from '../../diag/source.ts'
import type { Direction, Peer, PortMatch, Rule } from '../../policy/network-policy.ts'
import { align, concat, type Draft, either, same } from './draft.ts'
import { type Edited, meaning, type PolicyEdit } from './edit.ts'

/** Where in a policy the edits are. */
export interface RulePlace {
  readonly policy: Edited
  readonly direction: Direction
  readonly rule: number
  /** Of the rule in both versions. */
  readonly before?: Span
  readonly after?: Span
}

/** An edit at a place; `was` and `is` say more exactly where it is. */
export function editAt(
  place: RulePlace,
  edit: Pick<PolicyEdit, 'kind' | 'was' | 'is' | 'before' | 'after'>,
): PolicyEdit {
  const { policy, direction, rule } = place
  const [before, after] = [edit.before ?? place.before, edit.after ?? place.after]
  return { policy, direction, rule, ...edit, ...(before && { before }), ...(after && { after }) }
}

type PodsPeer = Extract<Peer, { kind: 'pods' }>

/** S09: the two peers that one peer falls into by one more dash. */
function halvesOf(whole: Peer, among: readonly Peer[]): readonly [Peer, Peer] | undefined {
  if (whole.kind !== 'pods' || whole.namespaces === 'own' || whole.pods.requirements.length === 0) return undefined
  const pods = among.filter((peer): peer is PodsPeer => peer.kind === 'pods')
  const first = pods.find(
    (peer) => peer.pods.requirements.length === 0 && meaning(peer.namespaces) === meaning(whole.namespaces),
  )
  const second = pods.find((peer) => peer.namespaces === 'own' && meaning(peer.pods) === meaning(whole.pods))
  return first && second ? [first, second] : undefined
}

/** Peers that were probably edited into one another: they have something in common. */
function alike(a: Peer, b: Peer): boolean {
  if (a.kind === 'ipBlock' || b.kind === 'ipBlock') {
    return a.kind === b.kind && a.kind === 'ipBlock' && b.kind === 'ipBlock' && meaning(a.cidr) === meaning(b.cidr)
  }
  const shares = (one: unknown, other: unknown): boolean => meaning(one) === meaning(other)
  return shares(a.pods, b.pods) || (a.namespaces !== 'own' && shares(a.namespaces, b.namespaces))
}

function peerList(place: RulePlace, before: readonly Peer[], after: readonly Peer[]): Draft<readonly Peer[]> {
  const { equal, gone, come } = align(before, after, meaning)
  const left = new Set(gone)
  const right = new Set(come)
  const drafts: Draft<readonly Peer[]>[] = [same(equal)]
  for (const whole of gone) {
    const halves = halvesOf(whole, [...right])
    if (!halves) continue
    const after = halves[1].span ?? halves[0].span
    const edit = editAt(place, {
      kind: 'peer-split',
      was: { what: 'peer', peer: whole },
      is: { what: 'peer', peer: halves[1] },
      ...(whole.span && { before: whole.span }),
      ...(after && { after }),
    })
    drafts.push(either<readonly Peer[]>(edit, [whole], halves))
    left.delete(whole)
    for (const half of halves) right.delete(half)
  }
  for (const whole of right) {
    const halves = halvesOf(whole, [...left])
    if (!halves) continue
    const before = halves[1].span ?? halves[0].span
    const edit = editAt(place, {
      kind: 'peer-joined',
      was: { what: 'peer', peer: halves[1] },
      is: { what: 'peer', peer: whole },
      ...(before && { before }),
      ...(whole.span && { after: whole.span }),
    })
    drafts.push(either<readonly Peer[]>(edit, halves, [whole]))
    right.delete(whole)
    for (const half of halves) left.delete(half)
  }
  for (const one of left) {
    const other = [...right].find((candidate) => alike(one, candidate))
    const was = { was: { what: 'peer', peer: one }, ...(one.span && { before: one.span }) } as const
    if (!other) {
      drafts.push(either<readonly Peer[]>(editAt(place, { kind: 'peer-removed', ...was }), [one], []))
      continue
    }
    const is = { is: { what: 'peer', peer: other }, ...(other.span && { after: other.span }) } as const
    drafts.push(either<readonly Peer[]>(editAt(place, { kind: 'peer-changed', ...was, ...is }), [one], [other]))
    right.delete(other)
  }
  for (const one of right) {
    const is = { is: { what: 'peer', peer: one }, ...(one.span && { after: one.span }) } as const
    drafts.push(either<readonly Peer[]>(editAt(place, { kind: 'peer-added', ...is }), [], [one]))
  }
  return concat(drafts)
}

function portList(
  place: RulePlace,
  before: readonly PortMatch[],
  after: readonly PortMatch[],
): Draft<readonly PortMatch[]> {
  const { equal, gone, come } = align(before, after, meaning)
  return concat<PortMatch>([
    same(equal),
    ...gone.map((port) => {
      const was = { was: { what: 'port', port }, ...(port.span && { before: port.span }) } as const
      return either<readonly PortMatch[]>(editAt(place, { kind: 'port-removed', ...was }), [port], [])
    }),
    ...come.map((port) => {
      const is = { is: { what: 'port', port }, ...(port.span && { after: port.span }) } as const
      return either<readonly PortMatch[]>(editAt(place, { kind: 'port-added', ...is }), [], [port])
    }),
  ])
}

/** S05, S06: a list against "any" is one edit, two lists are compared by their elements. */
function anyOrList<T>(
  [before, after]: readonly ['any' | readonly T[], 'any' | readonly T[]],
  make: {
    readonly edit: (kind: 'added' | 'removed') => PolicyEdit
    readonly list: (before: readonly T[], after: readonly T[]) => Draft<readonly T[]>
  },
): Draft<'any' | readonly T[]> {
  if (before !== 'any' && after !== 'any') return make.list(before, after)
  if (before === after) return same(before)
  return either(make.edit(before === 'any' ? 'added' : 'removed'), before, after)
}

/** A rule between two versions; nothing of it is left where one of its lists is empty: it would match nothing. */
export function draftRule(place: RulePlace, before: Rule, after: Rule): Draft<readonly Rule[]> {
  const peers = anyOrList([before.peers, after.peers], {
    edit: (kind) => editAt(place, { kind: `peers-${kind}` }),
    list: (was, is) => peerList(place, was, is),
  })
  const ports = anyOrList([before.ports, after.ports], {
    edit: (kind) => editAt(place, { kind: `ports-${kind}` }),
    list: (was, is) => portList(place, was, is),
  })
  return {
    edits: [...peers.edits, ...ports.edits],
    build: (kept) => {
      const rule: Rule = { ...after, peers: peers.build(kept), ports: ports.build(kept) }
      return rule.peers.length === 0 || rule.ports.length === 0 ? [] : [rule]
    },
  }
}
