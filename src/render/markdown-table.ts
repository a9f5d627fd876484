// Tables of Markdown whose cells stand for themselves, whatever characters are in them.
import { visible } from './styled-text.ts'

/** Text that stands for itself in a cell of a table. */
export function markdownText(text: string): string {
  return visible(text).replaceAll(/[\\`*_{}[\]<>|~&#@$]/g, (c) => (c === '<' ? '&lt;' : c === '&' ? '&amp;' : `\\${c}`))
}

export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map((row) => line(row.map(markdownText)))].join('\n')
}
