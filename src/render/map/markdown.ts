// The map as Markdown, for pull requests: one table of what is allowed, one of what depends, the ways in, the exposure.
import { foldLinks, type Row } from '../../analysis/map/fold.ts'
import type { ReachMap } from '../../analysis/map/map.ts'
import { WAY_IN_TEXT } from '../../analysis/map/ways-in.ts'
import { REASON_TEXT } from '../../engine/reach.ts'
import { markdownTable as table, markdownText as cell } from '../markdown-table.ts'
import { heldWords, openWords, whoWords } from './exposed.ts'
import { connectionWords, type Words, wordsOf } from './words.ts'

const MOST_NAMES = 12

function rowCells(row: Row, words: Words): string[] {
  const set = (ids: readonly number[]): string => words.set(ids, MOST_NAMES).join(', ')
  return [set(row.sources), set(row.destinations), connectionWords(row.connections, row.families)]
}

export function mapMarkdown(map: ReachMap): string {
  const words = wordsOf(map)
  const rows = foldLinks(map)
  const [allowed, depends] = [rows.filter(({ reason }) => !reason), rows.filter(({ reason }) => reason)]
  const parts = [
    `### Who can reach what\n\nProfile \`${map.profile}\`; what is not listed is denied.`,
    allowed.length === 0
      ? 'Nobody reaches anything.'
      : table(
          ['from', 'to', 'connections'],
          allowed.map((row) => rowCells(row, words)),
        ),
  ]
  if (depends.length > 0) {
    const cells = depends.map((row) => [...rowCells(row, words), row.reason ? REASON_TEXT[row.reason] : ''])
    parts.push('#### Left open by Kubernetes', table(['from', 'to', 'connections', 'depends on'], cells))
  }
  if (map.waysIn.length > 0) {
    const cells = map.waysIn.map(({ through, hosts, destination, protocol, port, verdict, reason }) => [
      hosts.length === 0 ? through : `${through} (${hosts.join(', ')})`,
      words.name(destination),
      `${protocol.toLowerCase()}/${port}`,
      reason === undefined ? verdict.toLowerCase() : `${verdict.toLowerCase()}: ${WAY_IN_TEXT[reason]}`,
    ])
    parts.push('#### Ways in', table(['through', 'to', 'port', 'verdict'], cells))
  }
  if (map.exposure) {
    const cells = map.exposure.flatMap(({ endpoints, direction, to }) =>
      (to.length === 0 ? [undefined] : to).map((one) => [
        words.set(endpoints, MOST_NAMES).join(', '),
        direction === 'ingress' ? 'from' : 'to',
        one ? whoWords(one) : 'no pod at all',
        one ? [openWords(one), ...one.reasons, heldWords(one)].filter((text) => text !== '').join('; ') : '',
      ]),
    )
    parts.push('#### Open to pods that could exist', table(['workload', '', 'pods', 'connections'], cells))
  }
  const named = map.endpoints.filter((one) => one.kind === 'outside' && one.label !== one.detail)
  const ranges = named.map((one) => (one.kind === 'outside' ? `${cell(one.label)}: ${cell(one.detail)}` : ''))
  if (ranges.length > 0) parts.push(ranges.join('  \n'))
  return `${parts.join('\n\n')}\n`
}
