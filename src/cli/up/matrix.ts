// The truth tables of both phases as one matrix: who could open what before, and who can now.
import type { Cell } from '../../analysis/truth-table.ts'
import { type MatrixCell, matrixLines, type PairVerdict } from '../../render/matrix.ts'
import { type Line, piece } from '../../render/styled-text.ts'
import { number, wrap } from './story.ts'

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

/** Names for sets of addresses, the same for the same set: `outside ×6`, and `outside ×6 (2)` for another set of six. */
class Labels {
  readonly #bySet = new Map<string, string>()

  of(members: readonly string[]): string {
    if (members.length === 1) return members[0] as string
    const set = members.join(', ')
    const known = this.#bySet.get(set)
    if (known !== undefined) return known
    const plain = `outside ×${members.length}`
    const same = [...this.#bySet.values()].filter((label) => label.startsWith(plain)).length
    const label = same === 0 ? plain : `${plain} (${same + 1})`
    this.#bySet.set(set, label)
    return label
  }

  /** What the labels in use stand for. */
  legend(used: ReadonlySet<string>): string[] {
    return [...this.#bySet].filter(([, label]) => used.has(label)).map(([set, label]) => `${label}: ${set}`)
  }
}

/** Pods each for itself, then outside addresses with the same verdicts together. */
function grouped(ends: readonly string[], labels: Labels, likeness: (end: string) => string): Group[] {
  const pods = ends.filter((end) => end.includes('/')).map((end) => ({ label: end, members: [end] }))
  const outside = ends.filter((end) => !end.includes('/'))
  const sets = [...Map.groupBy(outside, likeness).values()]
  return [...pods, ...sets.map((members) => ({ label: labels.of(members), members }))]
}

/** What fits a person's eye; the JSON has every cell. */
const MOST_ROWS = 30
const MOST_COLUMNS = 15

function isTelling(cell: MatrixCell | undefined): boolean {
  return cell !== undefined && (cell.after !== 'allow' || (cell.before ?? 'allow') !== 'allow')
}

/** At most so many of the groups, in their order: those with the most cells that tell more than "allowed both times". */
function mostTelling(groups: readonly Group[], most: number, tells: (group: Group) => number): readonly Group[] {
  if (groups.length <= most) return groups
  const counted = groups.map((group) => ({ group, count: tells(group) }))
  const kept = new Set(counted.toSorted((a, b) => b.count - a.count).slice(0, most))
  return counted.filter((each) => kept.has(each)).map(({ group }) => group)
}

/** `and 12 more sources, 3 more destinations: -o json has every cell`; nothing where all are shown. */
function leftOut(sources: number, destinations: number): string[] {
  const parts = [
    ...(sources > 0 ? [`${number(sources)} more sources`] : []),
    ...(destinations > 0 ? [`${number(destinations)} more destinations`] : []),
  ]
  return parts.length === 0 ? [] : [`and ${parts.join(', ')}: -o json has every cell`]
}

/** Sources down, destinations across, at most `width` columns; of very many the most telling ones. */
export function drawMatrix(before: readonly Cell[], after: readonly Cell[], width: number): Line[] {
  const pair = pairsOf(before, after)
  const sources = [...new Set(after.map(({ source }) => source))]
  const destinations = [...new Set(after.map(({ destination }) => destination))]
  const labels = new Labels()
  const allRows = grouped(sources, labels, (source) => JSON.stringify(destinations.map((one) => pair(source, one))))
  const allColumns = grouped(destinations, labels, (destination) =>
    JSON.stringify(sources.map((one) => pair(one, destination))),
  )
  const tells = (from: readonly string[], to: readonly string[]): number =>
    from.reduce((sum, source) => sum + to.filter((destination) => isTelling(pair(source, destination))).length, 0)
  const columns = mostTelling(allColumns, MOST_COLUMNS, ({ members }) => tells(sources, members))
  const shown = columns.flatMap(({ members }) => members)
  const rows = mostTelling(allRows, MOST_ROWS, ({ members }) => tells(members, shown))
  const first = (groups: readonly Group[], label: string): string =>
    groups.find((group) => group.label === label)?.members[0] ?? label
  const lines = matrixLines(
    {
      sources: rows.map(({ label }) => label),
      destinations: columns.map(({ label }) => label),
      cell: (source, destination) => pair(first(rows, source), first(columns, destination)),
    },
    { width },
  )
  const used = new Set([...rows, ...columns].map(({ label }) => label))
  const legend = [
    ...labels.legend(used),
    ...leftOut(allRows.length - rows.length, allColumns.length - columns.length),
  ].flatMap((text) => wrap(text, width))
  return [...lines, ...legend.map((text) => [piece(text, 'muted')])]
}
