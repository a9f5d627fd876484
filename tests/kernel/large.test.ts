// A hundred pods with two hundred policies: in one transaction for root, in many that end in one switch for an ordinary user.
import { describe, expect, it } from 'vitest'
import { noOrdinaryUser, runProgram, type User } from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

interface Output {
  readonly transactions: readonly number[]
  readonly tables: string
  readonly agree: number
  readonly differ: number
  readonly Allowed: number
  readonly Denied: number
}

async function output(user: User): Promise<Output> {
  const { code, stdout, stderr } = await runProgram('large.ts', ['100', '200'], user)
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`)
  return JSON.parse(stdout) as Output
}

const reason = noSandbox()
const other = reason ?? noOrdinaryUser()
const users = [
  { user: 'self', who: 'this user', skip: reason },
  { user: 'nobody', who: 'an ordinary user', skip: other },
] as const

describe('a large cluster', () => {
  for (const { user, who, skip } of users) {
    it.skipIf(skip)(`is loaded, replaced and enforced for ${who}${skip ? ` [${skip}]` : ''}`, async () => {
      const seen = await output(user)
      expect(seen).toMatchObject({ differ: 0, tables: 'table inet moat-next' })
      expect(seen.agree).toBeGreaterThan(3000)
      expect(Math.min(seen.Allowed, seen.Denied)).toBeGreaterThan(20)
    })
  }

  const asRoot = process.getuid?.() === 0 ? reason : 'not root'
  it.skipIf(asRoot)(`needs one transaction as root${asRoot ? ` [${asRoot}]` : ''}`, async () => {
    expect((await output('self')).transactions).toEqual([1, 1])
  })
})
