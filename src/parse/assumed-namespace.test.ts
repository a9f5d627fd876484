// S41: who is told that an object without a namespace was put into the default one.
import { describe, expect, it } from 'vitest'
import { parse } from './parse.ts'

function pod(name: string, namespace?: string): string {
  const where = namespace === undefined ? '' : `, namespace: ${namespace}`
  return `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}${where}}\nspec: {containers: [{name: c, image: i}]}\n`
}

function told(...pods: readonly string[]) {
  return parse([{ name: 'x.yaml', text: pods.join('') }]).diagnostics.map(({ severity, code, message }) => ({
    severity,
    code,
    message,
  }))
}

describe('objects without a namespace', () => {
  it('are said to be in the default one when others name another', () => {
    expect(told(pod('a'), pod('b', 'shop'), pod('c'))).toEqual([
      {
        severity: 'warning',
        code: 'namespace-assumed',
        message: '`a` has no namespace, nor have 1 more: taken as in `default`, while others name theirs',
      },
    ])
  })

  it('need no word among themselves or beside objects of the default namespace', () => {
    expect(told(pod('a'), pod('b'))).toEqual([])
    expect(told(pod('a'), pod('b', 'default'))).toEqual([])
  })
})
