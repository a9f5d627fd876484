import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSpan, position } from './source.ts'

describe('position', () => {
  it('counts lines and columns from 1, CRLF included', () => {
    const file = { name: 'f', text: 'ab\n\r\nc\n' }
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((offset) => position(file, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 1, column: 3 },
      { line: 2, column: 1 },
      { line: 2, column: 2 },
      { line: 3, column: 1 },
      { line: 3, column: 2 },
      { line: 4, column: 1 },
    ])
    expect(formatSpan({ file, start: 5, end: 6 })).toBe('f:3:1')
    expect(position({ name: 'f', text: '' }, 0)).toEqual({ line: 1, column: 1 })
  })

  it('agrees with the number of line breaks before the offset', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r') }), fc.nat(30), (text, at) => {
        const offset = Math.min(at, text.length)
        const before = text.slice(0, offset).split('\n')
        expect(position({ name: 'f', text }, offset)).toEqual({
          line: before.length,
          column: (before.at(-1) as string).length + 1,
        })
      }),
    )
  })
})
