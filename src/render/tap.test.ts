// TAP: what a consumer must not misread.
import { expect, it } from 'vitest'
import { tap } from './tap.ts'

it('prints the plan, each test in order, and what a failure is about as YAML', () => {
  const tests = [
    { name: 'one', ok: true },
    { name: 'two # TODO \\ later', ok: false, details: { found: 'a "b": c', port: 80 } },
  ]
  expect(tap(tests)).toBe(
    [
      'TAP version 14',
      '1..2',
      'ok 1 - one',
      'not ok 2 - two \\# TODO \\\\ later',
      '  ---',
      '  found: "a \\"b\\": c"',
      '  port: 80',
      '  ...',
      '',
    ].join('\n'),
  )
})

it('skips a plan without tests', () => {
  expect(tap([])).toBe('TAP version 14\n1..0 # SKIP no tests\n')
})
