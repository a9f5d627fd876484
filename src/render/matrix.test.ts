// The matrix of who can open what: readable at 80 columns, complete, and honest about what it cut.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Matrix, type MatrixCell, matrixLines } from './matrix.ts'
import { lineWidth, plainText } from './styled-text.ts'

function matrix(
  sources: readonly string[],
  destinations: readonly string[],
  cells: Readonly<Record<string, MatrixCell>>,
): Matrix {
  return { sources, destinations, cell: (source, destination) => cells[`${source} ${destination}`] }
}

const SMALL = matrix(['ai/api', 'ai/stranger'], ['ai/slm', '203.0.113.7'], {
  'ai/api ai/slm': { before: 'allow', after: 'part' },
  'ai/stranger ai/slm': { before: 'allow', after: 'deny' },
  'ai/api 203.0.113.7': { before: 'allow', after: 'allow' },
})

describe('the matrix', () => {
  it('shows what changed as before and after, what did not once, and what is not in question as a dot', () => {
    expect(plainText(matrixLines(SMALL))).toBe(
      [
        '             ai/',
        'from \\ to    slm           203.0.113.7',
        'ai/api       allow → part  allow',
        'ai/stranger  allow → deny  ·',
        '',
        'part: some of the ports, not all',
        '',
      ].join('\n'),
    )
  })

  it('can do with 7-bit characters', () => {
    const text = plainText(matrixLines(SMALL, { ascii: true }))
    expect(text).toMatch(/^[\n -~]*$/)
    expect(text).toContain('allow > deny')
  })

  it('explains what is not known and names that it cut, and only where they occur', () => {
    const long = '2001:db8:1234:5678:9abc::9999'
    const text = plainText(matrixLines(matrix(['a/b'], [long], { [`a/b ${long}`]: { after: 'unknown' } })))
    expect(text).toContain('?: not known')
    expect(text).toMatch(new RegExp(`….*: ${long}`))
    expect(text).not.toContain('part:')
  })

  it('tells sources apart that look the same when they are cut, and has their names in full', () => {
    const [one, two] = ['a', 'b'].map((middle) => `ns/${'x'.repeat(40)}${middle}${'y'.repeat(40)}`) as [string, string]
    const matrix: Matrix = {
      sources: [one, two],
      destinations: ['ns/d'],
      cell: (source) => ({ after: source === one ? 'allow' : 'deny' }),
    }
    const text = matrixLines(matrix).map((line) => line.map((part) => part.text).join(''))
    expect(text.filter((line) => /^ns\/x+…y+ \(1\) +allow *$/.test(line))).toHaveLength(1)
    expect(text.filter((line) => /^ns\/x+…y+ \(2\) +deny *$/.test(line))).toHaveLength(1)
    expect(text.filter((line) => line.endsWith(`(1): ${one}`) || line.endsWith(`(2): ${two}`))).toHaveLength(2)
  })

  it('marks each verdict for colour', () => {
    const pieces = matrixLines(SMALL).flat()
    expect(pieces).toContainEqual({ text: 'deny', style: 'bad' })
    expect(pieces).toContainEqual({ text: 'allow', style: 'good' })
    expect(pieces).toContainEqual({ text: 'part', style: 'attention' })
  })

  it('fits 80 columns and shows every pair, however many destinations there are', () => {
    const name = fc.stringMatching(/^[a-z]{1,12}\/[a-z-]{1,40}$/)
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { maxLength: 4, minLength: 1 }),
        fc.uniqueArray(name, { maxLength: 20 }),
        (sources, destinations) => {
          const all: Matrix = { sources, destinations, cell: () => ({ before: 'deny', after: 'allow' }) }
          const lines = matrixLines(all)
          const grid = lines.filter((line) => line.some(({ text }) => text === ' → '))
          expect(Math.max(0, ...grid.map(lineWidth))).toBeLessThanOrEqual(80)
          const cells = lines.flat().filter(({ text }) => text === ' → ')
          expect(cells).toHaveLength(sources.length * destinations.length)
        },
      ),
    )
  })
})
