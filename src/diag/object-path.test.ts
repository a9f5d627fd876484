import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDiagnostic } from './diagnostic.ts'
import { objectPath } from './object-path.ts'
import { formatSpan } from './source.ts'

/** What a path leads to. */
function follow(value: unknown, path: string): unknown {
  const steps = [...path.matchAll(/\.([A-Za-z_][\w-]*)|\[(\d+|"(?:[^"\\]|\\.)*")\]/g)]
  expect(steps.map(([whole]) => whole).join('')).toBe(path)
  return steps.reduce<unknown>(
    (inner, [, name, other]) => (inner as Record<string, unknown>)[name ?? (JSON.parse(other ?? '') as string)],
    value,
  )
}

describe('the path of an offset', () => {
  it('leads to the very value that stands there', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }))
    let seen = 0
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tree, { minKeys: 1, noNullPrototype: true }), (object) => {
        // A mark in the place of one value after the other.
        const visit = (value: unknown, replace: (mark: string) => unknown): void => {
          const text = JSON.stringify(replace('\u0001mark'), undefined, 1)
          const offset = text.indexOf('"\\u0001mark"')
          expect(offset).toBeGreaterThanOrEqual(0)
          expect(follow(replace('\u0001mark'), objectPath(text, offset))).toBe('\u0001mark')
          seen++
          if (Array.isArray(value)) {
            value.forEach((item, nth) => visit(item, (mark) => replace2(replace, value.with(nth, mark))))
          } else if (typeof value === 'object' && value !== null) {
            for (const [key, item] of Object.entries(value)) {
              visit(item, (mark) => replace2(replace, { ...value, [key]: mark }))
            }
          }
        }
        const replace2 = (outer: (mark: string) => unknown, inner: unknown): unknown =>
          JSON.parse(JSON.stringify(outer('\u0001hole')), (_key, value: unknown) =>
            value === '\u0001hole' ? inner : value,
          )
        for (const [key, item] of Object.entries(object)) visit(item, (mark) => ({ ...object, [key]: mark }))
      }),
      { numRuns: 60 },
    )
    expect(seen).toBeGreaterThan(100)
  })

  it('is what a place of an object of a cluster prints as', () => {
    const text = JSON.stringify({ kind: 'NetworkPolicy', spec: { ingress: [{}, { from: [] }] } }, undefined, 1)
    const file = { name: 'NetworkPolicy shop/web', text, object: true } as const
    const at = (words: string) => ({ file, start: text.indexOf(words), end: text.indexOf(words) + words.length })
    expect(formatSpan({ file, start: 0, end: text.length })).toBe('NetworkPolicy shop/web')
    expect(formatSpan(at('"from"'))).toBe('NetworkPolicy shop/web .spec.ingress[1].from')
    expect(formatSpan(at('{}'))).toBe('NetworkPolicy shop/web .spec.ingress[0]')
    expect(formatDiagnostic({ severity: 'error', code: 'c', message: 'm', span: at('"from"') })).toBe(
      'NetworkPolicy shop/web .spec.ingress[1].from: error: m [c]\n | "from": []\n | ^^^^^^',
    )
  })
})
