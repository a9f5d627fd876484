// The map as a Graphviz graph: namespaces as clusters, workloads that answer alike as one node.
import { gather, type Mark } from '../../analysis/map/gather.ts'
import type { ReachMap } from '../../analysis/map/map.ts'
import { visible } from '../styled-text.ts'
import { arrowKind, arrowWords, markLines } from './arrow-words.ts'
import { wordsOf } from './words.ts'

const MOST_NAMES = 8

/** A quoted string of the dot language; `\n` between lines. */
function quoted(...lines: readonly string[]): string {
  return `"${lines.map((line) => visible(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"')).join('\\n')}"`
}

export function mapDot(map: ReachMap): string {
  const words = wordsOf(map)
  const { marks, arrows } = gather(map)
  const node = (mark: Mark, shape: string): string =>
    `n${mark.id} [label=${quoted(...markLines(mark, words, MOST_NAMES))}, shape=${shape}];`
  const namespaces = Map.groupBy(marks, ({ namespace }) => namespace)
  const clusters = [...namespaces].flatMap(([namespace, own], index) =>
    namespace === undefined
      ? own.map((mark) => `  ${node(mark, 'ellipse')}`)
      : [
          `  subgraph cluster_${index} {`,
          `    label=${quoted(namespace)};`,
          '    style=rounded;',
          ...own.map((mark) => `    ${node(mark, 'box')}`),
          '  }',
        ],
  )
  const edges = arrows.map((arrow) => {
    const style = arrowKind(arrow) === 'sure' ? '' : ', style=dashed'
    return `  n${arrow.source} -> n${arrow.destination} [label=${quoted(arrowWords(arrow))}${style}];`
  })
  return [
    'digraph map {',
    '  rankdir=LR;',
    '  node [fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...clusters,
    ...edges,
    '}',
    '',
  ].join('\n')
}
