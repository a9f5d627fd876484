// Requests over HTTP: bounded in time, repeated where that is safe, refusals and broken connections as `KubeError`.
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { Credentials } from './credentials.ts'
import type { ClusterChoice } from './kube-config.ts'
import { KubeError } from './kube-error.ts'
import { readStatus, refusal } from './refusal.ts'
import { silent, unreachable } from './unreachable.ts'

/** Bounds in milliseconds. */
export interface Limits {
  /** A request is given up when nothing arrives for so long. */
  readonly silence: number
  /** A watch is taken for dead when not even a bookmark arrives for so long; servers send one a minute. */
  readonly watchSilence: number
  /** So long a server that answered before is asked again when it does not answer: it may be starting anew. */
  readonly patience: number
}

export const LIMITS: Limits = { silence: 30_000, watchSilence: 90_000, patience: 30_000 }

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  /** For messages: `list pods`. */
  readonly asked: string
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  /** Asking twice does what asking once does. GET always is. */
  readonly repeatable?: boolean
}

/** How often an answer that says "not now" is asked for again. */
const ATTEMPTS = 4

export class Transport {
  readonly #credentials: Credentials
  readonly #limits: Limits
  readonly #closed = new AbortController()
  /** The server answered once: silence now is a moment's trouble, not a wrong address. */
  #answered = false

  private constructor(credentials: Credentials, limits: Limits) {
    this.#credentials = credentials
    this.#limits = limits
  }

  static async to(choice: ClusterChoice, limits: Partial<Limits> = {}): Promise<Transport> {
    return new Transport(await Credentials.of(choice), { ...LIMITS, ...limits })
  }

  get access(): Credentials['access'] {
    return this.#credentials.access
  }

  get limits(): Limits {
    return this.#limits
  }

  close(): void {
    this.#closed.abort()
    this.#credentials.close()
  }

  /** The body of a success; anything else is thrown. */
  async text(ask: Ask): Promise<string> {
    const safe = ask.method === 'GET' || ask.repeatable === true
    const started = performance.now()
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      let wait: number | undefined
      try {
        const response = await this.#send(ask, undefined)
        const text = await this.#body(response, ask)
        const status = response.statusCode ?? 0
        if (status < 300) return text
        if (status === 401 && !renewed) {
          renewed = true
          await this.#credentials.renew()
          continue
        }
        const error =
          (status === 401 && (await this.#credentials.expiry())) || refusal({ status, text, asked: ask.asked })
        if (attempt >= ATTEMPTS || !mayAskAgain(status, safe)) throw error
        wait = retryAfter(response, text) ?? backOff(attempt)
      } catch (error) {
        // No answer at all: whether the server did it is not known, so only what may be repeated is.
        const patient = this.#answered && performance.now() - started < this.#limits.patience
        const noAnswer = error instanceof KubeError && error.diagnostic.code === 'server-unreachable'
        if (wait !== undefined || !safe || !patient || !noAnswer || this.#closed.signal.aborted) throw error
        wait = backOff(attempt)
      }
      await delay(wait, undefined, { signal: this.#closed.signal }).catch(() => undefined)
    }
  }

  /** A response whose body arrives bit by bit, until the signal; refusals are thrown. */
  async stream(ask: Ask, signal: AbortSignal): Promise<IncomingMessage> {
    for (let renewed = false; ; renewed = true) {
      const response = await this.#send(ask, AbortSignal.any([signal, this.#closed.signal]))
      const status = response.statusCode ?? 0
      if (status < 300) return response
      const text = await this.#body(response, ask)
      if (status !== 401 || renewed) {
        throw (status === 401 && (await this.#credentials.expiry())) || refusal({ status, text, asked: ask.asked })
      }
      await this.#credentials.renew()
    }
  }

  /** Sends and waits for the head of the answer. */
  async #send(ask: Ask, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    const options = await this.#credentials.options()
    const { server } = this.access
    const url = new URL(`${server}${ask.path}`)
    const body = ask.body === undefined ? undefined : JSON.stringify(ask.body)
    const headers: Record<string, string | number> = {
      ...(options.headers as Record<string, string>),
      Accept: ask.accept ?? 'application/json',
      'User-Agent': 'modelmoat',
      ...(body !== undefined && {
        'Content-Type': ask.contentType ?? 'application/json',
        'Content-Length': Buffer.byteLength(body),
      }),
    }
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = send(url, {
        ...options,
        method: ask.method,
        headers,
        signal: signal ?? this.#closed.signal,
        timeout: this.#limits.silence,
      })
      request.on('timeout', () => {
        request.destroy(silent({ server, asked: ask.asked, after: this.#limits.silence }))
      })
      request.on('error', (error) => {
        reject(error instanceof KubeError ? error : unreachable(error, { server, asked: ask.asked }))
      })
      request.on('response', (message) => {
        resolve(message)
      })
      request.end(body)
    })
    this.#answered = true
    return response
  }

  async #body(response: IncomingMessage, { asked }: Ask): Promise<string> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer)
    } catch (error) {
      throw error instanceof KubeError ? error : unreachable(error, { server: this.access.server, asked })
    }
    return Buffer.concat(chunks).toString('utf8')
  }
}

/** 429 says that nothing was done; of other failures of the server that is not known. */
function mayAskAgain(status: number, safe: boolean): boolean {
  return status === 429 || (safe && (status === 500 || status === 502 || status === 503 || status === 504))
}

/** Milliseconds that the server asks for, at most ten seconds. */
function retryAfter({ headers }: IncomingMessage, text: string): number | undefined {
  const seconds = Number(headers['retry-after'] ?? readStatus(text).details?.retryAfterSeconds ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 10) * 1000 : undefined
}

/** A quarter of a second, doubled each time up to four seconds, and up to half of it less by chance. */
function backOff(attempt: number): number {
  return Math.min(4000, 250 * 2 ** (attempt - 1)) * (1 - Math.random() / 2)
}
