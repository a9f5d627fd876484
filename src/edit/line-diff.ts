// Edits as changes of lines, and as a diff that `patch` and `git apply` read.
import type { Edit } from '../diag/edit.ts'
import { position, type SourceFile } from '../diag/source.ts'

interface Line {
  readonly kind: ' ' | '-' | '+'
  readonly text: string
}

/** Whole lines of a file, from `first` (from 0) to `end` (exclusive), and what becomes of them. */
interface Region {
  readonly first: number
  readonly end: number
  readonly lines: readonly Line[]
}

const CONTEXT = 3

/** Lines with their line ends; the last may have none. */
function linesOf(text: string): string[] {
  const lines = text.split('\n')
  const ended = lines.slice(0, -1).map((line) => `${line}\n`)
  const last = lines.at(-1)
  return last === undefined || last === '' ? ended : [...ended, last]
}

/** The longest common lines of two short lists, as a walk over both. */
function walk(a: readonly string[], b: readonly string[]): Line[] {
  const width = b.length + 1
  const best = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number): number => best[i * width + j] as number
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const out: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push({ kind: ' ', text: a[i] as string })
      i++
      j++
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      out.push({ kind: '-', text: a[i++] as string })
    } else out.push({ kind: '+', text: b[j++] as string })
  }
  return out
}

/** The region without lines at its ends that stay as they are. */
function trimmed({ first, end, lines }: Region): Region {
  const isChanged = ({ kind }: Line): boolean => kind !== ' '
  const start = lines.findIndex(isChanged)
  if (start === -1) return { first, end: first, lines: [] }
  const last = lines.findLastIndex(isChanged)
  return { first: first + start, end: end - (lines.length - 1 - last), lines: lines.slice(start, last + 1) }
}

/** Edits by the lines that they touch; those that share lines are one. `undefined` when two overlap. */
function regionsOf(file: SourceFile, edits: readonly Edit[]): Region[] | undefined {
  const own = edits.filter(({ span }) => span.file === file).toSorted((a, b) => a.span.start - b.span.start)
  if (own.some(({ span }, i) => span.start < (own[i - 1]?.span.end ?? 0))) return undefined
  const groups: { start: number; end: number; edits: Edit[] }[] = []
  for (const edit of own) {
    const { text } = file
    const start = text.lastIndexOf('\n', edit.span.start - 1) + 1
    const isWhole = edit.span.end > edit.span.start && text[edit.span.end - 1] === '\n'
    const newline = isWhole ? edit.span.end - 1 : text.indexOf('\n', edit.span.end)
    const end = newline === -1 ? text.length : newline + 1
    const last = groups.at(-1)
    if (last && start < last.end) {
      last.end = Math.max(last.end, end)
      last.edits.push(edit)
    } else groups.push({ start, end, edits: [edit] })
  }
  return groups.map((group) => {
    let [text, at] = ['', group.start]
    for (const { span, text: replacement } of group.edits) {
      text += file.text.slice(at, span.start) + replacement
      at = span.end
    }
    text += file.text.slice(at, group.end)
    const before = linesOf(file.text.slice(group.start, group.end))
    const first = position(file, group.start).line - 1
    return trimmed({ first, end: first + before.length, lines: walk(before, linesOf(text)) })
  })
}

/** How many lines edits add or remove, whichever are more, in each place; `undefined` when two edits overlap. */
export function changedLines(edits: readonly Edit[]): number | undefined {
  let sum = 0
  for (const file of new Set(edits.map(({ span }) => span.file))) {
    const regions = regionsOf(file, edits)
    if (!regions) return undefined
    for (const { lines } of regions) {
      const [removed, added] = (['-', '+'] as const).map((kind) => lines.filter((line) => line.kind === kind).length)
      sum += Math.max(removed ?? 0, added ?? 0)
    }
  }
  return sum
}

/** The changes with three lines around them, as hunks. */
function hunksOf(all: readonly string[], regions: readonly Region[]): { first: number; lines: Line[] }[] {
  const same = (from: number, to: number): Line[] => all.slice(from, to).map((text) => ({ kind: ' ', text }))
  const hunks: { first: number; end: number; lines: Line[] }[] = []
  for (const { first, end, lines } of regions) {
    const last = hunks.at(-1)
    if (last && first - last.end <= 2 * CONTEXT) {
      last.lines.push(...same(last.end, first), ...lines)
      last.end = end
    } else {
      if (last) last.lines.push(...same(last.end, last.end + CONTEXT))
      const from = Math.max(0, first - CONTEXT)
      hunks.push({ first: from, end, lines: [...same(from, first), ...lines] })
    }
  }
  const last = hunks.at(-1)
  last?.lines.push(...same(last.end, last.end + CONTEXT))
  return hunks
}

/** A unified diff of a file's edits, which do not overlap. */
export function unifiedDiff(file: SourceFile, edits: readonly Edit[]): string {
  const hunks = hunksOf(linesOf(file.text), regionsOf(file, edits) ?? [])
  let shift = 0
  const name = file.name.replace(/^\/+/, '') // `patch -p1` takes the first part away
  const out: string[] = [`--- a/${name}\n`, `+++ b/${name}\n`]
  for (const { first, lines } of hunks) {
    const [removed = 0, added = 0] = (['-', '+'] as const).map(
      (kind) => lines.filter((line) => line.kind === ' ' || line.kind === kind).length,
    )
    const at = (start: number, count: number): string => `${count === 0 ? start : start + 1},${count}`
    out.push(`@@ -${at(first, removed)} +${at(first + shift, added)} @@\n`)
    for (const { kind, text } of lines) {
      out.push(text.endsWith('\n') ? `${kind}${text}` : `${kind}${text}\n\\ No newline at end of file\n`)
    }
    shift += added - removed
  }
  return out.join('')
}
