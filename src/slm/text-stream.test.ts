// Tokens to text, and stop texts, piece by piece.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StopText, TokenText } from './text-stream.ts'

/** Tokens are bytes: the hardest vocabulary there is. */
const detokenize = (tokens: readonly number[]) => Buffer.from(tokens).toString('utf8')

function stopped(pieces: readonly string[], stops: readonly string[]) {
  const stop = new StopText(stops)
  const out = pieces.map((piece) => stop.push(piece))
  return { text: out.join('') + stop.end(), out, stopped: stop.stopped }
}

describe('the text of tokens', () => {
  it('never contains half a character, and all pieces together are the whole text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const tokens = new TokenText(detokenize)
        const pieces = [...Buffer.from(text)].map((byte) => tokens.push(byte))
        expect(pieces.join('') + tokens.end()).toBe(text)
        expect(pieces.some((piece) => piece.includes('\ufffd') && !text.includes('\ufffd'))).toBe(false)
      }),
    )
  })

  it('gives up on bytes that never become a character, after four of them', () => {
    const tokens = new TokenText(detokenize)
    expect([0xff, 0xff, 0xff].map((byte) => tokens.push(byte))).toEqual(['', '', ''])
    expect(tokens.push(0xff)).toBe('\ufffd'.repeat(4))
    expect(tokens.push(0x61)).toBe('a')
  })

  it('tells the detokenizer which tokens came before', () => {
    const seen: (readonly number[])[] = []
    const tokens = new TokenText((_, before) => {
      seen.push(before)
      return 'x'
    })
    for (const token of [1, 2, 3]) tokens.push(token)
    expect(seen).toEqual([[], [1], [1, 2]])
  })
})

describe('a stop text', () => {
  it('ends the text before it, wherever the pieces are cut', () => {
    expect(stopped(['one tw', 'o END of', ' it'], ['END'])).toMatchObject({ text: 'one two ', stopped: true })
    expect(stopped(['one E', 'N', 'D'], ['END'])).toMatchObject({ out: ['one ', '', ''], stopped: true })
  })

  it('is not seen in its own beginning', () => {
    expect(stopped(['one EN', 'TER'], ['END'])).toEqual({ text: 'one ENTER', out: ['one ', 'ENTER'], stopped: false })
    expect(stopped(['one EN'], ['END'])).toMatchObject({ text: 'one EN', stopped: false })
  })

  it('is the first of several that appears', () => {
    expect(stopped(['a b c'], ['c', 'b']).text).toBe('a ')
  })

  it('gives what cutting the whole text at the first stop gives', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 })
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 }), { maxLength: 3 })
    fc.assert(
      fc.property(fc.array(letters), stops, (pieces, stops) => {
        const whole = pieces.join('')
        const { text, stopped: ended } = stopped(pieces, stops)
        const hasStop = (part: string) => stops.some((stop) => part.includes(stop))
        expect(ended).toBe(hasStop(whole))
        expect(whole.startsWith(text)).toBe(true)
        expect(hasStop(text)).toBe(false)
        // What follows the text is a stop text, or nothing.
        expect(ended ? stops.some((stop) => whole.startsWith(stop, text.length)) : text === whole).toBe(true)
      }),
    )
  })
})
