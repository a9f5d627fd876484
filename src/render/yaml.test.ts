// What is written as YAML reads back as the same object, under YAML 1.2 and under kubectl's YAML 1.1.
import * as fc from 'fast-check'
import { CORE_SCHEMA, load, YAML11_SCHEMA } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { yamlDocument, type YamlObject, type YamlValue } from './yaml.ts'
import { yamlString } from './yaml-scalar.ts'

const SCHEMAS = [CORE_SCHEMA, YAML11_SCHEMA]

/** Words that one reader or another takes for something that is no text. */
const TREACHEROUS = [
  'y N yes No on OFF true False null Null ~ << = .nan .inf -.INF 010 0o10 0x1F 0b11 1_000 1e3 12e03 .5 1. +1 -0'.split(
    ' ',
  ),
  '190:20:30 1:30 2026-11-23 2001-12-14t21:59:43.10-05:00 - ? : a: #a &a *a !a | > %a @a `a "a" [a] {a} --- ...'.split(
    ' ',
  ),
  '203.0.113.0/24 10.0.0.0 2001:db8::/32 ::/0 app.kubernetes.io/name 😀'.split(' '),
  ['', '- a', 'a: b', 'a #b', "it's", ' a', 'a ', 'a\nb', 'a\n', '\ta', 'a\tb', 'a\rb'],
  ['\u0085', '\u2028', '\ufeff', '\u0000', '\u007f'],
].flat()

const text = fc.oneof(
  fc.constantFrom(...TREACHEROUS),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[0-9a-fxobeEinfnatyYrsu_.:+~-]{1,8}$/),
)
const { value } = fc.letrec<{ value: YamlValue; object: YamlObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    tie('value'),
    { maxKeys: 4 },
  ),
}))
const object = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  value,
  { maxKeys: 4 },
)

/** Structural equality that does not tell objects with and without a prototype apart. */
function json(read: unknown): string {
  return JSON.stringify(read)
}

describe('YAML text', () => {
  it.each(TREACHEROUS)('keeps %j a text, as a key and as a value', (word) => {
    for (const schema of SCHEMAS) {
      expect(load(`${yamlString(word)}: x`, { schema })).toEqual({ [word]: 'x' })
      expect(load(`x: ${yamlString(word)}`, { schema })).toEqual({ x: word })
    }
  })

  it('leaves names, label keys and IPv4 blocks unquoted', () => {
    for (const word of ['feature-api', 'app.kubernetes.io/name', '203.0.113.0/24', 'TCP'])
      expect(yamlString(word)).toBe(word)
  })

  it('reads back as the same object, whatever the object is', () => {
    fc.assert(
      fc.property(object, (document) => {
        for (const schema of SCHEMAS) expect(json(load(yamlDocument(document), { schema }))).toBe(json(document))
      }),
      { numRuns: 2000 },
    )
  })

  it('reads back as the same object with comments in any place, whatever they say', () => {
    fc.assert(
      fc.property(object, text, (document, comment) => {
        const comments = [[], ...pathsOf(document)].map((path) => ({ path, text: comment }))
        const written = yamlDocument(document, comments)
        expect(json(load(written, { schema: CORE_SCHEMA }))).toBe(json(document))
        expect(written.split('\n').filter((line) => line.trimStart().startsWith('# ')).length).toBeGreaterThan(0)
      }),
      { numRuns: 1000 },
    )
  })

  it('leaves out fields that are undefined', () => {
    expect(yamlDocument({ a: undefined, b: [{ c: undefined }], d: {} })).toBe('b:\n- {}\nd: {}\n')
  })

  it('starts the items of a list below their key, as kubectl prints them', () => {
    const document = { spec: { rules: [{ to: [{ port: 1 }], from: [] }, {}], none: {} }, nested: [[1, [2]], []] }
    expect(yamlDocument(document, [{ path: ['spec', 'rules', 0], text: 'first' }])).toBe(
      [
        'spec:',
        '  rules:',
        '  # first',
        '  - to:',
        '    - port: 1',
        '    from: []',
        '  - {}',
        '  none: {}',
        'nested:',
        '-',
        '  - 1',
        '  -',
        '    - 2',
        '- []',
        '',
      ].join('\n'),
    )
  })

  it('breaks long comments between words', () => {
    const lines = yamlDocument({ a: 1 }, [{ path: ['a'], text: 'word '.repeat(60).trim() }])
      .trimEnd()
      .split('\n')
    expect(lines.length).toBeGreaterThan(2)
    expect(lines.every((line) => line.length <= 110)).toBe(true)
    expect(lines.at(-1)).toBe('a: 1')
  })
})

function pathsOf(root: YamlValue | undefined, path: readonly (string | number)[] = []): (string | number)[][] {
  if (root === null || typeof root !== 'object') return []
  return Object.entries(root).flatMap(([key, child]) => {
    const here = [...path, Array.isArray(root) ? Number(key) : key]
    return [here, ...pathsOf(child, here)]
  })
}
