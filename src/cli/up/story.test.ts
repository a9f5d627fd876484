// The lines that a person reads: aligned, wrapped, and plain where there is no terminal.
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Cell } from '../../analysis/truth-table.ts'
import { drawMatrix } from './matrix.ts'
import { plainText } from '../../render/styled-text.ts'
import { describeLoad, describeStream, describeTable, describeTakeHold, tellTo, wrap } from './story.ts'

function told(): { readonly story: ReturnType<typeof tellTo>; readonly text: () => string } {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString()
      done()
    },
  })
  return { story: tellTo(stream as unknown as NodeJS.WriteStream), text: () => text }
}

function cell(source: string, destination: string, observed: Cell['observed']): Cell {
  const where = { address: '10.0.0.1', family: 4, protocol: 'TCP', port: 80 } as const
  return { phase: 'moat', source, destination, ...where, predicted: 'Allowed', ...(observed && { observed }) }
}

describe('the story', () => {
  it('stays within 80 columns and has no colour outside a terminal', () => {
    const { story, text } = told()
    story.heading('OPEN')
    story.line('a/b', story.paint('red', 'word ').repeat(60))
    story.line('a-name-that-is-longer-than-its-column/pod', 'what it does')
    story.item(`   ${'indented '.repeat(20)}`)
    const lines = text().split('\n')
    expect(lines.every((line) => line.length <= 80)).toBe(true)
    expect(text()).not.toContain('\u001b')
    expect(lines).toContain(`  ${' '.repeat(26)}what it does`)
  })

  it('wraps at spaces only', () => {
    expect(wrap('aa bb cc', 5)).toEqual(['aa bb', 'cc'])
    expect(wrap('aaaaaaaa b', 3)).toEqual(['aaaaaaaa', 'b'])
  })

  it('words numbers for people', () => {
    const summary = { cells: 2, agree: 2, disagree: 0, inconclusive: 0 }
    expect(describeTable([cell('a/a', 'b/b', 'Allowed'), cell('a/a', 'b/b', 'Allowed')], summary)).toBe(
      '2 of 2 cells as predicted: all allowed',
    )
    expect(describeTable([], { cells: 2000, agree: 1997, disagree: 2, inconclusive: 1 })).toBe(
      '1,997 of 2,000 cells as predicted; 2 DISAGREE, 1 inconclusive',
    )
    expect(describeTakeHold({ commitMs: 12.34 })).toBe('nft committed them in 12.3 ms')
    expect(describeStream({ source: 'a', destination: 'b', before: 'open', after: 'cut', cutAfterMs: 1234 })).toBe(
      'stream CUT after 1,234 ms',
    )
    const load = { requests: 3, p50Ms: 10, p95Ms: 20, tokensPerSecond: 1000.4 }
    expect(plainText(describeLoad({ unprotected: load, protected: load }))).toContain('1,000')
  })
})

describe('the matrix of the story', () => {
  it('puts outside addresses together that nobody treats differently, and says which they are', () => {
    const ends = ['10.9.9.1', '10.9.9.2', '10.9.9.3']
    const before = ends.map((end) => cell('a/pod', end, 'Allowed'))
    const after = [
      cell('a/pod', '10.9.9.1', 'Denied'),
      cell('a/pod', '10.9.9.2', 'Allowed'),
      cell('a/pod', '10.9.9.3', 'Denied'),
    ]
    const text = plainText(drawMatrix(before, after, 80))
    expect(text).toContain('outside ×2: 10.9.9.1, 10.9.9.3')
    expect(text).toMatch(/a\/pod +allow → deny +allow/)
  })

  it('does not call a pair denied or allowed when a cell of it is inconclusive', () => {
    const cells = [cell('a/pod', 'b/pod', 'Denied'), cell('a/pod', 'b/pod', 'Inconclusive')]
    expect(plainText(drawMatrix([], cells, 80))).toMatch(/a\/pod +\?/)
  })
})
