// Two versions of a policy of the admin APIs as edits. The order of its rules counts, so what stays in order is kept.
import type { ClusterNetworkPolicy, ClusterRule } from '../../policy/cluster-network-policy.ts'
import type { Direction } from '../../policy/network-policy.ts'
import { concat, type Draft, either, eitherDraft, same } from './draft.ts'
import type { Versions } from './draft-network-policy.ts'
import { type Edited, type EditKind, meaning, type PolicyEdit } from './edit.ts'

interface Place {
  readonly policy: Edited
  readonly direction: Direction
  readonly versions: Versions<ClusterNetworkPolicy>
}

function ruleEdit(
  place: Place,
  kind: EditKind,
  [was, is]: readonly [ClusterRule | undefined, ClusterRule | undefined],
): PolicyEdit {
  const { policy, direction, versions } = place
  const indexOf = (rule: ClusterRule, version: ClusterNetworkPolicy | undefined): number =>
    version?.[direction].indexOf(rule) ?? 0
  const [old, now] = [was && indexOf(was, versions.before), is && indexOf(is, versions.after)]
  const before = was?.span ?? versions.before?.span
  const after = is?.span ?? versions.after?.span
  return {
    kind,
    policy,
    direction,
    rule: now ?? old ?? 0,
    ...(was && { was: { what: 'rule', rule: was, index: old ?? 0 } }),
    ...(is && { is: { what: 'rule', rule: is, index: now ?? 0 } }),
    ...(before && { before }),
    ...(after && { after }),
  }
}

/** Lengths of the longest common subsequences of the ends of two lists. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [row, next] = [table[i] as number[], table[i + 1] as number[]]
      row[j] = a[i] === b[j] ? (next[j + 1] as number) + 1 : Math.max(next[j] as number, row[j + 1] as number)
    }
  }
  return table
}

function draftRules(
  place: Place,
  before: readonly ClusterRule[],
  after: readonly ClusterRule[],
): Draft<readonly ClusterRule[]> {
  const [a, b] = [before.map(meaning), after.map(meaning)]
  const common = commonLengths(a, b)
  const drafts: Draft<readonly ClusterRule[]>[] = []
  const flush = (gone: ClusterRule[], come: ClusterRule[]): void => {
    for (let k = 0; k < Math.max(gone.length, come.length); k++) {
      const [was, is] = [gone[k], come[k]]
      const kind: EditKind = was && is ? 'rule-changed' : was ? 'rule-removed' : 'rule-added'
      drafts.push(either<readonly ClusterRule[]>(ruleEdit(place, kind, [was, is]), was ? [was] : [], is ? [is] : []))
    }
  }
  let gone: ClusterRule[] = []
  let come: ClusterRule[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      flush(gone, come)
      ;[gone, come] = [[], []]
      drafts.push(same<readonly ClusterRule[]>([after[j] as ClusterRule]))
      i++
      j++
    } else if (j >= b.length || (i < a.length && (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))) {
      gone.push(before[i] as ClusterRule)
      i++
    } else {
      come.push(after[j] as ClusterRule)
      j++
    }
  }
  flush(gone, come)
  return concat(drafts)
}

/** A policy of the admin APIs between two versions; `undefined` where it is not there. */
export function draftClusterPolicy(versions: Versions<ClusterNetworkPolicy>): Draft<ClusterNetworkPolicy | undefined> {
  const { before, after } = versions
  const one = (after ?? before) as ClusterNetworkPolicy
  const policy: Edited = { kind: one.kind, namespace: '', name: one.name }
  const spans = { ...(before?.span && { before: before.span }), ...(after?.span && { after: after.span }) }
  const rules = (direction: Direction): Draft<readonly ClusterRule[]> =>
    draftRules({ policy, direction, versions }, before?.[direction] ?? [], after?.[direction] ?? [])
  const [ingress, egress] = [rules('ingress'), rules('egress')]
  const parts = {
    ...(before && { was: { what: 'policy', policy: before } as const }),
    ...(after && { is: { what: 'policy', policy: after } as const }),
  }
  const field = <T>(kind: EditKind, of: (policy: ClusterNetworkPolicy) => T): Draft<T> => {
    if (!before || !after || meaning(of(before)) === meaning(of(after))) return same(of(one))
    return either({ kind, policy, ...parts, ...spans }, of(before), of(after))
  }
  const subject = field('subject-changed', (each) => each.subject)
  const order = field('order-changed', ({ tier, priority }) => ({ tier, priority }))
  const body: Draft<ClusterNetworkPolicy | undefined> = {
    edits: [...order.edits, ...subject.edits, ...ingress.edits, ...egress.edits],
    build: (kept) => ({
      ...one,
      ...order.build(kept),
      subject: subject.build(kept),
      ingress: ingress.build(kept),
      egress: egress.build(kept),
    }),
  }
  const none = same<ClusterNetworkPolicy | undefined>(undefined)
  if (!before) return eitherDraft({ kind: 'policy-added', policy, ...parts, ...spans }, none, body)
  if (!after) return eitherDraft({ kind: 'policy-removed', policy, ...parts, ...spans }, body, none)
  return body
}
