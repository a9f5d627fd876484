// The truth tables of both phases as one matrix: who could open what before, and who can now.
import type { Cell } from '../../analysis/truth-table.ts'
import { type MatrixCell, matrixLines, type PairVerdict } from '../../render/matrix.ts'
import type { Line, Style } from '../../render/styled-text.ts'
import type { Story } from './story.ts'

const COLOURS = {
  good: 'green',
  bad: 'red',
  attention: 'yellow',
  muted: 'dim',
  strong: 'bold',
} as const satisfies Record<Style, unknown>

function verdictOf(cells: readonly Cell[]): PairVerdict | undefined {
  if (cells.length === 0) return undefined
  const seen = cells.map(({ observed, predicted }) => observed ?? predicted)
  if (seen.includes('Inconclusive')) return 'unknown'
  const allowed = seen.filter((one) => one === 'Allowed').length
  return allowed === 0 ? 'deny' : allowed === seen.length ? 'allow' : 'part'
}

type Pair = (source: string, destination: string) => MatrixCell | undefined

function pairsOf(before: readonly Cell[], after: readonly Cell[]): Pair {
  const key = ({ source, destination }: Cell): string => `${source} ${destination}`
  const [old, now] = [before, after].map((cells) => Map.groupBy(cells, key)) as [
    Map<string, Cell[]>,
    Map<string, Cell[]>,
  ]
  return (source, destination) => {
    const [was, is] = [old, now].map((pairs) => verdictOf(pairs.get(`${source} ${destination}`) ?? []))
    return is && { after: is, ...(was && { before: was }) }
  }
}

/** A row or a column: one pod, or outside addresses that nobody treats differently. */
interface Group {
  readonly label: string
  readonly members: readonly string[]
}

/** Pods each for itself, then outside addresses with the same verdicts together. */
function grouped(ends: readonly string[], likeness: (end: string) => string): Group[] {
  const pods = ends.filter((end) => end.includes('/')).map((end) => ({ label: end, members: [end] }))
  const outside = Map.groupBy(
    ends.filter((end) => !end.includes('/')),
    likeness,
  )
  const addresses = [...outside.values()].map((members) => ({
    label: members.length === 1 ? (members[0] as string) : `${members[0]} +${members.length - 1}`,
    members,
  }))
  return [...pods, ...addresses]
}

function paintLine(line: Line, story: Story): string {
  const painted = line.map(({ text, style }) => (style ? story.paint(COLOURS[style], text) : text))
  return painted.join('').trimEnd()
}

function legend(groups: readonly Group[]): string[] {
  const many = groups
    .filter(({ members }) => members.length > 1)
    .map(({ label, members }) => `${label}: ${members.join(', ')}`)
  return [...new Set(many)]
}

/** Sources down, destinations across, as wide as the story. */
export function drawMatrix(before: readonly Cell[], after: readonly Cell[], story: Story): string {
  const pair = pairsOf(before, after)
  const sources = [...new Set(after.map(({ source }) => source))]
  const destinations = [...new Set(after.map(({ destination }) => destination))]
  const rows = grouped(sources, (source) => JSON.stringify(destinations.map((one) => pair(source, one))))
  const columns = grouped(destinations, (destination) => JSON.stringify(sources.map((one) => pair(one, destination))))
  const first = (groups: readonly Group[], label: string): string =>
    groups.find((group) => group.label === label)?.members[0] ?? label
  const lines = matrixLines(
    {
      sources: rows.map(({ label }) => label),
      destinations: columns.map(({ label }) => label),
      cell: (source, destination) => pair(first(rows, source), first(columns, destination)),
    },
    { width: story.width - 2 },
  )
  return [...lines.map((line) => paintLine(line, story)), ...legend([...rows, ...columns])].join('\n')
}
