import { describe, expect, it } from 'vitest'
import { found, read } from '../../tests/support/manifests.ts'
import { valueOf } from '../../tests/support/node-value.ts'
import type { Diagnostic } from '../diag/diagnostic.ts'
import { documentsOf } from './documents.ts'
import type { Node } from './node.ts'
import { createReport } from './report.ts'

function documents(text: string): { trees: unknown[]; diagnostics: readonly Diagnostic[] } {
  const report = createReport()
  const trees = documentsOf({ name: 'f.yaml', text }, report).map(({ node }) => valueOf(node))
  return { trees, diagnostics: report.diagnostics }
}

function codes(text: string): string[] {
  return documents(text).diagnostics.map((diagnostic) => diagnostic.code)
}

/** The text under the span of every key and value, in order. */
function spans(text: string): string[] {
  const file = { name: 'f.yaml', text }
  const walk = (node: Node): string[] => {
    if (node.kind === 'list') return node.items.flatMap(walk)
    if (node.kind === 'mapping') {
      return [...node.entries.values()].flatMap(({ key, value }) => [text.slice(key.start, key.end), ...walk(value)])
    }
    return [text.slice(node.start, node.end)]
  }
  return documentsOf(file, createReport()).flatMap(({ node }) => walk(node))
}

describe('documents', () => {
  it('are separated by lines that start with three dashes', () => {
    expect(documents('---\na: 1\n---\n# nothing\n---\nb: 2\n...\n---\n- c\n').trees).toEqual([
      { a: 1 },
      { b: 2 },
      ['c'],
    ])
    expect(documents('--- {a: 1}\n--- # remark\nb: 2').trees).toEqual([{ a: 1 }, { b: 2 }])
    expect(documents('a: --- b\nc: |\n  ---\n  d\n').trees).toEqual([{ a: '--- b', c: '---\nd\n' }])
    expect(documents('').trees).toEqual([])
    for (const blank of ['', '\n', '\n\n', '\r\n', ' \n', '#\n', '\n#\n']) {
      expect(documents(`${blank}---\na: 1\n`).trees).toEqual([{ a: 1 }])
    }
  })

  it('may open with directives', () => {
    expect(documents('%YAML 1.1\n---\na: 1\n...\n# x\n%YAML 1.2\n---\nb: 2\n').trees).toEqual([{ a: 1 }, { b: 2 }])
    expect(documents('%YAML 1.1\n# x\n\n---\na: 1\n').trees).toEqual([{ a: 1 }])
  })

  it('that are broken do not hide the others', () => {
    const { trees, diagnostics } = documents('a: 1\n---\nb: [1\n---\nc: 3\n---\n\td: "\n')
    expect(trees).toEqual([{ a: 1 }, { c: 3 }])
    expect(diagnostics.map(({ code, span }) => [code, span?.start])).toEqual([
      ['yaml-syntax', 13],
      ['tab-indentation', 28],
    ])
  })

  it('have CRLF line ends, a byte order mark, comments and anchors', () => {
    const text = '\ufeffa: &x\r\n  b: 1 # one\r\nc: *x\r\nd:\r\n  <<: *x\r\n  b: 2\r\n  e: yes\r\n'
    expect(documents(text).trees).toEqual([{ a: { b: 1 }, c: { b: 1 }, d: { b: 2, e: true } }])
  })

  it('may be JSON, also with tabs', () => {
    const value = { a: [1, -2.5, true, null, 'x\u00e9\ud83d\ude00"\\\n'], 'b c': { d: {} } }
    expect(documents(JSON.stringify(value, null, '\t')).trees).toEqual([value])
    expect(documents(`{"a":"\\ud83d\\ude00\\/"}`).trees).toEqual([{ a: '\ud83d\ude00/' }])
  })

  it('hold keys like __proto__ and constructor as keys', () => {
    const [node] = documentsOf({ name: 'f', text: '__proto__: {a: 1}\nconstructor: 2\n' }, createReport())
    expect(node?.node.kind === 'mapping' && [...node.node.entries.keys()]).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })
})

