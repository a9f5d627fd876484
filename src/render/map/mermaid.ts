// The map as a Mermaid flowchart: namespaces as subgraphs, workloads that answer alike as one node.
import { gather, type Mark } from '../../analysis/map/gather.ts'
import type { ReachMap } from '../../analysis/map/map.ts'
import { visible } from '../styled-text.ts'
import { arrowKind, arrowWords, markLines } from './arrow-words.ts'
import { wordsOf } from './words.ts'

const MOST_NAMES = 8

/** A quoted label; all that could mean something to Mermaid or HTML is written by number. */
function quoted(...lines: readonly string[]): string {
  const safe = (line: string): string =>
    visible(line).replaceAll(/[^\p{L}\p{N} .,:/()_-]/gu, (c) => `#${c.codePointAt(0)};`)
  return `"${lines.map(safe).join('<br/>')}"`
}

export function mapMermaid(map: ReachMap): string {
  const words = wordsOf(map)
  const { marks, arrows } = gather(map)
  const label = (mark: Mark): string => quoted(...markLines(mark, words, MOST_NAMES))
  const namespaces = Map.groupBy(marks, ({ namespace }) => namespace)
  const nodes = [...namespaces].flatMap(([namespace, own], index) =>
    namespace === undefined
      ? own.map((mark) => `  n${mark.id}([${label(mark)}])`)
      : [
          `  subgraph s${index}[${quoted(namespace)}]`,
          ...own.map((mark) => `    n${mark.id}[${label(mark)}]`),
          '  end',
        ],
  )
  const edges = arrows.map((arrow) => {
    const line = arrowKind(arrow) === 'sure' ? '-->' : '-.->'
    return `  n${arrow.source} ${line}|${quoted(arrowWords(arrow))}| n${arrow.destination}`
  })
  return ['flowchart LR', ...nodes, ...edges, ''].join('\n')
}
