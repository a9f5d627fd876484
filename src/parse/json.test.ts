// Both readers of JSON make the same tree, places included; whatever is odd is left to the one that explains it.
import { assert, constantFrom, json as jsonText, nat, property } from 'fast-check'
import { parseEvents } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { compose } from './compose.ts'
import { readJson } from './json.ts'

function asYaml(text: string, offset = 0): unknown {
  const problems: unknown[] = []
  const [node] = compose(parseEvents(text, { maxDepth: 100 }), {
    text,
    offset,
    report: (problem) => problems.push(problem),
  })
  return problems.length > 0 ? problems : node
}

const json = jsonText({ maxDepth: 6 })

describe('JSON', () => {
  it('is read to the same tree as by the reader of YAML, or left to it', () => {
    let read = 0
    assert(
      property(json, constantFrom(0, 1, 2), nat(50), (text, indent, offset) => {
        const pretty = JSON.stringify(JSON.parse(text), null, indent)
        const node = readJson({ text: pretty, offset }, 100)
        if (!node) return
        read++
        expect(node).toEqual(asYaml(pretty, offset))
      }),
      { numRuns: 3_000 },
    )
    expect(read).toBeGreaterThan(100)
  })

  it.each([
    '{"a": {"b": [1, -2, 0, true, false, null, "x"]}}',
    '[]',
    '{}',
    '{"a":[{"b":{}},[]],"c":""}',
    ' \n{"esc": "a\\n\\u0041\\"\\\\/"}\r\n',
    '{"<<": {"a": 1}, "y": "yes", "n": 8080}',
    '{"t": "\\ttab", "k: v": "# no comment"}',
  ])('%s is the same tree', (text) => {
    const node = readJson({ text, offset: 7 }, 100)
    expect(node).toBeDefined()
    expect(node).toEqual(asYaml(text, 7))
  })

  it.each([
    ['a key twice', '{"a": 1, "a": 2}'],
    ['a comma too many', '{"a": 1,}'],
    ['a comment', '{"a": 1} # end'],
    ['a second value', '{"a": 1} {"b": 2}'],
    ['a word', '{"a": yes}'],
    ['a word that goes on', '[trueish]'],
    ['a plain key', '{a: 1}'],
    ['a string that does not end', '{"a": "b'],
    ['an escape at the end', '{"a": "b\\'],
    ['a line end in a string', '{"a": "b\nc"}'],
    ['an escape that is none', '{"a": "\\q"}'],
    ['other numbers', '[1.5]'],
    ['numbers with a zero in front', '[010]'],
    ['letters beyond 7 bits', '{"a": "ä"}'],
    ['a tab', '{"a":\t1}'],
    ['YAML', 'a: 1'],
    ['nothing', ''],
  ])('with %s is left to the reader of YAML', (_, text) => {
    expect(readJson({ text, offset: 0 }, 100)).toBeUndefined()
  })

  it('that is nested too deep is left to the reader that says so', () => {
    expect(readJson({ text: '['.repeat(4) + ']'.repeat(4), offset: 0 }, 3)).toBeUndefined()
    expect(readJson({ text: '['.repeat(3) + ']'.repeat(3), offset: 0 }, 3)).toBeDefined()
  })
})
