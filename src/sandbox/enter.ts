// The way into the sandbox's own namespaces: the program runs itself again inside `unshare`.
import { type ChildProcess, spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import module from 'node:module'
import { join, resolve } from 'node:path'
import type { Diagnostic } from '../diag/diagnostic.ts'
import { type Capability, inspectMachine, missingTools } from './capabilities.ts'
import { whenLauncherEnds } from './launcher.ts'
import { type SandboxMode, toolPath, UNSHARE } from './unshare.ts'

/** What the program knows when it runs inside. */
export interface Inside {
  readonly mode: SandboxMode
  /** Called once when the user wants an end (SIGINT, SIGTERM or SIGHUP outside); a second signal kills everything. */
  onStop(listener: (signal: NodeJS.Signals) => void): void
}

/** The program as a whole ran inside and ended with `exitCode`, or the namespaces could not be made. */
export type Entered =
  | { readonly kind: 'ended'; readonly exitCode: number }
  | { readonly kind: 'impossible'; readonly diagnostics: readonly Diagnostic[] }

export interface EnterOptions {
  /** Script and arguments to run inside; this process's own when absent. */
  readonly argv?: readonly string[]
  /** Another way in than the best one that this machine has. */
  readonly mode?: SandboxMode
}

const MARKER = 'MODELMOAT_INSIDE'
const READY = 'moat: inside'

/** Runs before the program, inside; says `READY` on a pipe, then gives the program the real stderr (fd 4). */
const PREPARE = join(import.meta.dirname, 'inside.sh')

type ParentMessage = { readonly moat: 'stop'; readonly signal: NodeJS.Signals } | { readonly moat: 'resize' }

let here: Inside | undefined

/** Set when this process runs inside; `undefined` outside. The parent's death ends the process from now on. */
export function inside(): Inside | undefined {
  if (here) return here
  const mode = process.env[MARKER]
  if ((mode !== 'root' && mode !== 'user-namespace') || process.ppid !== 1) return undefined
  delete process.env[MARKER]
  const listeners: ((signal: NodeJS.Signals) => void)[] = []
  let stopped: NodeJS.Signals | undefined
  process.on('message', (message: ParentMessage) => {
    if (message.moat === 'resize') process.emit('SIGWINCH')
    if (message.moat !== 'stop' || stopped) return
    stopped = message.signal
    for (const listener of listeners) listener(message.signal)
    if (listeners.length === 0) process.exit(130)
  })
  process.on('disconnect', () => process.exit(130))
  if (!process.connected) process.exit(130)
  process.channel?.unref()
  here = {
    mode,
    onStop(listener) {
      if (stopped) listener(stopped)
      else listeners.push(listener)
    },
  }
  return here
}

/** The path as given and where its links lead; the latter only where there is something. */
function places(path: string): readonly string[] {
  try {
    return [resolve(path), realpathSync(path)]
  } catch {
    return [resolve(path)]
  }
}

/** Entries of /run that the program itself needs: the tmpfs must not hide its own files, nor those that its user names. */
function keptEntries(paths: readonly string[]): string {
  const names = paths.flatMap(places).flatMap((path) => /^\/(?:var\/)?run\/([^/]+)/.exec(path)?.[1] ?? [])
  const ours = ['netns', 'moat']
  return [...new Set(names)].filter((name) => /^[\w.-]+$/.test(name) && !ours.includes(name)).join(' ')
}

/** `FILE` of `--option=FILE`. */
function valueOf(argument: string): readonly string[] {
  return /^--[^=]+=(.+)$/.exec(argument)?.slice(1) ?? []
}

function start(mode: SandboxMode, argv: readonly string[]): ChildProcess {
  const program = [process.execPath, ...process.execArgv, ...argv]
  const path = toolPath()
  const cache = module.getCompileCacheDir?.()
  return spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'unshare', ...UNSHARE[mode], '--', '/bin/sh', PREPARE, ...program],
    {
      // A session of its own: Ctrl-C reaches the parent alone, which passes it on.
      detached: true,
      stdio: ['inherit', 'inherit', 'pipe', 'ipc', 2],
      env: {
        ...process.env,
        PATH: path,
        TMPDIR: '/run/moat/tmp',
        MODELMOAT_KEEP: keptEntries([
          process.execPath,
          process.cwd(),
          ...path.split(':'),
          ...argv,
          ...argv.flatMap(valueOf),
        ]),
        [MARKER]: mode,
        ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
      },
    },
  )
}

