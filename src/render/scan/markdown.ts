// The scan as Markdown: one table of servers, and what each lost points for.
import type { Scan } from '../../analysis/scan/scan.ts'
import { wordsOf } from '../map/words.ts'
import { markdownTable, markdownText } from '../markdown-table.ts'
import { endsWords, serverWords } from './words.ts'

export function scanMarkdown({ map, servers }: Scan): string {
  const title = '### Model servers'
  if (servers.length === 0) return `${title}\n\nNo model server was found.\n`
  const words = wordsOf(map)
  const rows = servers.map((server) => [
    `${server.score}`,
    server.endpoint.label,
    serverWords(server),
    endsWords(server.callers, words),
    endsWords(server.destinations, words),
  ])
  const lost = servers.flatMap(({ endpoint, criteria }) =>
    criteria
      .filter(({ points, of }) => points < of)
      .map(({ points, of, reason }) => `- ${markdownText(endpoint.label)}: -${of - points}, ${markdownText(reason)}`),
  )
  const table = markdownTable(['score', 'server', 'runtime', 'called by', 'opens'], rows)
  return `${[title, table, ...(lost.length > 0 ? [lost.join('\n')] : [])].join('\n\n')}\n`
}
