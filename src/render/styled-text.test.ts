// Widths as a terminal counts them, and names that cannot leave their place.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth, lineWidth, pad, piece, plainText, shorten, visible } from './styled-text.ts'

describe('the width of a text', () => {
  it.each([
    ['', 0],
    ['slm', 3],
    ['müller', 6],
    ['mu\u0308ller', 6],
    ['日本語', 6],
    ['ﾊﾝｶｸ', 4],
    ['👩‍💻', 2],
    ['🇩🇪x', 3],
    ['a→b…', 4],
    ['\u200b', 0],
  ])('of %j is %i cells', (text, cells) => {
    expect(displayWidth(text)).toBe(cells)
  })
})

describe('a shortened text', () => {
  it('keeps both ends, and keeps a text that fits', () => {
    expect(shorten('ai-models/feature-api', 12)).toBe('ai-mod…e-api')
    expect(shorten('ai-models/feature-api', 12, '...')).toBe('ai-mo...-api')
    expect(shorten('slm', 3)).toBe('slm')
  })

  it('is never wider than asked, and never splits a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, cells) => {
        const short = shorten(text, cells)
        expect(displayWidth(short)).toBeLessThanOrEqual(cells)
        for (const part of short.split('…')) expect(text).toContain(part)
      }),
    )
  })
})

describe('a padded line', () => {
  it('is as wide as asked, on the side asked, and is left alone when it is wider', () => {
    expect(plainText([[...pad([piece('ab')], 4), piece('|')]])).toBe('ab  |\n')
    expect(plainText([pad([piece('ab')], 4, true)])).toBe('  ab\n')
    expect(lineWidth(pad([piece('日本')], 3))).toBe(4)
  })
})

describe('names of hostile input', () => {
  it('show their control characters and direction marks instead of obeying them', () => {
    expect(visible('a\u001b[31mb\u202ec\n')).toBe('a\\u{1b}[31mb\\u{202e}c\\u{a}')
  })
})
