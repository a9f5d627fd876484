// Probes beside a pod that floods the kernel's log with denials: no verdict may become a wrong one.
import { describe, expect, it } from 'vitest'
import { noOrdinaryUser, runProgram } from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

const reason = noSandbox()
const other = reason ?? noOrdinaryUser()
const cases = [
  { how: 'drop', user: 'self', who: 'this user', skip: reason },
  { how: 'reject', user: 'self', who: 'this user', skip: reason },
  { how: 'drop', user: 'nobody', who: 'an ordinary user', skip: other },
] as const

describe('probes during a flood of denials', () => {
  for (const { how, user, who, skip } of cases) {
    it.skipIf(skip)(`by ${how} stay right for ${who}${skip ? ` [${skip}]` : ''}`, async () => {
      const { code, stdout, stderr } = await runProgram('flood.ts', [how], user)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const { counts, flooded } = JSON.parse(stdout) as { counts: Record<string, number>; flooded: boolean }
      expect(flooded).toBe(true)
      // An overrun may leave a probe without evidence; it never gives evidence of the other thing.
      expect(counts['open port Denied'] ?? 0).toBe(0)
      expect(counts['denied port Allowed'] ?? 0).toBe(0)
      expect(Math.min(counts['open port Allowed'] ?? 0, counts['denied port Denied'] ?? 0)).toBeGreaterThan(200)
    })
  }
})
