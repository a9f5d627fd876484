// Two texts compared line by line, in the form that `patch` and `git apply` read.

interface Line {
  readonly kind: ' ' | '-' | '+'
  readonly text: string
}

const CONTEXT = 3
/** A middle part with more lines than this on one side counts as replaced as a whole. */
const MOST_COMPARED = 2_000

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  return lines.at(-1) === ''
    ? lines.slice(0, -1).map((line) => `${line}\n`)
    : lines.map((line, i) => (i < lines.length - 1 ? `${line}\n` : line))
}

/** The longest common lines of two short lists, as a walk over both. */
function walk(a: readonly string[], b: readonly string[]): Line[] {
  const removed = a.map((text): Line => ({ kind: '-', text }))
  const added = b.map((text): Line => ({ kind: '+', text }))
  if (a.length > MOST_COMPARED || b.length > MOST_COMPARED || a.length === 0 || b.length === 0)
    return [...removed, ...added]
  const width = b.length + 1
  const best = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] =
        a[i] === b[j]
          ? (best[(i + 1) * width + j + 1] as number) + 1
          : Math.max(best[(i + 1) * width + j] as number, best[i * width + j + 1] as number)
    }
  }
  const out: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      out.push({ kind: ' ', text: a[i] as string })
      i++
      j++
    } else if ((best[(i + 1) * width + j] as number) >= (best[i * width + j + 1] as number)) {
      out.push(removed[i++] as Line)
    } else out.push(added[j++] as Line)
  }
  return [...out, ...removed.slice(i), ...added.slice(j)]
}

function compared(before: string, after: string): Line[] {
  const [a, b] = [linesOf(before), linesOf(after)]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ kind: ' ', text }))
  return [
    ...same(a.slice(0, start)),
    ...walk(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(a.slice(a.length - end)),
  ]
}

/** How many lines an edit touches: those it adds or those it removes, whichever are more. */
export function changedLines(before: string, after: string): number {
  const lines = compared(before, after)
  const [removed, added] = (['-', '+'] as const).map((kind) => lines.filter((line) => line.kind === kind).length)
  return Math.max(removed ?? 0, added ?? 0)
}

/** A unified diff; empty when nothing differs. */
export function unifiedDiff(name: string, before: string, after: string): string {
  const lines = compared(before, after)
  const near = lines.map((_, i) =>
    lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(({ kind }) => kind !== ' '),
  )
  const out: string[] = []
  let [old, now] = [1, 1]
  for (let i = 0; i < lines.length;) {
    if (!near[i]) {
      old++
      now++
      i++
      continue
    }
    let end = i
    while (end < lines.length && near[end]) end++
    const hunk = lines.slice(i, end)
    const [removed, added] = (['-', '+'] as const).map(
      (kind) => hunk.filter((line) => line.kind === ' ' || line.kind === kind).length,
    )
    const at = (start: number, count: number | undefined): string => `${count === 0 ? start - 1 : start},${count}`
    out.push(`@@ -${at(old, removed)} +${at(now, added)} @@\n`)
    for (const { kind, text } of hunk)
      out.push(text.endsWith('\n') ? `${kind}${text}` : `${kind}${text}\n\\ No newline at end of file\n`)
    old += removed ?? 0
    now += added ?? 0
    i = end
  }
  return out.length === 0 ? '' : [`--- a/${name}\n`, `+++ b/${name}\n`, ...out].join('')
}
