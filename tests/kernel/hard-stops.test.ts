// Whatever is killed and whenever: processes, namespaces, mounts and temporary files are afterwards as they were before.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  childrenOf,
  eventually,
  membersOf,
  mountedNamespaces,
  namespacesOf,
  noOrdinaryUser,
  type Running,
  start,
  stillRunning,
} from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

const reason = noSandbox()
const userReason = reason ?? noOrdinaryUser()

const PHASES = ['entered', 'busy', 'creating', 'running'] as const
const VICTIMS = ['parent', 'unshare', 'first', 'child'] as const

const NAMES: Readonly<Record<(typeof VICTIMS)[number], string>> = {
  parent: 'program outside',
  unshare: 'unshare between',
  first: 'first process inside',
  child: 'program inside',
}

/** The processes that hold a sandbox: the program outside, `unshare`, the first process inside, and the program inside. */
function holders(running: Running): Readonly<Record<(typeof VICTIMS)[number], number>> {
  const parent = running.child.pid ?? 0
  const [unshare = 0] = childrenOf(parent)
  const [first = 0] = childrenOf(unshare)
  const [child = 0] = childrenOf(first)
  return { parent, unshare, first, child }
}

/** What a killed sandbox leaves behind: empty lists and `true` mean nothing. */
interface Traces {
  readonly exitCode: number | null
  readonly madeNamespaces: boolean
  readonly processesGone: boolean
  readonly namespacesGone: boolean
  readonly sameMounts: boolean
  readonly sameRunFolder: boolean
  readonly temporaryFiles: readonly string[]
}

interface Case {
  readonly phase: (typeof PHASES)[number]
  readonly victim: (typeof VICTIMS)[number]
  readonly user: 'self' | 'nobody'
}

async function tracesAfterKill({ phase, victim, user }: Case): Promise<Traces> {
  const mountsBefore = readFileSync('/proc/self/mountinfo', 'utf8')
  const runBefore = readdirSync('/run').join(' ')
  const running = start('phases.ts', [phase], user)
  await running.saw(`phase ${phase}\n`)
  const pids = holders(running)
  const own = namespacesOf([process.pid])
  const made = new Set([...namespacesOf(running.processes()), ...mountedNamespaces(pids.child)])
  const theirs = [...made].filter((name) => !own.has(name))
  const members = membersOf(new Set(theirs))
  process.kill(pids[victim], 'SIGKILL')
  const processesGone = await eventually(() => running.processes().length === 0)
  const { code } = await running.ended
  // A namespace lives by its processes and its mounts; mounts are in a mount namespace that lives by its processes too.
  const namespacesGone = members.length > 2 && (await eventually(() => stillRunning(members).length === 0))
  return {
    exitCode: code,
    // At least a network, a mount and a process namespace; pods have theirs too once they run.
    madeNamespaces: theirs.length >= (phase === 'running' ? 6 : 3),
    processesGone,
    namespacesGone,
    sameMounts: readFileSync('/proc/self/mountinfo', 'utf8') === mountsBefore,
    sameRunFolder: readdirSync('/run').join(' ') === runBefore,
    temporaryFiles: running.temporaryFiles(),
  }
}

function nothing(victim: Case['victim']): Traces {
  return {
    exitCode: victim === 'parent' ? null : 137,
    madeNamespaces: true,
    processesGone: true,
    namespacesGone: true,
    sameMounts: true,
    sameRunFolder: true,
    temporaryFiles: [],
  }
}

describe.skipIf(reason)(`kill -9 of a sandbox leaves nothing behind${reason ? ` [${reason}]` : ''}`, () => {
  for (const victim of VICTIMS) {
    for (const phase of PHASES) {
      it(`when it hits the ${NAMES[victim]} while ${phase}`, async () => {
        expect(await tracesAfterKill({ phase, victim, user: 'self' })).toEqual(nothing(victim))
      })
    }
  }
})

describe.skipIf(userReason)(`the same for an ordinary user${userReason ? ` [${userReason}]` : ''}`, () => {
  for (const victim of VICTIMS) {
    it(`when it hits the ${NAMES[victim]}`, async () => {
      expect(await tracesAfterKill({ phase: 'running', victim, user: 'nobody' })).toEqual(nothing(victim))
    })
    it(`when it hits the ${NAMES[victim]} and nothing inside can react`, async () => {
      expect(await tracesAfterKill({ phase: 'busy', victim, user: 'nobody' })).toEqual(nothing(victim))
    })
  }
})

describe.skipIf(reason)(`an interrupt${reason ? ` [${reason}]` : ''}`, () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`by ${signal} lets the program inside end in its own way`, async () => {
      const running = start('phases.ts', ['running'])
      await running.saw('phase running\n')
      running.child.kill(signal)
      const { code, stdout } = await running.ended
      expect({ code, stdout: stdout.includes('stopping') }).toEqual({ code: 130, stdout: true })
      expect(running.processes()).toEqual([])
    })
  }

  it('a second time ends a program that does not react', async () => {
    const running = start('phases.ts', ['busy'])
    await running.saw('phase busy\n')
    running.child.kill('SIGINT')
    // The first one cannot be seen from outside: the second follows until it works.
    const again = setInterval(() => running.child.kill('SIGINT'), 100)
    const { code } = await running.ended
    clearInterval(again)
    expect(code).toBe(137)
    expect(await eventually(() => running.processes().length === 0)).toBe(true)
  })
})

describe.skipIf(reason)(`npm, or a moat of another Node,${reason ? ` [${reason}]` : ''}`, () => {
  for (const phase of ['busy', 'running'] as const) {
    it(`takes the program with it when it is killed while ${phase}`, async () => {
      const running = start('launched.ts', [phase])
      await running.saw(`phase ${phase}\n`)
      expect(running.processes().length).toBeGreaterThan(4)
      running.child.kill('SIGKILL')
      expect(await eventually(() => running.processes().length === 0)).toBe(true)
      await running.ended
    })
  }
})

describe.skipIf(reason)(`two sandboxes${reason ? ` [${reason}]` : ''}`, () => {
  it('live beside each other with the same names and addresses', async () => {
    const both = [start('phases.ts', ['running']), start('phases.ts', ['running'])]
    await Promise.all(both.map((each) => each.saw('phase running\n')))
    for (const each of both) each.child.kill('SIGINT')
    expect((await Promise.all(both.map((each) => each.ended))).map(({ code }) => code)).toEqual([130, 130])
  })
})
