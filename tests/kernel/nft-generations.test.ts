// Established connections under changing rules, on the real kernel: cut at once and once, kept, and taken up again.
import { describe, expect, it } from 'vitest'
import { runProgram } from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

interface Output {
  readonly cutsMade: boolean
  readonly addresses: readonly (readonly string[])[]
  /** Meaning, source, from the server's port, destination, to the server's port. */
  readonly cuts: readonly (readonly [unknown, string, boolean, string, boolean])[]
  readonly strangersWhileCut: readonly number[]
  readonly resumed: boolean
  readonly denied: number
}

const reason = noSandbox()
describe.skipIf(reason)(`a change of rules${reason ? ` [${reason}]` : ''}`, () => {
  it('cuts the streams it denies with one event each, keeps the others, and lets the cut ones go on when it may', async () => {
    const { code, stdout, stderr } = await runProgram('generations.ts')
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`)
    const { cutsMade, addresses, cuts, strangersWhileCut, resumed, denied } = JSON.parse(stdout) as Output
    expect(cutsMade).toBe(true)
    const subject = { verdict: 'cut', direction: 'ingress', subject: 'a/server', policies: ['a/only-friend'] }
    const [server, , stranger] = addresses
    // The server pushes or the stranger acknowledges: whichever packet came first told of the cut.
    const seen = cuts.map(([meaning, source, fromServer, destination]) => {
      const [near, far] = fromServer ? [source, destination] : [destination, source]
      return { meaning, near, far }
    })
    expect(seen.sort((a, b) => a.near.length - b.near.length)).toEqual(
      [0, 1]
        .map((i) => ({ meaning: subject, near: server?.[i], far: stranger?.[i] }))
        .sort((a, b) => (a.near?.length ?? 0) - (b.near?.length ?? 0)),
    )
    expect(strangersWhileCut).toEqual([0, 0])
    expect(resumed).toBe(true)
    expect(denied).toBe(0)
  })
})
