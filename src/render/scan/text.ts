// The scan as text: the worst server first, with who calls it, where it can go, and each point that it lost.
import type { Scan, ScannedServer } from '../../analysis/scan/scan.ts'
import { wordsOf, type Words } from '../map/words.ts'
import { type Line, piece, type Style, visible } from '../styled-text.ts'
import { wrap } from '../wrap.ts'
import { endsWords, knownWords, serverWords } from './words.ts'

const INDENT = 5
const TITLE = 12

function styleOf(score: number): Style {
  return score >= 90 ? 'good' : score >= 60 ? 'attention' : 'bad'
}

function field(title: string, text: string, width: number): Line[] {
  const room = Math.max(20, width - INDENT - TITLE)
  return wrap(text, room).map((line, n): Line => [
    piece(`${' '.repeat(INDENT)}${(n === 0 ? title : '').padEnd(TITLE)}`, 'muted'),
    piece(line),
  ])
}

function serverLines(server: ScannedServer, words: Words, width: number): Line[] {
  const { score, endpoint, callers, destinations, criteria } = server
  const lost = criteria.filter(({ points, of }) => points < of)
  return [
    [
      piece(`${score}`.padStart(3), styleOf(score)),
      piece(`  ${visible(endpoint.label)}`, 'strong'),
      piece(`  ${serverWords(server)}`),
    ],
    ...field('known', knownWords(server), width),
    ...field('called by', endsWords(callers, words), width),
    ...field('opens', endsWords(destinations, words), width),
    ...lost.flatMap(({ points, of, reason }) => field(`-${of - points}`, visible(reason), width)),
    [],
  ]
}

export function scanLines({ map, servers }: Scan, { width = 100 }: { readonly width?: number } = {}): Line[] {
  if (servers.length === 0) return [[piece('no model server was found')]]
  const words = wordsOf(map)
  const worst = Math.min(...servers.map(({ score }) => score))
  const count = `${servers.length} model server${servers.length === 1 ? '' : 's'}`
  return [
    ...servers.flatMap((server) => serverLines(server, words, width)),
    [piece(`${count}; the lowest score is `), piece(`${worst}`, styleOf(worst)), piece(' of 100')],
  ]
}
