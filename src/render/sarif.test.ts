// SARIF logs: valid by the official schema, located, and stable when lines move.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { SourceFile, Span } from '../diag/source.ts'
import { sarifLog } from './sarif.ts'

interface Located {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string }
    readonly region: object
  }
}

interface Result {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly message: { readonly text: string }
  readonly locations: readonly Located[]
  readonly relatedLocations?: readonly Located[]
  readonly partialFingerprints: { readonly primaryLocationLineHash: string }
}

interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
      readonly results: Result[]
    },
  ]
}

function officialSchema(): object {
  const place = import.meta.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
  const text = readFileSync(fileURLToPath(place), 'utf8')
  // Written for draft 4, of which it only uses what later drafts have too, but for the name of its own name.
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(text) as Record<string, unknown>
  return schema
}

const validate = new Ajv({
  strict: false,
  allErrors: true,
  unicodeRegExp: false, // one of the schema's patterns is none with it
  formats: {
    'date-time': true,
    uri: /^[a-z][a-z0-9+.-]*:(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9A-F]{2})*$/,
    'uri-reference': /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9A-F]{2})*$/,
  },
}).compile(officialSchema())

function spanOf(file: SourceFile, text: string): Span {
  const start = file.text.indexOf(text)
  expect(start).toBeGreaterThanOrEqual(0)
  return { file, start, end: start + text.length }
}

function log(diagnostics: readonly Diagnostic[]): Log {
  const made = sarifLog(diagnostics, {
    version: '1.2.3',
    rules: [
      {
        id: 'opened',
        description: 'a connection opened',
        level: 'error',
        help: 'close it',
        helpUri: 'https://example.org/#a',
      },
      { id: 'closed', description: 'a connection closed', level: 'note' },
    ],
  })
  expect(validate(made) ? [] : validate.errors).toEqual([])
  return JSON.parse(JSON.stringify(made)) as Log
}

function results(...diagnostics: Diagnostic[]): Result[] {
  return log(diagnostics).runs[0].results
}

function named(name: string, path?: string): string {
  const file = { name, text: 'a: 1\n', ...(path !== undefined && { path }) }
  const [result] = results({ severity: 'error', code: 'x', message: 'm', span: spanOf(file, '1') })
  return result?.locations[0]?.physicalLocation.artifactLocation.uri ?? 'none'
}

const file: SourceFile = { name: 'k8s/net.yaml', text: 'spec:\n  ingress:\n  - from:\n    - 😀: 1\n    - b: 2\n' }

describe('a SARIF log', () => {
  it('is not accepted by the schema when it is wrong: the validation is real', () => {
    expect(validate({ version: '2.1.0', runs: [{ tool: {} }] })).toBe(false)
    expect(
      validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'a' } }, results: [{ level: 'bad' }] }] }),
    ).toBe(false)
  })

  it('of nothing is valid and has no results', () => {
    expect(results()).toEqual([])
  })

  it('has the place of a diagnostic in lines and columns from 1, the end exclusive', () => {
    const [result] = results({ severity: 'warning', code: 'closed', message: 'm', span: spanOf(file, 'b: 2') })
    expect(result).toMatchObject({
      ruleId: 'closed',
      ruleIndex: 1,
      level: 'warning',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'k8s/net.yaml', uriBaseId: '%SRCROOT%' },
            region: { startLine: 5, startColumn: 7, endLine: 5, endColumn: 11 },
          },
        },
      ],
    })
  })

  it('counts columns in UTF-16 units, and spans over lines', () => {
    const span = { file, start: file.text.indexOf('😀'), end: file.text.indexOf('b: 2') }
    const [result] = results({ severity: 'note', code: 'opened', message: 'm', span })
    const region = { startLine: 4, startColumn: 7, endLine: 5, endColumn: 7 }
    expect(result?.locations[0]?.physicalLocation.region).toEqual(region)
  })

  it('makes related locations of remarks with a place, and text of those without', () => {
    const [result] = results({
      severity: 'error',
      code: 'opened',
      message: 'first',
      span: spanOf(file, 'spec'),
      notes: [{ message: 'nowhere' }, { message: 'there', span: spanOf(file, 'b: 2') }],
      help: 'do this',
    })
    expect(result?.message.text).toBe('first\nnote: nowhere\nhelp: do this')
    expect(result?.relatedLocations).toMatchObject([
      { message: { text: 'there' }, physicalLocation: { region: { startLine: 5 } } },
    ])
  })

  it('has a rule for every code, also for one that was not named', () => {
    const { tool, results } = log([{ severity: 'error', code: 'no-moat', message: 'm' }]).runs[0]
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(['opened', 'closed', 'no-moat'])
    expect(results).toMatchObject([{ ruleId: 'no-moat', ruleIndex: 2, locations: [] }])
  })

  it('writes paths as URIs', () => {
    expect(named('./a b/ü#?.yaml')).toBe('a%20b/%C3%BC%23%3F.yaml')
    expect(named('/tmp/100%.yaml')).toBe('file:///tmp/100%25.yaml')
    expect(named("it's (1)*!.yaml")).toBe('it%27s%20%281%29%2A%21.yaml')
    expect(named('\ud800.yaml')).toBe('%EF%BF%BD.yaml')
    expect(named('a:b.yaml')).toBe('a%3Ab.yaml')
    expect(named('<stdin>')).toBe('stdin:')
    expect(named('HEAD~1:k8s/net.yaml', 'k8s/net.yaml')).toBe('k8s/net.yaml')
  })

  it('keeps fingerprints when lines above come or go, and tells two equal lines apart', () => {
    const print = (text: string, code: string, needle: string): string => {
      const span = spanOf({ name: 'a.yaml', text }, needle)
      const [result] = results({ severity: 'error', code, message: 'm', span })
      return result?.partialFingerprints.primaryLocationLineHash ?? ''
    }
    const one = print('a: 1\nb: 2\n', 'x', 'b')
    expect(print('# new\n\na: 1\n  b: 2\n', 'x', 'b')).toBe(one)
    expect(print('a: 1\nb: 3\n', 'x', 'b')).not.toBe(one)
    expect(print('a: 1\nb: 2\n', 'y', 'b')).not.toBe(one)
    const two = { severity: 'error', code: 'x', message: 'm', span: spanOf(file, 'spec') } as const
    const [first, second] = results(two, two).map(
      ({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash,
    )
    expect(first).toMatch(/^[0-9a-f]{16}:1$/)
    expect(second).toBe(first?.replace(':1', ':2'))
  })
})
