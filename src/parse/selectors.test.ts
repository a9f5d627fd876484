import { describe, expect, it } from 'vitest'
import { found, policyText, sound } from '../../tests/support/manifests.ts'
import { formatSelector } from '../policy/selector.ts'

function selector(text: string): string {
  const [policy] = sound(policyText(`podSelector: ${text}`)).networkPolicies
  return formatSelector(policy?.subject ?? { requirements: [] })
}

function problems(text: string): string[] {
  return found(policyText(`podSelector: ${text}`)).map((line) => line.replace(/ \d+:\d+$/, ''))
}

describe('a selector', () => {
  it('takes matchLabels and matchExpressions together (S14)', () => {
    expect(
      selector(
        '{matchLabels: {a: b}, matchExpressions: [{key: c, operator: In, values: [d, e]}, {key: f, operator: Exists}]}',
      ),
    ).toBe('a=b,c in (d,e),f')
    expect(
      selector('{matchExpressions: [{key: c, operator: NotIn, values: [d]}, {key: f, operator: DoesNotExist}]}'),
    ).toBe('c!=d,!f')
  })

  it('that is empty, or has empty parts, matches everything (S08)', () => {
    for (const text of ['{}', '{matchLabels: {}}', '{matchLabels: , matchExpressions: }', '{matchExpressions: []}']) {
      expect([text, selector(text)]).toEqual([text, 'all'])
    }
  })

  it('may ask for the empty value (S13)', () => {
    expect(selector('{matchLabels: {a: ""}}')).toBe('a=')
  })

  it('needs values where the operator takes them, and none elsewhere', () => {
    for (const values of ['', ', values: []', ', values: null']) {
      expect(problems(`{matchExpressions: [{key: a, operator: In${values}}]}`)).toEqual(['error selector-values'])
      expect(problems(`{matchExpressions: [{key: a, operator: NotIn${values}}]}`)).toEqual(['error selector-values'])
      expect(problems(`{matchExpressions: [{key: a, operator: Exists${values}}]}`)).toEqual([])
    }
    expect(problems('{matchExpressions: [{key: a, operator: Exists, values: [b]}]}')).toEqual(['error selector-values'])
    expect(problems('{matchExpressions: [{key: a, operator: DoesNotExist, values: [b]}]}')).toEqual([
      'error selector-values',
    ])
  })

  it('has known operators, spelled exactly', () => {
    for (const operator of ['in', 'Equals', 'notIn', 'Gt']) {
      expect(problems(`{matchExpressions: [{key: a, operator: ${operator}, values: [b]}]}`)).toEqual([
        'error unknown-value',
      ])
    }
    expect(problems('{matchExpressions: [{values: [b]}]}')).toEqual(['error missing-field', 'error missing-field'])
  })

  it('is refused without matchLabels around its labels', () => {
    expect(problems('{app: web}')).toEqual(['error unknown-field'])
    expect(problems('{matchlabels: {app: web}}')).toEqual(['error unknown-field'])
    expect(problems('{matchLabels: {app: web}, matchExpression: []}')).toEqual(['error unknown-field'])
  })

  it('has strings for labels: a number, a boolean and null are refused as by the API server', () => {
    for (const value of ['1', 'true', 'yes', '010', '1.5', 'null', '', '[a]', '{}']) {
      expect([value, ...problems(`{matchLabels: {a: ${value}}}`)]).toEqual([value, 'error wrong-type'])
    }
    expect(problems('{matchExpressions: [{key: a, operator: In, values: [1]}]}')).toEqual(['error wrong-type'])
    expect(selector('{matchLabels: {a: "1", b: "yes", on: x}}')).toBe('a=1,b=yes,true=x')
  })

  it('has label keys and values of the right shape', () => {
    const long = 'x'.repeat(64)
    for (const key of [long, '-a', 'a/b/c', '/a', 'a/', 'A.b/c', `${'x'.repeat(254)}/a`, '"a b"', '"\u00e4"']) {
      expect([key, ...problems(`{matchLabels: {? ${key} : x}}`)]).toEqual([key, 'error invalid-label-key'])
    }
    for (const value of [long, '-a', 'a.', 'a/b', '"a b"', '"\u00e4"', '"\\ud800"']) {
      const expected = [value, 'error invalid-label-value']
      expect([value, ...problems(`{matchLabels: {a: ${value}}}`)]).toEqual(expected)
      expect([value, ...problems(`{matchExpressions: [{key: a, operator: In, values: [${value}]}]}`)]).toEqual(expected)
    }
    expect(selector('{matchLabels: {app.kubernetes.io/name: A_b-1.c}}')).toBe('app.kubernetes.io/name=A_b-1.c')
  })

  it('of great size is read', () => {
    const labels = Array.from({ length: 20_000 }, (_, i) => `k${i}: v`).join(', ')
    expect(selector(`{matchLabels: {${labels}}}`).split(',')).toHaveLength(20_000)
  })
})
