// Edits of a text change the lines they name and no other byte.
import { describe, expect, it } from 'vitest'
import { editedText, insertItemAfter, removeItem } from './edit.ts'
import type { SourceFile, Span } from './source.ts'

function spanOf(file: SourceFile, words: string): Span {
  const start = file.text.indexOf(words)
  expect(start).toBeGreaterThanOrEqual(0)
  return { file, start, end: start + words.length }
}

const LIST = ['rules: # all', '  - a: 1', '    b: 2  # kept with its item', '  - {c: 3}', 'end: true', '']

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
])('an edit of a text with %s', (_name, eol) => {
  const file: SourceFile = { name: 'f', text: LIST.join(eol) }

  it('removes an item of a block list with its lines', () => {
    const edit = removeItem(spanOf(file, `a: 1${eol}    b: 2`))
    expect(editedText(file, edit ? [edit] : [])).toBe(['rules: # all', '  - {c: 3}', 'end: true', ''].join(eol))
  })

  it('adds an item behind another, at its indentation', () => {
    const edit = insertItemAfter(spanOf(file, '{c: 3}'), ['port: 53', 'protocol: TCP'])
    const wanted = LIST.toSpliced(4, 0, '  - port: 53', '    protocol: TCP').join(eol)
    expect(editedText(file, edit ? [edit] : [])).toBe(wanted)
  })
})

describe('an edit', () => {
  const file: SourceFile = { name: 'f', text: 'list: [{a: 1}, {b: 2}]\nnested:\n- - x: 1\n' }

  it('is not offered where the item shares its line', () => {
    expect(removeItem(spanOf(file, '{a: 1}'))).toBeUndefined()
    expect(removeItem(spanOf(file, 'x: 1'))).toBeUndefined()
    expect(insertItemAfter(spanOf(file, '{b: 2}'), ['c: 3'])).toBeUndefined()
  })

  it('that overlaps another is refused, and one of another file is left out', () => {
    const a = { span: { file, start: 0, end: 4 }, text: 'x' }
    expect(editedText(file, [a, { ...a, span: { file, start: 3, end: 5 } }])).toBeUndefined()
    expect(editedText(file, [a, { ...a, span: { ...a.span, file: { ...file } } }])).toBe(`x${file.text.slice(4)}`)
  })
})
