// The lines of a watch -> events: a stream that lies still too long is dead, an ERROR line is thrown.
import type { IncomingMessage } from 'node:http'
import type { WatchEvent } from './kube-api.ts'
import { KubeError } from './kube-error.ts'
import type { KubeObject } from './object.ts'
import { refusal } from './refusal.ts'
import { silent, unreachable } from './unreachable.ts'

export interface WatchStream {
  readonly server: string
  readonly asked: string
  /** Milliseconds without a byte. */
  readonly silence: number
  readonly signal: AbortSignal
}

/** Ends with the stream or with the signal. A line that the stream broke off is dropped: it is sent again after a relist. */
export async function* watchEvents(
  response: IncomingMessage,
  { server, asked, silence, signal }: WatchStream,
): AsyncGenerator<WatchEvent> {
  const dead = silent({ server, asked, after: silence })
  let timer = setTimeout(() => response.destroy(dead), silence)
  response.setEncoding('utf8')
  const stop = (): void => void response.destroy()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    let rest = ''
    for await (const chunk of response as AsyncIterable<string>) {
      // While a slow reader holds the events, nothing is read, and that is no silence of the server.
      clearTimeout(timer)
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') yield eventOf(line, asked)
      timer = setTimeout(() => response.destroy(dead), silence)
    }
  } catch (error) {
    if (signal.aborted) return
    throw error instanceof KubeError ? error : unreachable(error, { server, asked })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    response.destroy()
  }
}

function eventOf(line: string, asked: string): WatchEvent {
  let event: { readonly type?: string; readonly object?: KubeObject }
  try {
    event = JSON.parse(line) as typeof event
  } catch (cause) {
    throw new KubeError(
      {
        severity: 'error',
        code: 'server-failed',
        message: `the server sent a line that is no JSON (${asked}): \`${line.slice(0, 80)}\``,
        help: 'see whether a proxy stands between this machine and the server',
      },
      { cause },
    )
  }
  const { type, object } = event
  if (type === 'ERROR' || !object) {
    const { code } = (object ?? {}) as { readonly code?: number }
    throw refusal({ status: code ?? 500, text: JSON.stringify(object ?? {}), asked })
  }
  if (type === 'BOOKMARK') return { type, resourceVersion: object.metadata.resourceVersion ?? '' }
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') return { type, object }
  throw refusal({ status: 500, text: `an event of the unknown type ${String(type)}`, asked })
}
