// What the programs of this folder share: their command line, listening, the ready line, and how they end.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { type Diagnostic, formatDiagnostic } from '../diag/diagnostic.ts'

/** Exit codes, as the whole project uses them. */
export const UNUSABLE = 2
export const ENVIRONMENT = 3
const INTERNAL = 70

/** Ends the program with a diagnostic on stderr. */
export class Stop extends Error {
  readonly exitCode: number
  readonly diagnostic: Diagnostic

  constructor(exitCode: number, diagnostic: Diagnostic) {
    super(diagnostic.message)
    this.exitCode = exitCode
    this.diagnostic = diagnostic
  }
}

type Values = Readonly<Record<string, string | boolean | undefined>>

export class CommandLine {
  readonly #usage: string
  readonly #values: Values

  /** `flags` take no value. Throws a `Stop` for an unknown option. */
  constructor(
    argv: readonly string[],
    options: { readonly usage: string; readonly names: readonly string[]; readonly flags?: readonly string[] },
  ) {
    this.#usage = options.usage
    const known = [
      ...options.names.map((name) => [name, { type: 'string' }] as const),
      ...(options.flags ?? []).map((name) => [name, { type: 'boolean' }] as const),
    ]
    try {
      this.#values = parseArgs({ args: [...argv], options: Object.fromEntries(known) }).values as Values
    } catch (error) {
      throw this.wrong((error as Error).message.split('. ')[0] as string)
    }
  }

  wrong(message: string): Stop {
    return new Stop(UNUSABLE, { severity: 'error', code: 'usage', message, help: this.#usage })
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  flag(name: string): boolean {
    return this.#values[name] === true
  }

  /** A whole number within bounds, or the standard value. */
  number(name: string, [standard, least, most]: readonly [standard: number, least: number, most: number]): number {
    const text = this.text(name)
    if (text === undefined) return standard
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw this.wrong(`--${name} must be a whole number from ${least} to ${most}, not \`${text}\``)
    }
    return value
  }

  /** An `http://host:port` without a path. */
  url(name: string, standard: string | undefined): URL {
    const text = this.text(name) ?? standard
    if (text === undefined || text === '') throw this.wrong(`--${name} is missing`)
    if (!URL.canParse(text) || new URL(text).protocol !== 'http:') {
      throw this.wrong(`--${name} must be an http:// address, not \`${text}\``)
    }
    return new URL(text)
  }
}

/** How long a client may take to send its request. */
const REQUEST_MS = 30_000
const MOST_CONNECTIONS = 1024

/** Listens; the unspecified IPv6 address takes IPv4 too, and gives way to IPv4 alone where a machine has no IPv6. */
export function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (host === '::' && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL')) {
        listen(server, port, '0.0.0.0').then(resolve, reject)
        return
      }
      const message =
        error.code === 'EADDRINUSE'
          ? `port ${port} is in use on \`${host}\``
          : `cannot listen on \`${host}\` port ${port} (${error.code ?? error.message})`
      reject(
        new Stop(ENVIRONMENT, { severity: 'error', code: 'port-unavailable', message, help: 'choose another port' }),
      )
    })
    server.requestTimeout = REQUEST_MS
    server.headersTimeout = REQUEST_MS
    server.maxConnections = MOST_CONNECTIONS
    server.listen({ port, host, ipv6Only: false }, () => resolve(server.address() as AddressInfo))
  })
}

/** One JSON document on one line of stdout. */
export function report(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Calls `end` once on SIGTERM or SIGINT, or when the reader of stdout has gone. */
export function onEnd(end: () => void): void {
  let ended = false
  const once = () => {
    if (ended) return
    ended = true
    end()
  }
  process.on('SIGTERM', once)
  process.on('SIGINT', once)
  process.stdout.on('error', once)
}

/** Runs a program to its end; a `Stop` prints its diagnostic and gives the exit code. */
export async function runProgram(body: () => Promise<void>): Promise<void> {
  try {
    await body()
  } catch (error) {
    if (error instanceof Stop) {
      process.stderr.write(`${formatDiagnostic(error.diagnostic)}\n`)
      process.exit(error.exitCode)
    }
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(INTERNAL)
  }
}
