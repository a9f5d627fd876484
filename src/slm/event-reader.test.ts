// Server-sent events from pieces cut anywhere.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventReader } from './event-reader.ts'

describe('the reader of server-sent events', () => {
  it('gives the same events wherever the text is cut', () => {
    const text = 'data: {"a":1}\n\n: a comment\n\nevent: end\ndata: x\ndata: y\n\n'
    const events = [
      { name: 'message', data: '{"a":1}' },
      { name: 'end', data: 'x\ny' },
    ]
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(text.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), text.length]
        const reader = new EventReader()
        const pieces = at.slice(1).map((end, i) => text.slice(at[i], end))
        expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(events)
      }),
    )
  })

  it('reads lines that end with carriage returns, and keeps an event back until its blank line', () => {
    const reader = new EventReader()
    expect(reader.push('data: a\r\n')).toEqual([])
    expect(reader.push('\r\n')).toEqual([{ name: 'message', data: 'a' }])
  })

  it('refuses an event without an end', () => {
    const reader = new EventReader()
    const piece = `data: ${'x'.repeat(600_000)}`
    reader.push(piece)
    expect(() => reader.push(piece)).toThrow('an event without an end')
  })
})
