// A diff for a terminal: what opened, what closed, each under the line that did it.
import type { Change, ChangeKind, Diff, Grade, PossibleChange } from '../../analysis/diff/answer.ts'
import type { PolicyEdit } from '../../analysis/diff/edit.ts'
import { type Chapter, chaptersOf } from '../../analysis/diff/story.ts'
import { formatSpan } from '../../diag/source.ts'
import { witnessText } from '../proof.ts'
import { type Line, piece, type Style, visible } from '../styled-text.ts'
import { wrap } from '../wrap.ts'
import { doubtWords, editWords, partiesWords, placeWords, policyWords, portsWords, workloadWords } from './words.ts'

export interface DiffTextOptions {
  /** Terminal cells; the default is 100. */
  readonly width?: number
  /** Most changes under one line; the rest is counted. */
  readonly most?: number
}

const GRADE_STYLE: Readonly<Record<Grade, Style>> = { high: 'bad', medium: 'attention', low: 'muted' }
const INDENT = '  '

function indented(text: string, depth: number, width: number): string[] {
  const space = INDENT.repeat(depth)
  return wrap(text, width - space.length).map((line) => `${space}${line}`)
}

/** Where the edit is to be seen: where it opened something in the later version, else in the earlier. */
export function placeOfEdit(edit: PolicyEdit): string {
  const span = edit.after ?? edit.before
  const past = edit.after ? '' : ' (before)'
  return span ? `${formatSpan(span)}${past}` : ''
}

function editLines(edit: PolicyEdit, kind: ChangeKind, width: number): Line[] {
  const place = placeOfEdit(edit)
  const head = place === '' ? placeWords(edit) : `${place}  ${placeWords(edit)}`
  return [
    [piece(`${INDENT}${head}`, 'strong')],
    ...indented(editWords(edit, kind), 2, width).map((text): Line => [piece(text)]),
  ]
}

function changeLines(change: Change, width: number): Line[] {
  const { sources, destinations, grade, gradeReason } = change
  const text = `${partiesWords(sources)} -> ${partiesWords(destinations)}: ${portsWords(change)} (${gradeReason})`
  const pad = ' '.repeat('medium'.length + 2)
  const room = width - 2 * INDENT.length - pad.length
  const doubt = doubtWords(change)
  const lines = [...wrap(text, room), ...(doubt === '' ? [] : wrap(doubt, room))]
  return lines.map((line, at): Line => {
    if (at > 0) return [piece(`${INDENT.repeat(2)}${pad}${line}`)]
    return [piece(INDENT.repeat(2)), piece(grade, GRADE_STYLE[grade]), piece(`${pad.slice(grade.length)}${line}`)]
  })
}

function chapterLines({ edits, cause, kind, changes }: Chapter, width: number, most: number): Line[] {
  const head: Line[] =
    cause === 'workloads'
      ? [[piece(`${INDENT}workloads changed, under the policies as they were`, 'strong')]]
      : edits.length === 0
        ? [[piece(`${INDENT}policies changed`, 'strong')]]
        : edits.flatMap((edit) => editLines(edit, kind, width))
  const both: Line[] =
    cause === 'both' ? [[piece(`${INDENT.repeat(2)}and workloads changed: neither alone would have done it`)]] : []
  const shown = changes.length <= most ? changes : changes.slice(0, most - 1)
  const rest = changes.length - shown.length
  const more: Line[] = rest > 0 ? [[piece(`${INDENT.repeat(2)}and ${rest} more; -o json has them all`, 'muted')]] : []
  return [...head, ...both, ...shown.flatMap((change) => changeLines(change, width)), ...more]
}

function section(title: string, style: Style, bodies: readonly (readonly Line[])[]): Line[] {
  if (bodies.length === 0) return []
  return [
    [piece(title, style)],
    ...bodies.flatMap((body, at) => (at === 0 ? body : [[piece('')], ...body])),
    [piece('')],
  ]
}

function possibleLines(change: PossibleChange, width: number): Line[] {
  const text = `${change.kind}, ${change.grade}: ${witnessText(change.witness)}`
  return [
    ...change.edits.flatMap((edit) => editLines(edit, change.kind, width)),
    ...indented(visible(text), 2, width).map((line): Line => [piece(line)]),
  ]
}

/** `2 changes opened connections (1 high), 1 closed connections`. */
export function summaryWords({ changes, possible }: Diff): string {
  const of = (kind: ChangeKind): Change[] => changes.filter((change) => change.kind === kind)
  const [opened, closed] = [of('opened'), of('closed')]
  const high = opened.filter(({ grade }) => grade === 'high').length
  if (changes.length + possible.length === 0) return 'no connection opened or closed'
  const words = [
    `${opened.length} opened${high > 0 ? ` (${high} high)` : ''}`,
    `${closed.length} closed`,
    ...(possible.length > 0 ? [`${possible.length} for pods that could exist`] : []),
  ]
  return words.join(', ')
}

/** The edits that changed no connection, of pods of the input or of others. A whole policy is named without its rules. */
export function idleEdits({ edits, changes, possible }: Diff): PolicyEdit[] {
  const told = new Set([...changes, ...possible].flatMap((change) => change.edits))
  const whole = new Set(edits.filter(isWhole).map(policyWords))
  const named = new Set([...told].map(policyWords))
  return edits.filter((edit) => {
    if (told.has(edit)) return false
    const name = policyWords(edit)
    return whole.has(name) ? isWhole(edit) && !named.has(name) : true
  })
}

function isWhole({ kind }: PolicyEdit): boolean {
  return kind === 'policy-added' || kind === 'policy-removed'
}

/** What opened and closed, what changed about workloads, and which edits did nothing. */
export function diffLines(diff: Diff, { width = 100, most = 12 }: DiffTextOptions = {}): Line[] {
  const chapters = (kind: ChangeKind): Line[][] =>
    chaptersOf(diff, kind).map((chapter) => chapterLines(chapter, width, most))
  const idle = idleEdits(diff)
  const listed = (texts: readonly string[]): Line[] =>
    texts.flatMap((text) => indented(text, 1, width).map((line): Line => [piece(line)]))
  const lines = [
    ...section('OPENED', 'bad', chapters('opened')),
    ...section('CLOSED', 'good', chapters('closed')),
    ...section(
      'FOR PODS THAT COULD EXIST',
      'attention',
      diff.possible.map((change) => possibleLines(change, width)),
    ),
    ...section('WORKLOADS', 'strong', diff.workloads.length === 0 ? [] : [listed(diff.workloads.map(workloadWords))]),
    ...section(
      'EDITS THAT CHANGE NO CONNECTION',
      'muted',
      idle.length === 0 ? [] : [listed(idle.map((edit) => `${placeWords(edit)}: ${editWords(edit, 'opened')}`))],
    ),
  ]
  return [...lines, [piece(summaryWords(diff), 'strong')]]
}
