// Other programs that give us text: run for a limited time, without a terminal and without network.

const MEBIBYTE = 1024 * 1024

export type Ran =
  | { readonly kind: 'ran'; readonly stdout: Buffer; readonly stderr: readonly string[] }
  /** There is no such program. */
  | { readonly kind: 'absent' }
  /** It failed, or was stopped; `reason` is one line. */
  | { readonly kind: 'failed'; readonly reason: string; readonly stderr: readonly string[] }

export interface RunOptions {
  readonly input?: string
  readonly cwd?: string
  /** Milliseconds until it is killed. */
  readonly timeout?: number
  /** Most bytes of output. */
  readonly maxBytes?: number
}

/** Answers depend on the input alone: nothing is fetched, nothing is asked, nothing is locked, messages are English. */
const OFFLINE: NodeJS.ProcessEnv = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_ALLOW_PROTOCOL: 'file',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  NO_PROXY: '',
  no_proxy: '',
  LC_ALL: 'C',
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Ran {
  const { timeout = 60_000, maxBytes = 512 * MEBIBYTE, input = '', cwd } = options
  const { spawnSync } = process.getBuiltinModule('node:child_process') // loaded only where it is needed: start-up counts
  const { error, status, signal, stdout, stderr } = spawnSync(program, [...args], {
    input,
    timeout,
    killSignal: 'SIGKILL',
    maxBuffer: maxBytes,
    env: { ...process.env, ...OFFLINE },
    ...(cwd !== undefined && { cwd }),
  })
  const lines = linesOf(stderr)
  const code = error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'EACCES') return { kind: 'absent' }
  if (code === 'ETIMEDOUT') return { kind: 'failed', reason: `no answer after ${timeout / 1000} s`, stderr: lines }
  if (code === 'ENOBUFS') return { kind: 'failed', reason: `more than ${maxBytes} bytes of output`, stderr: lines }
  if (status === 0) return { kind: 'ran', stdout, stderr: lines }
  const ended = signal === null ? `exit code ${status}` : `ended by ${signal}`
  return { kind: 'failed', reason: lines[0] ?? (error ? error.message : ended), stderr: lines.slice(1) }
}

/** The lines that say something, at most twenty; without the frame that kubectl puts around an error of several lines. */
function linesOf(text: Buffer | null): string[] {
  return (text?.toString('utf8') ?? '')
    .split(/\r?\n/)
    .map((line) => line.replace(/^[EWIF]\d{4} [\d:.]+ +\d+ \S+\] /, '').trim())
    .filter((line) => /\w/.test(line) && line !== '"command failed" err=<')
    .slice(0, 20)
}