describe('keys', () => {
  it('that are numbers and booleans become strings, as kubectl makes them', () => {
    expect(documents('on: 1\n010: 2\n1.5: 3\n"yes": 4\n').trees).toEqual([{ true: 1, 8: 2, '1.5': 3, yes: 4 }])
  })

  it('are refused where they are empty or no scalar', () => {
    expect(codes('? [a]\n: 1\n')).toEqual(['invalid-key'])
    expect(codes('? \n: 1\n')).toEqual(['invalid-key'])
  })

  it('given twice are an error with both places, whatever their spelling', () => {
    const text = 'a: 1\nb: 2\n"a": 3\n'
    const [diagnostic, ...rest] = documents(text).diagnostics
    expect(rest).toEqual([])
    expect(diagnostic?.code).toBe('duplicate-key')
    expect(diagnostic?.span?.start).toBe(text.indexOf('"a"'))
    expect(diagnostic?.notes?.[0]?.span?.start).toBe(0)
    expect(codes('{yes: 1, on: 2}')).toEqual(['duplicate-key'])
  })

  it('given twice at the top of a document come with the hint that two objects may stand in it', () => {
    const help = (text: string) => documents(text).diagnostics.map((one) => /`---`/.test(one.help ?? ''))
    expect(help('kind: Pod\nspec: {}\nkind: Service\n')).toEqual([true])
    expect(help('spec:\n  a: 1\n  a: 2\n')).toEqual([false])
    expect(help('items:\n- a: 1\n  a: 2\n')).toEqual([false])
  })
})

describe('tags', () => {
  it('of the core schema give a type', () => {
    expect(
      documents('a: !!str 8080\nb: !!int "80"\nc: ! 5\nd: !!map {}\ne: !!null ""\nf: !!str\ng: !!bool "on"').trees,
    ).toEqual([{ a: '8080', b: 80, c: '5', d: {}, e: null, f: '', g: true }])
  })

  it('of any other kind are refused', () => {
    expect(codes('a: !!binary aGk=\nb: !x 1\nc: !!set {a}\nd: !!int x\n')).toEqual([
      'unknown-tag',
      'unknown-tag',
      'unknown-tag',
      'unknown-tag',
    ])
  })
})

describe('anchors', () => {
  it('must stand before their alias and around no alias of their own', () => {
    expect(codes('a: *x\n')).toEqual(['unknown-alias'])
    expect(codes('a: &x [*x]\n')).toEqual(['unknown-alias'])
    expect(codes('a: &x 1\n---\nb: *x\n')).toEqual(['unknown-alias'])
  })

  it('merge mappings and lists of mappings, the first and the written out having precedence', () => {
    const text = 'a: &a {x: 1, w: 1}\nb: &b {w: 2, z: 2}\nc:\n  z: 3\n  <<: [*a, *b]\n'
    expect(documents(text).trees[0]).toMatchObject({ c: { x: 1, w: 1, z: 3 } })
    expect(codes('a: &a [1]\nb:\n  <<: *a\n')).toEqual(['invalid-merge'])
    expect(documents('"<<": 1').trees).toEqual([{ '<<': 1 }])
  })

  it('expand within bounds: an alias bomb is refused', () => {
    const bomb = Array.from({ length: 12 }, (_, i) =>
      i === 0
        ? 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]'
        : `a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(',')}]`,
    ).join('\n')
    expect(codes(bomb)).toEqual(['too-many-aliases'])
    const many = `a: &a 1\nb: [${Array.from({ length: 1_001 }, () => '*a').join(',')}]\n`
    expect(codes(many)).toEqual(['too-many-aliases'])
    expect(codes(many.replace('*a,', ''))).toEqual([])
  })
})

describe('positions', () => {
  it('are those of every key and value, quotes included', () => {
    expect(spans(`a: "x"\nb: {'c': [1, ~]}\nd: |\n  text\n`)).toEqual([
      'a',
      '"x"',
      'b',
      `'c'`,
      '1',
      '~',
      'd',
      '  text\n',
    ])
  })

  it('of values that are not there point behind their key or at their dash', () => {
    const text = 'a:\nb:\n- 1\n-\n# x\n-\n'
    const [document] = documentsOf({ name: 'f', text }, createReport())
    const mapping = document?.node.kind === 'mapping' ? document.node.entries : new Map()
    expect(mapping.get('a').value).toMatchObject({ kind: 'null', start: 1 })
    expect(mapping.get('b').value.items.map((item: Node) => [item.kind, item.start])).toEqual([
      ['number', 8],
      ['null', 10],
      ['null', 16],
    ])
  })

  it('of a block without lines are at its indicator', () => {
    expect(spans('a: |2\nb: >\n')).toEqual(['a', '\n', 'b', '\n'])
  })

  it('of brackets end behind them', () => {
    const text = 'a: [1, {b: 2 # ]\n  }, ]\nc: {}\nd: {e: , f: [ ]}\n'
    const [document] = documentsOf({ name: 'f', text }, createReport())
    const entries = document?.node.kind === 'mapping' ? [...document.node.entries.values()] : []
    expect(entries.map(({ value }) => text.slice(value.start, value.end))).toEqual([
      '[1, {b: 2 # ]\n  }, ]',
      '{}',
      '{e: , f: [ ]}',
    ])
  })

  it('of a second document and behind a byte order mark are those of the file', () => {
    expect(spans('\ufeffa: 1\r\n---\r\nb: 2\r\n')).toEqual(['a', '1', 'b', '2'])
  })
})

