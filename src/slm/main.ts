// The model server as a program: one JSON line on stdout when it is ready, diagnostics on stderr, ended by SIGTERM.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { createAdaptorServer } from '@hono/node-server'
import { type Diagnostic, formatDiagnostic } from '../diag/diagnostic.ts'
import { slmApi } from './api.ts'
import { LanguageModel } from './language-model.ts'
import { runtimeMissing } from './llama-binding.ts'
import { findWeights, type Weights } from './weights.ts'

const UNUSABLE = 2
const ENVIRONMENT = 3

const USAGE = `usage: node src/slm/main.ts [--port 8080] [--host ::] [--model FILE.gguf|bundled]
         [--context 2048] [--slots 4] [--queue 32] [--threads 0]
`

/** Ends the program with a diagnostic. */
class Stop extends Error {
  readonly diagnostic: Diagnostic
  readonly exitCode: number

  constructor(exitCode: number, diagnostic: Diagnostic) {
    super(diagnostic.message)
    this.exitCode = exitCode
    this.diagnostic = diagnostic
  }
}

function usage(message: string): Stop {
  return new Stop(UNUSABLE, { severity: 'error', code: 'usage', message, help: USAGE.trim().replaceAll(/\s+/g, ' ') })
}

interface Options {
  readonly port: number
  readonly host: string
  readonly model: string | undefined
  readonly context: number
  readonly slots: number
  readonly queue: number
  readonly threads: number
}

function options(argv: readonly string[]): Options {
  let values: Readonly<Record<string, string | undefined>>
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        model: { type: 'string' },
        context: { type: 'string' },
        slots: { type: 'string' },
        queue: { type: 'string' },
        threads: { type: 'string' },
      },
    }).values
  } catch (error) {
    throw usage((error as Error).message.split('. ')[0] as string)
  }
  const number = (name: string, [standard, least, most]: readonly [number, number, number]): number => {
    const text = values[name]
    if (text === undefined) return standard
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw usage(`--${name} must be a whole number from ${least} to ${most}, not \`${text}\``)
    }
    return value
  }
  return {
    port: number('port', [8080, 0, 65535]),
    host: values['host'] ?? '::',
    model: values['model'],
    context: number('context', [2048, 64, 1 << 17]),
    slots: number('slots', [4, 1, 64]),
    queue: number('queue', [32, 0, 4096]),
    threads: number('threads', [0, 0, 256]),
  }
}

function weightsOf(given: string | undefined): Weights {
  const found = findWeights(given)
  if (!found.ok) throw new Stop(UNUSABLE, found.diagnostic)
  return found.weights
}

/** Listens; the unspecified IPv6 address takes IPv4 too, and gives way to IPv4 alone where a machine has no IPv6. */
function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
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
    server.listen({ port, host, ipv6Only: false }, () => resolve(server.address() as AddressInfo))
  })
}

async function load(weights: Weights, given: Options): Promise<LanguageModel> {
  try {
    const { slots, queue, context, threads } = given
    return await LanguageModel.load({
      path: weights.path,
      gguf: weights.gguf,
      slots,
      mostWaiting: queue,
      context,
      threads,
    })
  } catch (error) {
    throw new Stop(UNUSABLE, {
      severity: 'error',
      code: 'model-unreadable',
      message: `the model \`${weights.path}\` cannot be used: llama.cpp refuses it (${(error as Error).message})`,
      help: 'name a whole GGUF file of a language model with `--model`',
    })
  }
}

async function serve(): Promise<void> {
  const given = options(process.argv.slice(2))
  const weights = weightsOf(given.model)
  const missing = runtimeMissing()
  if (missing) throw new Stop(ENVIRONMENT, missing)

  let model: LanguageModel | undefined
  const { name, source, gguf } = weights
  const about = {
    name: gguf.name,
    source,
    architecture: gguf.architecture,
    parameters: gguf.parameters,
    size: gguf.bytes,
    n_ctx_train: gguf.contextLength,
    n_vocab: gguf.vocabularySize,
  }
  const api = slmApi({ id: name, model: () => model, about })
  const server = createAdaptorServer({ fetch: api.fetch }) as Server
  const { port } = await listen(server, given.port, given.host)
  const end = () => {
    server.close()
    server.closeAllConnections()
    process.exit(0)
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  model = await load(weights, given)
  const ready = {
    ready: true,
    model: name,
    source,
    port,
    parameters: gguf.parameters,
    context: model.contextSize,
    slots: given.slots,
    threads: model.threads,
  }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
}

try {
  await serve()
} catch (error) {
  if (!(error instanceof Stop)) throw error
  process.stderr.write(`${formatDiagnostic(error.diagnostic)}\n`)
  process.exit(error.exitCode)
}
