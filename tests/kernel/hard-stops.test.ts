// Whatever is killed and whenever: processes, namespaces, mounts and temporary files are afterwards as they were before.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  childrenOf,
  eventually,
  mountedNamespaces,
  namespacesInUse,
  namespacesOf,
  noOrdinaryUser,
  type Running,
  start,
} from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

const reason = noSandbox()
const userReason = reason ?? noOrdinaryUser()

/** The three processes that hold a sandbox: the program outside, `unshare`, and the first process inside. */
function holders(running: Running): Readonly<Record<'parent' | 'unshare' | 'child', number>> {
  const parent = running.child.pid ?? 0
  const [unshare = 0] = childrenOf(parent)
  const [child = 0] = childrenOf(unshare)
  return { parent, unshare, child }
}

const PHASES = ['entered', 'busy', 'creating', 'running'] as const
const VICTIMS = ['parent', 'unshare', 'child'] as const

async function nothingIsLeft(phase: string, victim: (typeof VICTIMS)[number], user: 'self' | 'nobody'): Promise<void> {
  const mountsBefore = readFileSync('/proc/self/mountinfo', 'utf8')
  const runBefore = readdirSync('/run')
  const running = start('phases.ts', [phase], user)
  await running.saw(`phase ${phase}\n`)
  const pids = holders(running)
  const own = namespacesOf([process.pid])
  const made = new Set([...namespacesOf(running.processes()), ...mountedNamespaces(pids.child)])
  const theirs = [...made].filter((name) => !own.has(name))
  // At least a network, a mount and a process namespace; pods have theirs too once they run.
  expect(theirs.length).toBeGreaterThanOrEqual(phase === 'running' ? 6 : 3)
  process.kill(pids[victim], 'SIGKILL')
  expect(await eventually(() => running.processes().length === 0)).toBe(true)
  const { code } = await running.ended
  expect(code).toBe(victim === 'parent' ? null : 137)
  expect(await eventually(() => theirs.every((name) => !namespacesInUse().has(name)))).toBe(true)
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(mountsBefore)
  expect(readdirSync('/run')).toEqual(runBefore)
  expect(running.temporaryFiles()).toEqual([])
}

describe.skipIf(reason)(`kill -9 of a sandbox leaves nothing behind${reason ? ` [${reason}]` : ''}`, () => {
  for (const victim of VICTIMS) {
    for (const phase of PHASES) {
      it(`when it hits the ${victim} while ${phase}`, () => nothingIsLeft(phase, victim, 'self'))
    }
  }
})

describe.skipIf(userReason)(`the same for an ordinary user${userReason ? ` [${userReason}]` : ''}`, () => {
  for (const victim of VICTIMS) {
    it(`when it hits the ${victim}`, () => nothingIsLeft('running', victim, 'nobody'))
    it(`when it hits the ${victim} and nothing inside can react`, () => nothingIsLeft('busy', victim, 'nobody'))
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

describe.skipIf(reason)(`two sandboxes${reason ? ` [${reason}]` : ''}`, () => {
  it('live beside each other with the same names and addresses', async () => {
    const both = [start('phases.ts', ['running']), start('phases.ts', ['running'])]
    await Promise.all(both.map((each) => each.saw('phase running\n')))
    for (const each of both) each.child.kill('SIGINT')
    expect((await Promise.all(both.map((each) => each.ended))).map(({ code }) => code)).toEqual([130, 130])
  })
})
