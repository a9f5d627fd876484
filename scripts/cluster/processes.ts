// The processes of one cluster: started apart from their starter, written down in its folder, stopped by who they are, not by name.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** In the environment of every process of a cluster: the cluster's folder. */
export const MARK = 'MOAT_CLUSTER_FOLDER'

export interface Program {
  /** Its log and its record go by this name. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Killed by the kernel when the starter ends, however it ends. */
  readonly diesWithStarter?: boolean
  /** An open descriptor that it gets as its number 3. */
  readonly inherits?: number
}

/** A process is its number and when it began: a number alone may be somebody else's by now. */
export interface ProcessId {
  readonly pid: number
  /** In clock ticks since this boot. */
  readonly began: string
  readonly boot: string
}

export function processId(pid: number): ProcessId | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold anything; `began` is field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return { pid, began: fields[19] ?? '', boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() }
  } catch {
    return undefined
  }
}

export function isAlive(id: ProcessId): boolean {
  const now = processId(id.pid)
  return now !== undefined && now.began === id.began && now.boot === id.boot
}

function record(folder: string, name: string): string {
  return join(folder, 'processes', name)
}

export function logFile(folder: string, name: string): string {
  return join(folder, 'logs', `${name}.log`)
}

/** The last lines of a program's log, to say why it did not start. */
export function lastWords(folder: string, name: string): string {
  try {
    return readFileSync(logFile(folder, name), 'utf8').trimEnd().split('\n').slice(-5).join('\n')
  } catch {
    return ''
  }
}

export function start(folder: string, program: Program): void {
  mkdirSync(join(folder, 'processes'), { recursive: true })
  mkdirSync(join(folder, 'logs'), { recursive: true })
  const log = openSync(logFile(folder, program.name), 'a')
  const [command, args] = program.diesWithStarter
    ? ['setpriv', ['--pdeathsig', 'KILL', program.command, ...program.args]]
    : [program.command, program.args]
  const child = spawn(command, args, {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log, ...(program.inherits === undefined ? [] : [program.inherits])],
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, HOME: folder, [MARK]: folder, ...program.env },
  })
  closeSync(log)
  child.on('error', (error) => writeFileSync(logFile(folder, program.name), `${error.message}\n`, { flag: 'a' }))
  child.unref()
  const id = child.pid === undefined ? undefined : processId(child.pid)
  if (id) writeFileSync(record(folder, program.name), JSON.stringify(id))
}

/** Who runs under that name, or `undefined`. */
export function running(folder: string, name: string): ProcessId | undefined {
  try {
    const id = JSON.parse(readFileSync(record(folder, name), 'utf8')) as ProcessId
    return isAlive(id) ? id : undefined
  } catch {
    return undefined
  }
}

/** The names of all programs that were started and not stopped, dead or alive, the latest last. */
export function started(folder: string): string[] {
  try {
    return readdirSync(join(folder, 'processes')).sort()
  } catch {
    return []
  }
}

export function send(id: ProcessId, signal: NodeJS.Signals): void {
  try {
    if (isAlive(id)) process.kill(id.pid, signal)
  } catch {
    // It ended in between.
  }
}

/** Asks by SIGTERM and kills after `graceMs`; 0 kills at once. Resolves when the process is gone. */
export async function stop(folder: string, name: string, graceMs: number): Promise<void> {
  const id = running(folder, name)
  if (id) {
    if (graceMs > 0) send(id, 'SIGTERM')
    const until = Date.now() + graceMs
    while (Date.now() < until && isAlive(id)) await delay(20)
    while (isAlive(id)) {
      send(id, 'SIGKILL')
      await delay(10)
    }
  }
  rmSync(record(folder, name), { force: true })
}
