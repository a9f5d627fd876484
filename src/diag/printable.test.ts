import { describe, expect, it } from 'vitest'
import { formatDiagnostic } from './diagnostic.ts'
import { printable } from './printable.ts'

describe('printable', () => {
  it('shows what would move the cursor, colour the text or turn it around, and leaves all else as it is', () => {
    expect(printable('\u001b[31m\u0007\r\n\u009b\u202e\u2066')).toBe(
      '\\u{1b}[31m\\u{7}\\u{d}\\u{a}\\u{9b}\\u{202e}\\u{2066}',
    )
    expect(printable('a\tb')).toBe('a b')
    expect(printable('naïve – 模型 🐟')).toBe('naïve – 模型 🐟')
  })

  it('holds for file names too, wherever a diagnostic prints one', () => {
    const file = { name: 'a\u001b[2J\nb.yaml', text: 'x' }
    const span = { file, start: 0, end: 1 }
    const text = formatDiagnostic({
      severity: 'error',
      code: 'c',
      message: 'm',
      span,
      notes: [{ message: 'n', span }],
    })
    expect(text.split('\n')[0]).toBe('a\\u{1b}[2J\\u{a}b.yaml:1:1: error: m [c]')
    expect(text).not.toContain('\u001b')
    expect(text.split('\n')).toHaveLength(4)
  })
})
