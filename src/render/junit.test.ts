// JUnit XML: read by an XML parser that is not ours, and held against the schema that CI systems have in common.
import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type JUnitSuite, junitXml } from './junit.ts'

interface Element {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly Element[]
}

const READ = `
import json, sys, xml.etree.ElementTree as tree
def plain(e): return {"tag": e.tag, "attributes": e.attrib, "text": e.text or "", "children": [plain(c) for c in e]}
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))
`

const python = spawnSync('python3', ['--version']).status === 0

function read(xml: string): Element {
  return JSON.parse(execFileSync('python3', ['-c', READ], { input: xml, encoding: 'utf8' })) as Element
}

/** Element -> attributes it must have and may have, and the elements that may stand in it, as Jenkins' schema says. */
const SCHEMA: Readonly<Record<string, { must: string[]; may: string[]; children: string[] }>> = {
  testsuites: { must: [], may: ['name', 'time', 'tests', 'failures', 'errors', 'skipped'], children: ['testsuite'] },
  testsuite: {
    must: ['name', 'tests'],
    may: ['failures', 'errors', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package'],
    children: ['testcase', 'properties', 'system-out', 'system-err'],
  },
  testcase: {
    must: ['name', 'classname'],
    may: ['time', 'assertions', 'status'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  },
  failure: { must: [], may: ['type', 'message'], children: [] },
  error: { must: [], may: ['type', 'message'], children: [] },
  skipped: { must: [], may: ['type', 'message'], children: [] },
}

function faults({ tag, attributes, children }: Element): string[] {
  const rule = SCHEMA[tag]
  if (!rule) return [`unknown element ${tag}`]
  const missing = rule.must.filter((name) => !(name in attributes)).map((name) => `${tag} lacks ${name}`)
  const odd = Object.keys(attributes).filter((name) => !rule.must.includes(name) && !rule.may.includes(name))
  const misplaced = children.filter((child) => !rule.children.includes(child.tag)).map((child) => child.tag)
  return [...missing, ...odd, ...misplaced, ...children.flatMap(faults)]
}

const suites: readonly JUnitSuite[] = [
  {
    name: 'one',
    cases: [
      { name: 'passes', className: 'a.b', outcome: { kind: 'passed' }, seconds: 0.25 },
      { name: 'fails', className: 'a.b', outcome: { kind: 'failed', message: 'short', text: 'long\n  text' } },
      { name: 'stops', className: 'a.c', outcome: { kind: 'error', message: 'unknown' } },
    ],
  },
  { name: 'two', cases: [{ name: 'waits', className: 'a', outcome: { kind: 'skipped', message: 'not here' } }] },
  { name: 'none', cases: [] },
]

describe.skipIf(!python)(`JUnit XML${python ? '' : ' (skipped: python3, which reads it, is missing)'}`, () => {
  it('keeps to the schema, with counts that are true', () => {
    const root = read(junitXml(suites))
    expect(faults(root)).toEqual([])
    expect(root.attributes).toMatchObject({ tests: '4', failures: '1', errors: '1', skipped: '1', time: '0.250' })
    expect(root.children.map(({ attributes }) => attributes)).toMatchObject([
      { name: 'one', tests: '3', failures: '1', errors: '1', skipped: '0' },
      { name: 'two', tests: '1', failures: '0', errors: '0', skipped: '1' },
      { name: 'none', tests: '0', failures: '0', errors: '0', skipped: '0' },
    ])
    const [, fails, stops] = root.children[0]?.children ?? []
    expect(fails?.children).toMatchObject([{ tag: 'failure', attributes: { message: 'short' }, text: 'long\n  text' }])
    expect(stops?.children).toMatchObject([{ tag: 'error', text: 'unknown' }])
  })

  it('of nothing is one empty element', () => {
    expect(faults(read(junitXml([])))).toEqual([])
  })

  it('gives back every text as it was, but for characters that XML forbids', () => {
    const odd = '<a href="x">&amp; \'q\' ]]> \t1\r\n2 ü 😀 \u00a0 \u2028'
    const outcome = { kind: 'failed', message: odd, text: odd } as const
    const [, , failed] = walk(read(junitXml([{ name: 's', cases: [{ name: odd, className: odd, outcome }] }]))).slice(1)
    expect(failed).toMatchObject({ tag: 'failure', attributes: { message: odd }, text: odd })
    const forbidden = 'a\u0000b\u001bc\ufffed\ud800e\udc00f'
    const [, suite] = walk(read(junitXml([{ name: forbidden, cases: [] }])))
    expect(suite?.attributes['name']).toBe('a\\u{0}b\\u{1b}c\\u{fffe}d\\u{d800}e\\u{dc00}f')
  })
})

function walk(element: Element): Element[] {
  return [element, ...element.children.flatMap(walk)]
}
