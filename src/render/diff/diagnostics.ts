// A diff as diagnostics, one for each line that opened or closed something: for SARIF and annotations.
import type { ChangeKind, Diff } from '../../analysis/diff/answer.ts'
import { type Chapter, chaptersOf } from '../../analysis/diff/story.ts'
import type { Diagnostic, Note, Severity } from '../../diag/diagnostic.ts'
import { witnessText } from '../proof.ts'
import type { SarifRule } from '../sarif.ts'
import { doubtWords, editWords, partiesWords, placeWords, portsWords } from './words.ts'

/** The codes of what a diff finds. */
export const DIFF_RULES: readonly SarifRule[] = [
  {
    id: 'connection-opened',
    description: 'a connection is open that was not',
    level: 'warning',
    help: 'take the named edit back unless it is meant',
  },
  {
    id: 'connection-closed',
    description: 'a connection is denied that was open',
    level: 'note',
    help: 'make sure that nobody needs it',
  },
  {
    id: 'connection-opened-for-possible-pods',
    description: 'pods that could exist may open what they could not',
    level: 'warning',
    help: 'narrow the named peer unless it is meant',
  },
]

const MOST = 6

function severityOf(kind: ChangeKind, grade: Chapter['grade']): Severity {
  if (kind === 'closed') return 'note'
  return grade === 'high' ? 'error' : 'warning'
}

/** `opened: a -> b: tcp/80; …`. */
function chapterMessage({ kind, changes }: Chapter): string {
  const shown = changes.slice(0, MOST).map((change) => {
    const doubt = doubtWords(change)
    return `${partiesWords(change.sources)} -> ${partiesWords(change.destinations)}: ${portsWords(change)}${doubt === '' ? '' : ` (${doubt})`}`
  })
  const rest = changes.length - shown.length
  return `${kind}: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
}

function chapterDiagnostic(chapter: Chapter): Diagnostic {
  const { kind, edits, grade } = chapter
  const [first, ...others] = edits
  const spanOf = (edit: (typeof edits)[number]) => edit.after ?? edit.before
  const notes: Note[] = others.map((edit) => {
    const span = spanOf(edit)
    return { message: `${placeWords(edit)}: ${editWords(edit, kind)}`, ...(span && { span }) }
  })
  const span = first && spanOf(first)
  const why = first ? `${placeWords(first)}: ${editWords(first, kind)}; ` : 'workloads changed; '
  return {
    severity: severityOf(kind, grade),
    code: `connection-${kind}`,
    message: `${why}${chapterMessage(chapter)}`,
    ...(span && { span }),
    ...(notes.length > 0 && { notes }),
  }
}

/** Opened before closed, gravest first. */
export function diffDiagnostics(diff: Diff): Diagnostic[] {
  const chapters = (['opened', 'closed'] as const).flatMap((kind) => chaptersOf(diff, kind))
  const possible = diff.possible
    .filter(({ kind }) => kind === 'opened')
    .map(({ edits, witness, grade }): Diagnostic => {
      const [first] = edits
      const span = first && (first.after ?? first.before)
      const why = first ? `${placeWords(first)}: ${editWords(first, 'opened')}; ` : ''
      return {
        severity: severityOf('opened', grade),
        code: 'connection-opened-for-possible-pods',
        message: `${why}opened for pods that could exist: ${witnessText(witness)}`,
        ...(span && { span }),
      }
    })
  return [...chapters.map(chapterDiagnostic), ...possible]
}