interface Signals {
  /** True once the user has asked for an end. */
  asked(): boolean
  restore(): void
}

/** Passes signals on; a second one kills. The end of whoever started this program is like a hang-up of its terminal. */
function forwardSignals(child: ChildProcess): Signals {
  let asked = false
  const stop = (signal: NodeJS.Signals): void => {
    if (asked || !child.connected) child.kill('SIGKILL')
    else child.send({ moat: 'stop', signal } satisfies ParentMessage, () => {})
    asked = true
  }
  const resize = (): void => {
    if (child.connected) child.send({ moat: 'resize' } satisfies ParentMessage, () => {})
  }
  const stopping = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of stopping) process.on(signal, stop)
  process.on('SIGWINCH', resize)
  const unwatch = whenLauncherEnds(() => {
    if (!asked) stop('SIGHUP')
    setTimeout(() => stop('SIGHUP'), 2000).unref()
  })
  return {
    asked: () => asked,
    restore() {
      unwatch()
      for (const signal of stopping) process.off(signal, stop)
      process.off('SIGWINCH', resize)
    },
  }
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

interface Run {
  /** False: the program never started, and `words` say why. */
  readonly ready: boolean
  readonly exitCode: number
  readonly words: string
}

async function run(mode: SandboxMode, argv: readonly string[]): Promise<Run> {
  const child = start(mode, argv)
  const signals = forwardSignals(child)
  let words = ''
  child.stderr?.on('data', (data: Buffer) => (words += data.toString()))
  try {
    return await new Promise<Run>((resolve) => {
      child.on('error', (error) => resolve({ ready: false, exitCode: 3, words: error.message }))
      child.on('close', (code, signal) => {
        // After the start only `unshare` itself still has this pipe: it complains when it cannot die of its child's SIGKILL.
        const killed = words.includes(READY) && /\bunshare\b/.test(words.slice(words.indexOf(READY)))
        const exitCode = killed ? 137 : (code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0))
        // A user who did not wait for the start is no failure of it.
        resolve({ ready: words.includes(READY) || signals.asked(), exitCode, words })
      })
    })
  } finally {
    signals.restore()
  }
}

function diagnosticsOf(capabilities: readonly Capability[], words: string): Diagnostic[] {
  const all = capabilities.flatMap(({ state, diagnostic }) => (state === 'fatal' && diagnostic ? diagnostic : []))
  // Two ways in may have failed for one reason.
  const found = [...new Map(all.map((diagnostic) => [diagnostic.message, diagnostic])).values()]
  if (found.length > 0) return found
  const message = `the sandbox could not be entered: ${words.trim() || 'no reason was given'}`
  return [{ severity: 'error', code: 'sandbox-entry', message, help: 'run `moat doctor`' }]
}

/**
 * Runs this program again inside new namespaces with the same stdin, stdout and stderr, and waits for its end.
 * Everything inside dies with this process, however it dies: the kernel kills `unshare` when its parent ends
 * (PDEATHSIG), the first process inside when `unshare` ends (--kill-child), and all others with that one.
 */
export async function enter(options: EnterOptions = {}): Promise<Entered> {
  const absent = missingTools()
  if (absent.length > 0) return { kind: 'impossible', diagnostics: diagnosticsOf(absent, '') }
  const argv = options.argv ?? process.argv.slice(1)
  const mode = options.mode ?? (process.getuid?.() === 0 ? 'root' : 'user-namespace')
  const first = await run(mode, argv)
  if (first.ready) return { kind: 'ended', exitCode: first.exitCode }
  const machine = await inspectMachine()
  if (machine.mode !== undefined && machine.mode !== mode && options.mode === undefined) {
    const second = await run(machine.mode, argv)
    if (second.ready) return { kind: 'ended', exitCode: second.exitCode }
  }
  return { kind: 'impossible', diagnostics: diagnosticsOf(machine.capabilities, first.words) }
}
