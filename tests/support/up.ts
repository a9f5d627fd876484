// Runs `moat up` as its users do and looks at what it leaves: every run has a mark by which its processes can be found.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { UpReport } from '../../src/cli/up/report.ts'

export const ROOT = resolve(import.meta.dirname, '../..')
const MOAT = join(ROOT, 'bin/moat.mjs')
const MARK = 'MODELMOAT_TEST_RUN'

export interface Run {
  readonly child: ChildProcess
  readonly mark: string
  readonly ended: Promise<Outcome>
  /** Resolves as soon as this text has come on stderr (or stdout); rejects when the run ends without it. */
  saw(text: string): Promise<void>
}

export interface Outcome {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Files that it left in its own temporary folder. */
  readonly leftFiles: readonly string[]
}

export interface RunOptions {
  /** Prepended: `setpriv` to become another user. */
  readonly as?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
  readonly cwd?: string
}

/** Starts `moat ARGS`. */
export function startMoat(args: readonly string[], options: RunOptions = {}): Run {
  const mark = randomUUID()
  const scratch = mkdtempSync(join(tmpdir(), 'moat-run-'))
  const [program = '', ...rest] = [...(options.as ?? []), process.execPath, MOAT, ...args]
  const child = spawn(program, rest, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, TMPDIR: scratch, NO_COLOR: '1', ...options.env, [MARK]: mark },
  })
  child.stdin?.end(options.input)
  const seen = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      seen[name] += text
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<Outcome>((done) => {
    child.on('close', (status, signal) => {
      const leftFiles = readdirSync(scratch)
      rmSync(scratch, { recursive: true, force: true })
      done({ status, signal, ...seen, leftFiles })
    })
  })
  const saw = (text: string): Promise<void> =>
    new Promise((found, lost) => {
      const look = (): void => {
        if (!seen.stderr.includes(text) && !seen.stdout.includes(text)) return
        waiting.delete(look)
        found()
      }
      waiting.add(look)
      look()
      void ended.then(({ stderr }) => lost(new Error(`ended without \`${text}\`: ${stderr.slice(-500)}`)))
    })
  return { child, mark, ended, saw }
}

/** Runs `moat ARGS` to its end. */
export function runMoat(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return startMoat(args, options).ended
}

/** The JSON on stdout. */
export function reportOf({ stdout, stderr }: Outcome): UpReport {
  try {
    return JSON.parse(stdout) as UpReport
  } catch {
    throw new Error(`no JSON on stdout: ${stdout.slice(0, 200)}\n${stderr.slice(-2000)}`)
  }
}

/** The processes of a run that are alive: pid and network namespace. Zombies have no namespaces and are nobody. */
export function processesOf({
  mark,
}: Run): { readonly pid: number; readonly netns: string; readonly command: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark)) return []
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ')
      return [{ pid: Number(name), netns: readlinkSync(`/proc/${name}/ns/net`), command }]
    } catch {
      return []
    }
  })
}

/** Waits until the condition holds; the kernel takes its own time to end killed processes. Fails after many tries. */
export async function eventually(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 600; tries++) {
    if (condition()) return true
    await new Promise((done) => setTimeout(done, 50))
  }
  return false
}
