// Aligned columns that keep within the width of the reader's terminal.
import { type Line, lineWidth, pad, type Piece, piece, shorten, type Style, visible } from './styled-text.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** May be cut in its middle where the table is too wide; the widest is cut first. */
  readonly shrinks?: boolean
}

/** A text, or pieces with their marks. */
export type TableCell = string | Line

export interface TableOptions {
  /** Terminal cells; the default is 80. */
  readonly width?: number
  /** Only 7-bit characters of our own. */
  readonly ascii?: boolean
}

const GAP = 2
const NARROWEST = 8

function lineOf(cell: TableCell): Line {
  const pieces: Line = typeof cell === 'string' ? [piece(cell)] : cell
  return pieces.map((part) => ({ ...part, text: visible(part.text) }))
}

/** Widths that fit: columns that may shrink give way, the widest first, down to a readable rest. */
function fit(natural: readonly number[], columns: readonly Column[], width: number): number[] {
  const widths = [...natural]
  const total = () => widths.reduce((sum, each) => sum + each, 0) + GAP * (widths.length - 1)
  for (let excess = total() - width; excess > 0; excess--) {
    const candidates = widths.flatMap((each, index) => (columns[index]?.shrinks && each > NARROWEST ? [index] : []))
    const widest = candidates.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0]
    if (widest === undefined) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

/** Cuts a line to a width as one piece, which takes the mark of its first piece. */
function cut(line: Line, cells: number, ellipsis: string): Line {
  if (lineWidth(line) <= cells) return line
  const text = line.map((part) => part.text).join('')
  const style: Style | undefined = line[0]?.style
  return [piece(shorten(text, cells, ellipsis), style)]
}

/** A heading and one line for each row; cells beyond the columns are not shown. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly TableCell[])[],
  options: TableOptions = {},
): Line[] {
  const { width = 80, ascii = false } = options
  const ellipsis = ascii ? '...' : '…'
  const heading: readonly Line[] = columns.map(({ title }) => [piece(title, 'strong')])
  const body = rows.map((row) => columns.map((_, index) => lineOf(row[index] ?? '')))
  const natural = columns.map((_, index) => Math.max(...[heading, ...body].map((row) => lineWidth(row[index] ?? []))))
  const widths = fit(natural, columns, width)
  return [heading, ...body].map((row) =>
    row.flatMap((cell, index): Piece[] => {
      const cells = widths[index] ?? 0
      const last = index === columns.length - 1
      const shown = cut(cell, cells, ellipsis)
      const right = columns[index]?.align === 'right'
      const padded = last && !right ? shown : pad(shown, cells, right)
      return index === 0 ? [...padded] : [piece(' '.repeat(GAP)), ...padded]
    }),
  )
}
