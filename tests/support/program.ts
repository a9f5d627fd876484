// Runs a kernel test's program as root or as an ordinary user, tagged so that everything it leaves behind can be found.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type User = 'self' | 'nobody'

const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups', '--']
const folder = join(import.meta.dirname, '..', 'kernel', 'programs')

/** Why programs cannot run as another, ordinary user here, or `undefined` when they can. */
export function noOrdinaryUser(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root: the other tests run as an ordinary user already'
  const args = [...NOBODY, process.execPath, '--check', join(folder, 'phases.ts')]
  return spawnSync('setpriv', args).status === 0 ? undefined : 'an ordinary user cannot read this checkout'
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running program and its traces. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Settles when a line with this text has come on stdout. */
  saw(text: string): Promise<void>
  /** Ids of all processes that carry the tag, zombies apart. */
  processes(): number[]
  /** Files in its folder for temporary files. */
  temporaryFiles(): string[]
}

/** The ids of processes whose environment has the tag: it is inherited by everything that a program starts. */
function tagged(tag: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(tag)
      } catch {
        return false
      }
    })
    .map(Number)
}

export function start(program: string, args: readonly string[] = [], user: User = 'self'): Running {
  const tag = `MOAT_TEST_TAG=${randomUUID()}`
  const temporary = mkdtempSync(join(tmpdir(), 'moat-test-'))
  const as = user === 'nobody' ? ['setpriv', ...NOBODY] : []
  const [command = '', ...rest] = [...as, process.execPath, join(folder, program), ...args]
  const [name = '', value = ''] = tag.split('=')
  const env = { ...process.env, [name]: value, TMPDIR: temporary, HOME: '/', NODE_OPTIONS: '', VITEST: '' }
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env })
  let stdout = ''
  let stderr = ''
  const waiting: (() => void)[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const check of waiting) check()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return {
    child,
    ended: ended.finally(() => {
      if (readdirSync(temporary).length === 0) rmSync(temporary, { recursive: true })
    }),
    saw: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (stdout.includes(text)) resolve()
        }
        waiting.push(check)
        void ended.then((end) => reject(new Error(`ended before \`${text}\`: ${JSON.stringify(end)}`)))
        check()
      }),
    processes: () => tagged(tag),
    temporaryFiles: () => {
      try {
        return readdirSync(temporary)
      } catch {
        return []
      }
    },
  }
}

/** Runs a program to its end. */
export async function runProgram(program: string, args: readonly string[] = [], user: User = 'self'): Promise<Ended> {
  return await start(program, args, user).ended
}

/** `net:[4026…]` and the like, of processes. */
export function namespacesOf(pids: readonly number[]): Set<string> {
  const found = pids.flatMap((pid) => {
    try {
      return ['net', 'mnt', 'pid', 'user', 'uts'].map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`))
    } catch {
      return []
    }
  })
  return new Set(found)
}

/** Network namespaces that are mounted where a process sees them: those of pods, which need no process. */
export function mountedNamespaces(pid: number): Set<string> {
  try {
    return new Set(readFileSync(`/proc/${pid}/mountinfo`, 'utf8').match(/net:\[\d+\]/g))
  } catch {
    return new Set()
  }
}

/**
 * Every process of this machine that is in one of the namespaces, as `pid started`. To be asked while the namespaces live:
 * afterwards the kernel gives their numbers to others.
 */
export function membersOf(namespaces: ReadonlySet<string>): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    const inside = [...namespacesOf([Number(pid)])].some((name) => namespaces.has(name))
    const started = inside ? startOf(pid) : undefined
    return started === undefined ? [] : [`${pid} ${started}`]
  })
}

/** When a process began, in clock ticks; `undefined` for one that has ended, zombies too. */
function startOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** Those of the members that still run. */
export function stillRunning(members: readonly string[]): string[] {
  return members.filter((member) => {
    const [pid = '', started] = member.split(' ')
    return startOf(pid) === started
  })
}

/** Ids of a process's children. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

/** Asks again until it is true; false when it still is not after many tries (about half a minute). */
export async function eventually(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 600; tries++) {
    if (condition()) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
