// A diff for a pull request: what opened first, each with the line that did it.
import type { Change, ChangeKind, Diff } from '../../analysis/diff/answer.ts'
import type { PolicyEdit } from '../../analysis/diff/edit.ts'
import { type Chapter, chaptersOf } from '../../analysis/diff/story.ts'
import { witnessText } from '../proof.ts'
import { visible } from '../styled-text.ts'
import { idleEdits, placeOfEdit, summaryWords } from './text.ts'
import { doubtWords, editWords, partiesWords, placeWords, portsWords, workloadWords } from './words.ts'

const MOST_ROWS = 20

/** Text that Markdown takes as it is, backticks apart: they mark words of manifests. */
function plain(text: string): string {
  return visible(text)
    .replaceAll('\\', '\\\\')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[|*_[\]~#@]/g, (c) => `\\${c}`)
}

/** As code, whatever is in it. */
function code(text: string): string {
  const fence = '`'.repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1)
  const edge = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return `${fence}${edge}${visible(text).replaceAll('|', '\\|')}${edge}${fence}`
}

function editLine(edit: PolicyEdit, kind: ChangeKind): string {
  const place = placeOfEdit(edit)
  return `${place === '' ? '' : `${code(place)} `}${plain(placeWords(edit))}: **${plain(editWords(edit, kind))}**`
}

function row(change: Change): string {
  const { sources, destinations, grade, gradeReason } = change
  const doubt = doubtWords(change)
  const what = [portsWords(change), ...(doubt === '' ? [] : [doubt])].join('; ')
  const severity = change.kind === 'opened' && grade !== 'low' ? `**${grade}**` : grade
  return `| ${severity} | ${plain(partiesWords(sources))} | ${plain(partiesWords(destinations))} | ${plain(what)} | ${plain(gradeReason)} |`
}

function rows(changes: readonly Change[]): string[] {
  const shown = changes.slice(0, MOST_ROWS)
  const rest = changes.length - shown.length
  return [
    '| severity | from | to | connections | |',
    '|---|---|---|---|---|',
    ...shown.map(row),
    ...(rest > 0 ? ['', `and ${rest} more`] : []),
  ]
}

function chapter({ edits, kind, cause, changes }: Chapter): string[] {
  const head =
    cause === 'workloads'
      ? ['Workloads changed, under the policies as they were:']
      : edits.length === 0
        ? ['Policies changed:']
        : edits.map((edit) => `- ${editLine(edit, kind)}`)
  const both = cause === 'both' ? ['', 'Workloads changed too; neither alone would have done it.'] : []
  return [...head, ...both, '', ...rows(changes), '']
}

function folded(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  return ['<details>', `<summary>${title}</summary>`, '', ...items.map((item) => `- ${item}`), '', '</details>', '']
}

function possible({ possible }: Diff): string[] {
  if (possible.length === 0) return []
  const items = possible.flatMap((change) => [
    ...change.edits.map((edit) => `- ${editLine(edit, change.kind)}`),
    `  - ${change.kind}, for example: ${plain(witnessText(change.witness))}`,
  ])
  return [
    '### For pods that could exist',
    '',
    'The input has none like these, but nothing keeps anybody from making one.',
    '',
    ...items,
    '',
  ]
}

/** Sections for what opened, what closed, and what else changed. */
export function diffMarkdown(diff: Diff): string {
  const [opened, closed] = (['opened', 'closed'] as const).map((kind) => chaptersOf(diff, kind).flatMap(chapter))
  const lines = [
    `**Network policies: ${summaryWords(diff)}**`,
    '',
    ...(opened?.length ? ['### Opened', '', ...opened] : []),
    ...(closed?.length ? ['### Closed', '', ...closed] : []),
    ...possible(diff),
    ...folded(
      'Workloads that changed',
      diff.workloads.map((change) => plain(workloadWords(change))),
    ),
    ...folded(
      'Edits that change no connection',
      idleEdits(diff).map((edit) => `${plain(placeWords(edit))}: ${plain(editWords(edit, 'opened'))}`),
    ),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}