describe('lists and mappings in brackets', () => {
  it('may end at the column of their key, as kubectl takes them', () => {
    expect(documents('s:\n  a: {\n    b: 1\n  }\n  c: [\n  1,\n  2\n  ]\nd: {\r\n}\r\n').trees).toEqual([
      { s: { a: { b: 1 }, c: [1, 2] }, d: {} },
    ])
  })

  it('may be indented with tabs', () => {
    expect(documents('a:\n  [\n\t"x",\n    "y" ]\n').trees).toEqual([{ a: ['x', 'y'] }])
  })

  it('are refused where joining lines could change a value', () => {
    expect(codes('a:\n  b: ["x\n  y"]\n')).toEqual(['yaml-syntax'])
    expect(codes('a:\n  b: [it, # remark\n  c,\n    d]\n')).toEqual(['yaml-syntax'])
    expect(codes('a:\n  b: "x\n  y"\n')).toEqual(['yaml-syntax'])
  })

  it('keep the positions of what they hold', () => {
    expect(spans('s:\n  a: {\n    b: 1\n  }\n  c: 2\n')).toEqual(['s', 'a', 'b', '1', 'c', '2'])
  })

  it('are joined a bounded number of times', () => {
    const text = `s:\n  a: [\n${'  1,\n'.repeat(500)}  ]\n`
    expect(codes(text)).toEqual(['yaml-syntax'])
    expect(codes(text.replaceAll('\n  1', '\n    1'))).toEqual([])
  })
})

describe('hostile text', () => {
  it('nested 20,000 deep is refused where it passes the limit', () => {
    for (const text of ['['.repeat(20_000), '{"a":'.repeat(20_000), '- '.repeat(20_000)]) {
      expect([text.slice(0, 5), ...codes(text)]).toEqual([text.slice(0, 5), 'too-deep'])
    }
    expect(codes(`${'['.repeat(99)}${']'.repeat(99)}`)).toEqual([])
  })

  it('with control characters, NUL bytes and lone surrogates is located or taken', () => {
    expect(found('a: \u0000\n')).toEqual(['error control-character 1:4'])
    expect(codes('a: \u0007b\n')).toEqual(['control-character'])
    expect(codes('a: "\u0007b"\n')).toEqual(['control-character'])
    expect(codes('a: \ud800\n')).toEqual(['control-character'])
    expect(documents('a: "\\ud800"\n').trees).toEqual([{ a: '\ud800' }])
  })

  it('with a tab says so', () => {
    expect(found('a:\n\tb: 1\n')).toEqual(['error tab-indentation 2:1'])
    expect(found('a:\n  b:\n  \t- 1\n')).toEqual(['error tab-indentation 3:3'])
    expect(found('a: 1\n \tb: 1\n')).toEqual(['error tab-indentation 2:2'])
  })

  it('that is a template says what to do', () => {
    const [diagnostic] = documents('a:\n{{- if x }}\n  b: 1\n{{- end }}\n').diagnostics
    expect(diagnostic?.code).toBe('yaml-syntax')
    expect(diagnostic?.help).toContain('helm template')
  })

  it('with very long lines and huge numbers is read', () => {
    const long = 'x'.repeat(1_000_000)
    const [read] = documents(`a: ${long}\nb: ${'9'.repeat(1000)}\n`).trees as Record<string, unknown>[]
    expect(read?.['a'] === long && read['b'] === '9'.repeat(1000)).toBe(true)
  })

  it('with thousands of warnings stays usable', () => {
    const policy = (i: number) =>
      `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p${i}}\nspec: {}\n`
    const { snapshot, diagnostics } = read(Array.from({ length: 1_500 }, (_, i) => policy(i)).join(''))
    expect(snapshot.networkPolicies).toHaveLength(1_500)
    expect(diagnostics).toHaveLength(1_001)
    expect(diagnostics.every(({ severity }) => severity === 'warning')).toBe(true)
  })

  it('that is very long is cut in messages', () => {
    const [diagnostic] = read(`apiVersion: v1\nkind: Namespace\nmetadata: {name: ${'A'.repeat(100_000)}}\n`).diagnostics
    expect(diagnostic?.message.length).toBeLessThan(400)
  })

  it('with thousands of mistakes reports the first thousand', () => {
    const { diagnostics } = read('- a: 1\n  a: 2\n'.repeat(5_000))
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    expect(errors).toHaveLength(1_001)
    expect(errors.at(-1)?.code).toBe('too-many-problems')
  })
})
