// A program run in a container: its output and exit code, over a WebSocket.
import { Readable, Writable } from 'node:stream'
import type { ExecRequest, ExecResult } from './kube-api.ts'
import { type Access, loadLibrary } from './kube-config.ts'
import { KubeError } from './kube-error.ts'
import { refusal } from './refusal.ts'
import { unreachable } from './unreachable.ts'

/** Milliseconds, where the request names no bound. */
const TIMEOUT = 60_000

/** What the server says when the program has ended. */
interface EndStatus {
  readonly status?: string
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] }
}

/** The part of a WebSocket that is used here. */
interface Socket {
  on(event: 'close' | 'error', listener: (value: unknown) => void): unknown
  terminate(): void
}

export async function exec({ config, server }: Access, request: ExecRequest): Promise<ExecResult> {
  const { namespace, pod, container = '', command, stdin, timeout = TIMEOUT } = request
  const asked = `exec in pod ${namespace}/${pod}`
  const { Exec } = await loadLibrary()
  const stdout = collector()
  const stderr = collector()
  const ended = Promise.withResolvers<EndStatus>()
  const timer = setTimeout(() => ended.reject(cutOff(asked, `no end after ${timeout / 1000} s`)), timeout)
  let socket: Socket | undefined
  try {
    const opening = new Exec(config).exec(
      encodeURIComponent(namespace),
      encodeURIComponent(pod),
      container,
      [...command],
      stdout.stream,
      stderr.stream,
      stdin === undefined ? null : Readable.from([Buffer.from(stdin)]),
      false,
      (status) => ended.resolve(status),
    ) as Promise<Socket>
    const opened = opening.then(
      (made) => {
        made.on('error', (cause) => ended.reject(cutOff(asked, words(cause))))
        made.on('close', () => ended.reject(cutOff(asked, 'the connection was closed before the program ended')))
        return made
      },
      (cause: unknown) => {
        throw notOpened(cause, { server, asked })
      },
    )
    // A connection that is made only after the bound is dropped then.
    opened.then((made) => (socket = made)).catch(() => undefined)
    await Promise.race([opened, ended.promise])
    const status = await ended.promise
    return { exitCode: exitCodeOf(status, asked), stdout: stdout.text(), stderr: stderr.text() }
  } finally {
    clearTimeout(timer)
    ended.promise.catch(() => undefined)
    socket?.terminate()
  }
}

function exitCodeOf({ status, reason, message = '', details }: EndStatus, asked: string): number {
  if (status === 'Success') return 0
  const code = details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message
  if (reason === 'NonZeroExitCode' && code !== undefined) return Number(code)
  throw new KubeError({
    severity: 'error',
    code: 'exec-failed',
    message: `the program could not be run (${asked}): ${message}`,
    help: 'check that the container runs and that its image has the program',
  })
}

function cutOff(asked: string, why: string): KubeError {
  return new KubeError({
    severity: 'error',
    code: 'exec-cut-off',
    message: `cut off: ${asked}: ${why}`,
    help: 'nothing is known of what the program found; run it again',
  })
}

/** The WebSocket library tells a refusal only in its words. */
function notOpened(cause: unknown, { server, asked }: { readonly server: string; readonly asked: string }): KubeError {
  const text = words(cause)
  const status = /server response: (\d{3})/.exec(text)?.[1]
  if (status === undefined) return unreachable(innerError(cause), { server, asked })
  const resource = 'cannot create resource "pods/exec" in API group ""'
  const namespace = /pod ([^/]+)\//.exec(asked)?.[1] ?? ''
  const message = status === '403' ? `${resource} in the namespace "${namespace}"` : text
  return refusal({ status: Number(status), text: message, asked })
}

function innerError(cause: unknown): unknown {
  return cause instanceof Error ? cause : ((cause as { readonly error?: unknown } | undefined)?.error ?? cause)
}

function words(cause: unknown): string {
  const { message } = (cause ?? {}) as { readonly message?: unknown }
  return typeof message === 'string' ? message : String(cause)
}

function collector(): { readonly stream: Writable; readonly text: () => string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') }
}
