// The map as a matrix for a terminal: one sign for each pair, the columns by number.
import { gather, type Mark } from '../../analysis/map/gather.ts'
import type { ReachMap } from '../../analysis/map/map.ts'
import { ALL_CONNECTIONS, equalConnections, isEmpty } from '../../sets/connection-set.ts'
import { displayWidth, type Line, pad, piece, type Piece, shorten } from '../styled-text.ts'
import { wordsOf } from './words.ts'

type Sign = 'all' | 'some' | 'depends' | 'none'

const SIGNS: Readonly<Record<Sign, Piece>> = {
  all: piece('●', 'attention'),
  some: piece('◐', 'good'),
  depends: piece('?', 'attention'),
  none: piece('·', 'muted'),
}

const LONGEST = 40

/** The matrix in blocks of columns that fit the width. */
export function matrixOfMap(map: ReachMap, width = 100): Line[] {
  const words = wordsOf(map)
  const { marks, arrows } = gather(map)
  const signs = new Map<number, Sign>()
  for (const { source, destination, reach, families } of arrows) {
    const key = source * marks.length + destination
    const whole = families.length === 2 && equalConnections(reach.allowed, ALL_CONNECTIONS)
    const sign: Sign = whole ? 'all' : isEmpty(reach.allowed) ? 'depends' : 'some'
    if (signs.get(key) !== 'some') signs.set(key, sign)
  }
  const has = (side: 'source' | 'destination'): Mark[] => {
    const used = new Set(arrows.map((arrow) => arrow[side]))
    return marks.filter(({ id, namespace }) => namespace !== undefined || used.has(id))
  }
  const [rows, columns] = [has('source'), has('destination')]
  const name = (mark: Mark): string => words.set(mark.members, 3).join(', ')
  const names = rows.map((row) => shorten(name(row), LONGEST))
  const wide = Math.max(9, ...names.map(displayWidth))
  const digits = `${columns.length}`.length
  const fit = Math.max(1, Math.floor((width - wide - 2) / (digits + 1)))
  const blocks = Array.from({ length: Math.ceil(columns.length / fit) }, (_, i) =>
    columns.slice(i * fit, (i + 1) * fit),
  )
  const grid = blocks.flatMap((block, index): Line[] => [
    [
      ...pad([piece('from \\ to', 'muted')], wide + 1),
      ...block.map((_, i) => piece(` ${`${index * fit + i + 1}`.padStart(digits)}`, 'strong')),
    ],
    ...rows.map((row, i): Line => [
      ...pad([piece(names[i] ?? '')], wide + 1),
      ...block.flatMap((column) => [
        piece(' '.repeat(digits)),
        SIGNS[signs.get(row.id * marks.length + column.id) ?? 'none'],
      ]),
    ]),
    [],
  ])
  const legend = columns.map((column, i): Line => [
    piece(`${`${i + 1}`.padStart(digits)}  `, 'strong'),
    piece(shorten(name(column), width - digits - 2)),
  ])
  const used = new Set(signs.values())
  const meanings = (
    [
      ['all', 'every port'],
      ['some', 'some ports'],
      ['depends', 'left open by Kubernetes'],
      ['none', 'denied'],
    ] as const
  ).filter(([sign]) => sign === 'none' || used.has(sign))
  return [
    ...grid,
    ...legend,
    [],
    meanings.flatMap(([sign, meaning], i): Piece[] => [
      piece(i === 0 ? '' : '  '),
      SIGNS[sign],
      piece(` ${meaning}`, 'muted'),
    ]),
  ]
}
