// Starts the model server as the sandbox does, on a free port of the loopback, and ends it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const MAIN = resolve(import.meta.dirname, '../../src/slm/main.ts')

export interface Running {
  readonly url: string
  /** The line it printed when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>
  /** Ends it by SIGTERM and gives its exit code. */
  readonly stop: () => Promise<number | null>
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Started {
  readonly ended: Promise<Ended>
  readonly running: Promise<Running>
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [MAIN, '--host', '127.0.0.1', '--port', '0', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, stdout, stderr }))
  const running = new Promise<Running>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString()
      if (!stdout.includes('\n')) return
      const ready = JSON.parse(stdout.split('\n')[0] as string) as Readonly<Record<string, unknown>>
      const stop = async () => {
        child.kill('SIGTERM')
        return (await ended).code
      }
      resolve({ url: `http://127.0.0.1:${String(ready['port'])}`, ready, stop })
    })
    ended.then(({ code, stderr }) => reject(new Error(`the server ended with ${code}: ${stderr}`)), reject)
  })
  return { ended, running }
}

export function startServer(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Running> {
  return start(args, env).running
}

/** For a server that must refuse to start. */
export async function refusedServer(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
  const { ended, running } = start(args, env)
  running.catch(() => {})
  return ended
}
