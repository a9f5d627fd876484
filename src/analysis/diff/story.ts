// Changes told by what did them: a reader wants the line first, and then what it opened.
import type { Change, ChangeKind, Diff, Grade } from './answer.ts'

/** Changes of one kind that the same edits did; those that only pods and namespaces did are one chapter. */
export interface Chapter {
  readonly kind: ChangeKind
  readonly cause: Change['cause']
  readonly edits: Change['edits']
  /** Of its gravest change. */
  readonly grade: Grade
  /** Gravest first. */
  readonly changes: readonly Change[]
}

/** Of one kind, in the order of their gravest changes; what workloads did comes last. */
export function chaptersOf({ changes, edits }: Diff, kind: ChangeKind): Chapter[] {
  const places = new Map(edits.map((edit, place) => [edit, place]))
  const own = changes.filter((change) => change.kind === kind)
  const byCause = Map.groupBy(own, (change) =>
    change.cause === 'workloads'
      ? 'workloads'
      : `${change.cause} ${change.edits.map((edit) => places.get(edit)).join()}`,
  )
  const chapters = [...byCause.values()].map((same): Chapter => {
    const [{ cause, edits: theirs, grade }] = same as [Change, ...Change[]]
    return { kind, cause, edits: theirs, grade, changes: same }
  })
  return [
    ...chapters.filter(({ cause }) => cause !== 'workloads'),
    ...chapters.filter(({ cause }) => cause === 'workloads'),
  ]
}
