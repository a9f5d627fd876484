// docs/corpus.md: one page for all comparisons with the corpus. Each test makes its own part and checks that the page has it.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'vitest'

const PAGE = resolve(import.meta.dirname, '../../docs/corpus.md')

/** One line of a table: what was compared, how much, and what differs for which reason. */
export interface CorpusRow {
  /** Name of the folder under `input`, or of two with an arrow. */
  readonly input: string
  /** Pairs, lines or findings compared. */
  readonly compared: number
  /** Reason -> how many differences it explains. */
  readonly differences: ReadonlyMap<string, number>
  /** What had to be done so that the input could be read at all. */
  readonly note?: string
}

/** The rows as a table. */
export function corpusTable(rows: readonly CorpusRow[]): string {
  const lines = rows.map(({ input, compared, differences, note }) => {
    const count = [...differences.values()].reduce((sum, one) => sum + one, 0)
    const reasons = [...differences].map(([reason, times]) => `${times} × ${reason}`)
    return `| ${input} | ${compared} | ${count} | ${[...reasons, ...(note === undefined ? [] : [note])].join('; ')} |`
  })
  const total = rows.reduce((sum, { compared }) => sum + compared, 0)
  const differing = rows.reduce((sum, { differences }) => sum + [...differences.values()].reduce((a, b) => a + b, 0), 0)
  return [
    '| input | compared | different | why |',
    '|---|--:|--:|---|',
    ...lines,
    `| **${rows.length} inputs** | **${total}** | **${differing}** | |`,
  ].join('\n')
}

/**
 * Expects that the part of the page between `<!-- begin NAME -->` and `<!-- end NAME -->` is this text. With
 * `MOAT_UPDATE=1` in the environment the part is written instead.
 */
export function expectPart(name: string, text: string): void {
  const page = readFileSync(PAGE, 'utf8')
  const [begin, end] = [`<!-- begin ${name} -->\n`, `\n<!-- end ${name} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`docs/corpus.md has no part ${name}`)
  const start = from + begin.length
  if (process.env['MOAT_UPDATE'] === '1') {
    writeFileSync(PAGE, page.slice(0, start) + text + page.slice(to))
    return
  }
  expect(page.slice(start, to)).toBe(text)
}
