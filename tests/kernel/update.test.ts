// Pods that come and go while the others go on.
import { describe, expect, it } from 'vitest'
import { runProgram } from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

const reason = noSandbox()
describe.skipIf(reason)(`a sandbox that changes${reason ? ` [${reason}]` : ''}`, () => {
  it('replaces pods and names, ends what ran in pods that go, and leaves the others alone', async () => {
    const { code, stdout, stderr } = await runProgram('update.ts')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      first: { open: ['Allowed', 'Allowed'], name: 0 },
      gone: { code: null, signal: 'SIGTERM' },
      // The new pod answers under the address of the old one, and only its own name is known.
      second: { open: ['Allowed', 'Allowed'], name: 0, oldName: 1 },
      third: { dns: 'coredns', name: 0 },
      fourth: { dns: 'kube-dns', name: 0 },
      still: 'running',
      // The shell, its child, and the one that had left its group; none stays as a zombie.
      ended: 3,
    })
  })
})
