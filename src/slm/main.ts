// The model server as a program: one JSON line on stdout when it is ready, diagnostics on stderr, ended by SIGTERM.
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { slmApi } from './api.ts'
import { LanguageModel } from './language-model.ts'
import { RuntimeFailure, runtimeMissing } from './llama-binding.ts'
import { findLlamaServer, LlamaServer } from './llama-server.ts'
import { CommandLine, ENVIRONMENT, listen, onEnd, report, runProgram, Stop, UNUSABLE } from './program.ts'
import { trial } from './trial.ts'
import { findWeights, type Weights } from './weights.ts'

const USAGE =
  'main.ts [--port 8080] [--host ::] [--model FILE.gguf|bundled] [--context 2048] [--slots 4] [--queue 32] [--threads 0] [--runtime llama-server]'

interface Options {
  readonly port: number
  readonly host: string
  readonly model: string | undefined
  readonly context: number
  readonly slots: number
  readonly queue: number
  readonly threads: number
  readonly runtime: 'node-llama-cpp' | 'llama-server'
}

function options(argv: readonly string[]): Options {
  const names = ['port', 'host', 'model', 'context', 'slots', 'queue', 'threads', 'runtime']
  const line = new CommandLine(argv, { usage: USAGE, names })
  const runtime = line.text('runtime') ?? 'node-llama-cpp'
  if (runtime !== 'node-llama-cpp' && runtime !== 'llama-server') {
    throw line.wrong(`--runtime must be \`node-llama-cpp\` or \`llama-server\`, not \`${runtime}\``)
  }
  return {
    runtime,
    port: line.number('port', [8080, 0, 65535]),
    host: line.text('host') ?? '::',
    model: line.text('model'),
    context: line.number('context', [2048, 64, 1 << 17]),
    slots: line.number('slots', [4, 1, 64]),
    queue: line.number('queue', [32, 0, 4096]),
    threads: line.number('threads', [0, 0, 256]),
  }
}

function weightsOf(given: string | undefined): Weights {
  const found = findWeights(given)
  if (!found.ok) throw new Stop(UNUSABLE, found.diagnostic)
  return found.weights
}

function refused(path: string, reason: string): Stop {
  return new Stop(UNUSABLE, {
    severity: 'error',
    code: 'model-unreadable',
    message: `the model \`${path}\` cannot be used: llama.cpp refuses it (${reason})`,
    help: 'name a whole GGUF file of a language model with `--model`',
  })
}

/** A file that the user names is tried in another process first: those of set-up and of the package are known to be whole. */
async function load({ path, gguf, source }: Weights, given: Options): Promise<LanguageModel> {
  const reason = source === 'given' ? await trial(path) : undefined
  if (reason !== undefined) throw refused(path, reason)
  try {
    const { slots, queue, context, threads } = given
    return await LanguageModel.load({ path, gguf, slots, mostWaiting: queue, context, threads })
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) throw refused(path, (error as Error).message)
    throw new Stop(ENVIRONMENT, {
      severity: 'error',
      code: 'runtime-unusable',
      message: `the model runtime does not run on this machine (${error.message})`,
      help: 'it needs Linux with glibc 2.34 or newer; `--runtime llama-server` uses one that is on PATH',
    })
  }
}

interface Facts {
  readonly port: number
  readonly context: number
  readonly threads: number
}

function reportReady({ name, source, gguf }: Weights, given: Options, facts: Facts): void {
  const { slots, runtime } = given
  report({ ready: true, model: name, source, parameters: gguf.parameters, slots, runtime, ...facts })
}

async function serveByBinding(weights: Weights, given: Options): Promise<void> {
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
  onEnd(() => process.exit(0))
  model = await load(weights, given)
  reportReady(weights, given, { port, context: model.contextSize, threads: model.threads })
}

async function serveByLlamaServer(weights: Weights, given: Options): Promise<void> {
  const found = findLlamaServer()
  if ('missing' in found) throw new Stop(ENVIRONMENT, found.missing)
  const { port, host, slots, context, threads } = given
  const server = await LlamaServer.start(found.path, { weights, port, host, slots, context, threads })
  let told = false
  onEnd(() => {
    told = true
    server.stop()
  })
  if (await server.ready(host)) reportReady(weights, given, { port: server.port, context, threads: threads || 1 })
  const how = await server.ended
  if (told) return
  const message = `\`${found.path}\` ended by itself (${how})`
  throw new Stop(ENVIRONMENT, { severity: 'error', code: 'runtime-ended', message, help: 'read what it printed above' })
}

await runProgram(async () => {
  const given = options(process.argv.slice(2))
  const weights = weightsOf(given.model)
  await (given.runtime === 'llama-server' ? serveByLlamaServer : serveByBinding)(weights, given)
})
