// Real processes inside pods.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The value is a shell command that runs in the pod, with `sh -c`. */
export const COMMAND_ANNOTATION = 'sandbox.modelmoat.dev/command'

export interface SpawnOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /**
   * Writable memory that each process of it may map (RLIMIT_DATA); no limit when absent. A bare Node maps about 600 MiB,
   * most of which it never uses. Control groups are not used: they would outlive a hard stop.
   */
  readonly memoryMiB?: number
  /** `pipe`: `write` reaches the program's stdin. Absent: no input. */
  readonly stdin?: 'pipe'
  /** Called with each whole line of output, without its newline. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Where a process runs. */
export interface PodPlace {
  /** The pod's network namespace; `undefined`: the node's own. */
  readonly netns: string | undefined
  readonly hostname: string
  /** Files that the process sees as /etc/resolv.conf, /etc/hosts and /etc/nsswitch.conf. */
  readonly etc: string
}

const KEPT_OUTPUT = 65_536

/** Runs before a program in a pod; arguments: folder with files for /etc, host name, memory, command. */
const START = join(import.meta.dirname, 'pod.sh')

/** A process group in a pod. Ends with the sandbox at the latest. */
export class PodProcess {
  readonly pid: number
  /** Settles when it has ended and all its output has come. */
  readonly exited: Promise<Exit>
  readonly #child: ChildProcess
  readonly #gone: Promise<void>
  readonly #output = { stdout: '', stderr: '' }

  private constructor(child: ChildProcess, options: SpawnOptions) {
    this.#child = child
    this.pid = child.pid ?? -1
    this.exited = new Promise((resolve) => {
      child.on('error', (error) => {
        this.#output.stderr += error.message
        resolve({ code: -1, signal: null })
      })
      child.on('close', (code, signal) => resolve({ code, signal }))
    })
    this.#gone = new Promise((resolve) => {
      child.on('error', () => resolve())
      child.on('exit', () => resolve())
    })
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = child[name]
      stream?.setEncoding('utf8')
      stream?.on('data', (text: string) => {
        this.#output[name] = (this.#output[name] + text).slice(-KEPT_OUTPUT)
      })
      if (stream && options.onLine)
        createInterface({ input: stream }).on('line', (line) => options.onLine?.(line, name))
    }
    child.stdin?.on('error', () => {})
  }

  static start(place: PodPlace, command: readonly string[], options: SpawnOptions): PodProcess {
    const enter = place.netns === undefined ? [] : ['nsenter', `--net=/run/netns/${place.netns}`]
    const memory = options.memoryMiB === undefined ? 'unlimited' : `${options.memoryMiB * 1024}`
    const argv = [...enter, 'unshare', '-mu', '/bin/sh', START, place.etc, place.hostname, memory, ...command]
    const [program = '', ...args] = argv
    const child = spawn(program, args, {
      detached: true,
      stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOSTNAME: place.hostname, ...options.env },
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    })
    return new PodProcess(child, options)
  }

  /** The last 64 KiB. */
  get stdout(): string {
    return this.#output.stdout
  }

  get stderr(): string {
    return this.#output.stderr
  }

  write(text: string): void {
    this.#child.stdin?.write(text)
  }

  /** SIGTERM to the group; SIGKILL to what is left of it after a second. Output of what left the group is given up. */
  async stop(): Promise<Exit> {
    this.#signal('SIGTERM')
    const timer = setTimeout(() => this.#signal('SIGKILL'), 1000)
    await this.#gone
    clearTimeout(timer)
    this.#signal('SIGKILL')
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
    return await this.exited
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.pid <= 0) return
    try {
      process.kill(-this.pid, signal)
    } catch {
      // The group has ended already.
    }
  }
}

function inode(path: string): number | undefined {
  try {
    return statSync(path).ino
  } catch {
    return undefined
  }
}

/** Kills every process in a pod's network namespace, also those that left the groups of its programs, but for `spared`. */
export function killAllIn(netns: string, spared: number): void {
  const own = inode(`/run/netns/${netns}`)
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  for (const pid of own === undefined ? [] : pids) {
    if (Number(pid) === spared || inode(`/proc/${pid}/ns/net`) !== own) continue
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}
