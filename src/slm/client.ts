// A streaming client: one new connection for each call, every way to fail told apart, times measured.
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { EventReader, type ServerEvent } from './event-reader.ts'

/**
 * `unreachable`: the connection was refused or has no route; `unanswered`: no answer to the connection or, once it stands, to
 * the request; `silent`: an answer that stopped coming; `reset`: the connection was broken by the other side; `refused`: an
 * HTTP status other than 200; `malformed`: not the protocol.
 */
export type FailureKind = 'unreachable' | 'unanswered' | 'silent' | 'reset' | 'refused' | 'malformed'

export class CallFailure extends Error {
  readonly kind: FailureKind
  /** The HTTP status of a `refused` call. */
  readonly status: number | undefined

  constructor(kind: FailureKind, message: string, status?: number) {
    super(message)
    this.kind = kind
    this.status = status
  }
}

/** How long to wait, in milliseconds: for the connection, for the first byte of the answer, between its pieces. */
export interface Patience {
  readonly connectMs: number
  readonly answerMs: number
  readonly silenceMs: number
}

export const PATIENCE: Patience = { connectMs: 3_000, answerMs: 30_000, silenceMs: 30_000 }

export interface Call {
  /** The whole address. */
  readonly url: URL
  /** Sent as JSON by POST; without it the call is a GET. */
  readonly body?: unknown
  readonly patience: Patience
  /** The caller's own TCP port; any free one when absent. */
  readonly localPort?: number
}

function brokenBy(error: NodeJS.ErrnoException, established: boolean): CallFailure {
  const code = error.code ?? error.message
  if (established) return new CallFailure('reset', `the connection broke (${code})`)
  if (code === 'ETIMEDOUT') return new CallFailure('unanswered', 'nothing answers the connection')
  return new CallFailure('unreachable', `cannot connect (${code})`)
}

/** Sends the request; resolves with the answer's head. */
function send(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = call.body === undefined ? undefined : JSON.stringify(call.body)
    const headers = {
      accept: 'text/event-stream',
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    }
    const method = text === undefined ? 'GET' : 'POST'
    const request: ClientRequest = httpRequest(call.url, {
      method,
      headers,
      agent: false,
      signal,
      ...(call.localPort !== undefined && { localPort: call.localPort }),
    })
    let established = false
    let timer = setTimeout(() => {
      request.destroy()
      reject(new CallFailure('unanswered', `nothing answers the connection for ${call.patience.connectMs} ms`))
    }, call.patience.connectMs)
    request.on('socket', (socket) => {
      socket.once('connect', () => {
        established = true
        clearTimeout(timer)
        timer = setTimeout(() => {
          request.destroy()
          reject(new CallFailure('unanswered', `no answer to the request for ${call.patience.answerMs} ms`))
        }, call.patience.answerMs)
      })
    })
    request.on('response', (response) => {
      clearTimeout(timer)
      resolve(response)
    })
    request.on('error', (error) => {
      clearTimeout(timer)
      reject(signal.aborted ? (signal.reason as Error) : brokenBy(error, established))
    })
    request.end(text)
  })
}

/** The pieces of an answer's body; throws a `CallFailure` when they stop coming. */
async function* pieces(
  response: IncomingMessage,
  silenceMs: number,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let silent = false
  const timer = setTimeout(() => {
    silent = true
    response.destroy()
  }, silenceMs)
  try {
    response.setEncoding('utf8')
    for await (const piece of response) {
      timer.refresh()
      yield piece as string
    }
  } catch (error) {
    if (!silent) throw signal.aborted ? signal.reason : brokenBy(error as Error, true)
  } finally {
    clearTimeout(timer)
    response.destroy()
  }
  if (silent) throw new CallFailure('silent', `nothing came for ${silenceMs} ms`)
}

/** Why the other side refuses, from an error body of any shape. */
async function refusal(response: IncomingMessage, patience: Patience, signal: AbortSignal): Promise<CallFailure> {
  let text = ''
  for await (const piece of pieces(response, patience.silenceMs, signal)) {
    text += piece
    if (text.length > 4096) break
  }
  const message = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]
  return new CallFailure(
    'refused',
    `status ${response.statusCode}: ${message ?? text.slice(0, 200)}`,
    response.statusCode,
  )
}

/** Calls and gives each server-sent event as it comes. `return()` and the signal end the connection at once. */
export async function* callEvents(call: Call, signal: AbortSignal): AsyncGenerator<ServerEvent, void> {
  const response = await send(call, signal)
  if (response.statusCode !== 200) throw await refusal(response, call.patience, signal)
  const reader = new EventReader()
  for await (const piece of pieces(response, call.patience.silenceMs, signal)) {
    let events: ServerEvent[]
    try {
      events = reader.push(piece)
    } catch (error) {
      throw new CallFailure('malformed', (error as Error).message)
    }
    yield* events
  }
}
