// Hard stops: whatever kills `moat up`, in whichever phase, no process, namespace or file of it is left.
import { describe, expect, it } from 'vitest'
import { membersOf, stillRunning } from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'
import { eventually, processesOf, reportOf, type Run, runMoat, startMoat } from '../support/up.ts'

const UP = ['up', 'examples/seed', '--model', 'bundled', '-o', 'json']
/** What stderr says when a phase begins; the empty text is the very start. */
const PHASES = ['', 'moat up:', 'OPEN', 'truth table', 'PROOF', 'MOAT', 'stream goes on', 'LIVE'] as const

/** The first process inside: the one whose parent is `unshare`. */
function insider(run: Run): number {
  const found = processesOf(run).find(
    ({ command, pid }) =>
      command.includes('moat.mjs') && pid !== run.child.pid && !/^(?:setpriv|unshare)/.test(command),
  )
  if (!found) throw new Error('nothing runs inside')
  return found.pid
}

/** Stops a run at a phase and says what is left of it. */
async function leftovers(phase: string, stop: (run: Run) => void) {
  const run = startMoat(UP)
  await run.saw(phase)
  const before = processesOf(run)
  const namespaces = new Set(before.map(({ netns }) => netns))
  const outer = processesOf(run).find(({ pid }) => pid === run.child.pid)?.netns
  namespaces.delete(outer as string)
  expect(phase === '' || namespaces.size > 0).toBe(true)
  const members = membersOf(namespaces)
  stop(run)
  const outcome = await run.ended
  const gone = await eventually(() => processesOf(run).length === 0)
  await eventually(() => stillRunning(members).length === 0)
  return { outcome, gone, namespaces: stillRunning(members) }
}

describe.skipIf(noSandbox())(`a stop of moat up [${noSandbox() ?? 'sandbox'}]`, () => {
  it.each(PHASES)('by kill -9 of the parent leaves nothing, at `%s`', async (phase) => {
    const { gone, namespaces, outcome } = await leftovers(phase, ({ child }) => child.kill('SIGKILL'))
    expect({ gone, namespaces, files: outcome.leftFiles }).toEqual({ gone: true, namespaces: [], files: [] })
  })

  it.each(['OPEN', 'MOAT', 'LIVE'])(
    'by kill -9 of the process inside leaves nothing and is reported, at `%s`',
    async (phase) => {
      const { gone, namespaces, outcome } = await leftovers(phase, (run) => process.kill(insider(run), 'SIGKILL'))
      expect({ gone, namespaces, files: outcome.leftFiles }).toEqual({ gone: true, namespaces: [], files: [] })
      expect(outcome.status).not.toBe(0)
    },
  )

  it.each(['moat up:', 'OPEN', 'truth table', 'PROOF', 'MOAT', 'stream goes on'])(
    'by Ctrl-C before the live view exits 130, at `%s`',
    async (phase) => {
      const { gone, namespaces, outcome } = await leftovers(phase, ({ child }) => child.kill('SIGINT'))
      expect({ gone, namespaces, files: outcome.leftFiles }).toEqual({ gone: true, namespaces: [], files: [] })
      expect(outcome.status).toBe(130)
    },
  )

  it('by Ctrl-C in the live view is its ordinary end', async () => {
    const { gone, namespaces, outcome } = await leftovers('LIVE', ({ child }) => child.kill('SIGINT'))
    expect({ gone, namespaces, files: outcome.leftFiles }).toEqual({ gone: true, namespaces: [], files: [] })
    expect(outcome.status).toBe(0)
    expect(reportOf(outcome).summary.disagree).toBe(0)
  })

  it('is not needed by a second run at the same time', async () => {
    const once = [...UP, '--once']
    const outcomes = await Promise.all([runMoat(once), runMoat(once)])
    for (const outcome of outcomes) {
      expect(outcome.status).toBe(0)
      expect(reportOf(outcome).summary).toMatchObject({ disagree: 0, inconclusive: 0 })
    }
  })
})
