// Tables align, keep within their width, and never let a cell break a line.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineWidth, piece, plainText } from './styled-text.ts'
import { table } from './table.ts'

const columns = [{ title: 'claim', shrinks: true }, { title: 'ms', align: 'right' }, { title: 'verdict' }] as const

describe('a table', () => {
  it('aligns its columns by what a terminal shows', () => {
    const rows = [
      ['日本', '5', 'PROVEN'],
      ['only feature-api', '12', [piece('REFUTED', 'bad'), piece(' *')]],
    ]
    expect(plainText(table(columns, rows))).toBe(
      [
        'claim             ms  verdict', //
        '日本               5  PROVEN',
        'only feature-api  12  REFUTED *',
        '',
      ].join('\n'),
    )
  })

  it('cuts the columns that may shrink, and only those, to keep its width', () => {
    const rows = [['x'.repeat(100), '1', 'OUT_OF_SCOPE']]
    const lines = table(columns, rows, { width: 40 })
    expect(Math.max(...lines.map(lineWidth))).toBe(40)
    expect(plainText(lines)).toContain('…')
    expect(plainText(lines)).toContain('OUT_OF_SCOPE')
  })

  it('keeps the mark of a cell that it cuts', () => {
    const [, row] = table([{ title: 'a', shrinks: true }], [[[piece('x'.repeat(30), 'bad')]]], { width: 10 })
    expect(row).toEqual([{ text: expect.stringMatching(/^x+…x+$/), style: 'bad' }])
  })

  it('shows missing cells as empty and has a heading without rows', () => {
    expect(plainText(table(columns, [['a']]))).toBe('claim  ms  verdict\na\n')
    expect(plainText(table(columns, []))).toBe('claim  ms  verdict\n')
  })

  it('has one line for each row, whatever is in the cells', () => {
    const cell = fc.string({ unit: 'binary', maxLength: 30 })
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }), (rows) => {
        const lines = table(columns, rows)
        expect(plainText(lines).split('\n')).toHaveLength(rows.length + 2)
      }),
    )
  })

  it('uses only 7-bit characters of its own when asked', () => {
    expect(plainText(table([{ title: 'a', shrinks: true }], [['x'.repeat(30)]], { width: 10, ascii: true }))).toMatch(
      /^[\n -~]*$/,
    )
  })
})
