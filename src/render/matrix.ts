// Who can open what, as a source × destination matrix with the verdict before and after.
import {
  displayWidth,
  type Line,
  lineWidth,
  pad,
  piece,
  type Piece,
  shorten,
  type Style,
  visible,
} from './styled-text.ts'

/** Over all probed or predicted connections of a pair: all, none, some of them, or not known. */
export type PairVerdict = 'allow' | 'deny' | 'part' | 'unknown'

export interface MatrixCell {
  /** Absent: there is no earlier moment to compare with. */
  readonly before?: PairVerdict
  readonly after: PairVerdict
}

export interface Matrix {
  /** `namespace/pod` or an address. */
  readonly sources: readonly string[]
  readonly destinations: readonly string[]
  /** `undefined`: the pair is not in question. */
  readonly cell: (source: string, destination: string) => MatrixCell | undefined
}

export interface MatrixOptions {
  /** Terminal cells; the default is 80. */
  readonly width?: number
  /** Only 7-bit characters of our own. */
  readonly ascii?: boolean
}

interface Glyphs {
  readonly arrow: string
  readonly ellipsis: string
  readonly none: string
}

const UNICODE: Glyphs = { arrow: ' → ', ellipsis: '…', none: '·' }
const ASCII: Glyphs = { arrow: ' > ', ellipsis: '...', none: '.' }

const WORDS: Readonly<Record<PairVerdict, string>> = { allow: 'allow', deny: 'deny', part: 'part', unknown: '?' }
const STYLES: Readonly<Record<PairVerdict, Style>> = {
  allow: 'good',
  deny: 'bad',
  part: 'attention',
  unknown: 'attention',
}

const GAP = 2
const LONGEST_SOURCE = 28
const LONGEST_HEADING = 16
const CORNER = 'from \\ to'

interface Block {
  readonly destinations: readonly string[]
  readonly widths: readonly number[]
}

function cellLine(cell: MatrixCell | undefined, glyphs: Glyphs): Line {
  if (!cell) return [piece(glyphs.none, 'muted')]
  const after = piece(WORDS[cell.after], STYLES[cell.after])
  if (cell.before === undefined || cell.before === cell.after) return [after]
  return [piece(WORDS[cell.before], STYLES[cell.before]), piece(glyphs.arrow, 'muted'), after]
}

/** A destination over two lines: its namespace, if it has one, above its name. */
function headingOf(destination: string, glyphs: Glyphs): readonly [string, string] {
  const slash = destination.indexOf('/')
  const isAddress = /^[0-9a-f.:]+(?:\/\d+)?$/.test(destination)
  const parts =
    slash === -1 || isAddress ? ['', destination] : [destination.slice(0, slash + 1), destination.slice(slash + 1)]
  const [above = '', below = ''] = parts.map((part) => shorten(visible(part), LONGEST_HEADING, glyphs.ellipsis))
  return [above, below]
}

/** As many destinations side by side as fit, at least one. */
function blocksOf(matrix: Matrix, room: number, glyphs: Glyphs): Block[] {
  const blocks: { destinations: string[]; widths: number[] }[] = []
  let left = -1
  for (const destination of matrix.destinations) {
    const cells = matrix.sources.map((source) => lineWidth(cellLine(matrix.cell(source, destination), glyphs)))
    const width = Math.max(...headingOf(destination, glyphs).map(displayWidth), ...cells)
    left -= width + GAP
    const last = blocks.at(-1)
    if (left >= 0 && last) {
      last.destinations.push(destination)
      last.widths.push(width)
    } else {
      blocks.push({ destinations: [destination], widths: [width] })
      left = room - width - GAP
    }
  }
  return blocks
}

function spaced(lead: Line, cells: readonly Line[], widths: readonly number[]): Line {
  return [
    ...lead,
    ...cells.flatMap((cell, index): Piece[] => [piece(' '.repeat(GAP)), ...pad(cell, widths[index] ?? 0)]),
  ]
}

function blockLines(
  matrix: Matrix,
  block: Block,
  layout: { readonly names: readonly string[]; readonly wide: number; readonly glyphs: Glyphs },
): Line[] {
  const { names, wide, glyphs } = layout
  const headings = block.destinations.map((destination) => headingOf(destination, glyphs))
  const hasNamespaces = headings.some(([above]) => above !== '')
  const above = spaced(
    pad([], wide),
    headings.map(([text]): Line => [piece(text, 'muted')]),
    block.widths,
  )
  const from = pad([piece(CORNER, 'muted')], wide)
  const below = spaced(
    from,
    headings.map(([, text]): Line => [piece(text, 'strong')]),
    block.widths,
  )
  const rows = matrix.sources.map((source, index) =>
    spaced(
      pad([piece(names[index] ?? '')], wide),
      block.destinations.map((destination) => cellLine(matrix.cell(source, destination), glyphs)),
      block.widths,
    ),
  )
  return [...(hasNamespaces ? [above] : []), below, ...rows]
}

/** Sources cut to fit; those that look the same then are numbered, and the legend has them in full. */
function distinctNames(sources: readonly string[], glyphs: Glyphs): readonly string[] {
  const cut = (source: string, cells: number): string => shorten(visible(source), cells, glyphs.ellipsis)
  const alike = Map.groupBy(sources, (source) => cut(source, LONGEST_SOURCE))
  return sources.map((source) => {
    const name = cut(source, LONGEST_SOURCE)
    const same = alike.get(name) ?? []
    if (same.length < 2) return name
    const number = ` (${same.indexOf(source) + 1})`
    return `${cut(source, LONGEST_SOURCE - number.length)}${number}`
  })
}

/** What the words that do occur mean, and the full names of those that had to be cut. */
function legend(matrix: Matrix, names: readonly string[], glyphs: Glyphs): Line[] {
  const seen = new Set(
    matrix.sources.flatMap((source) =>
      matrix.destinations.flatMap((destination) => {
        const cell = matrix.cell(source, destination)
        return cell ? [cell.after, ...(cell.before ? [cell.before] : [])] : []
      }),
    ),
  )
  const notes = [
    ...(seen.has('part') ? ['part: some of the ports, not all'] : []),
    ...(seen.has('unknown') ? ['?: not known'] : []),
  ]
  const cut = matrix.destinations.flatMap((destination) => {
    const short = headingOf(destination, glyphs).join('')
    return short === visible(destination) ? [] : [`${short}: ${visible(destination)}`]
  })
  const numbered = matrix.sources.flatMap((source, index) => {
    const name = names[index] ?? ''
    return / \(\d+\)$/.test(name) && name !== source ? [`${name}: ${visible(source)}`] : []
  })
  return [...notes, ...cut, ...numbered].map((text) => [piece(text, 'muted')])
}

/** The matrix in blocks of destinations that fit the width, an empty line between them, and a legend where it needs one. */
export function matrixLines(matrix: Matrix, options: MatrixOptions = {}): Line[] {
  const { width = 80, ascii = false } = options
  const glyphs = ascii ? ASCII : UNICODE
  const names = distinctNames(matrix.sources, glyphs)
  const wide = Math.max(CORNER.length, ...names.map(displayWidth))
  const blocks = blocksOf(matrix, width - wide, glyphs).map((block) =>
    blockLines(matrix, block, { names, wide, glyphs }),
  )
  const notes = legend(matrix, names, glyphs)
  return [...blocks, ...(notes.length > 0 ? [notes] : [])].flatMap((lines, index) =>
    index === 0 ? lines : [[], ...lines],
  )
}
