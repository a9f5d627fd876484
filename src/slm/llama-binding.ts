// Finds and loads the llama.cpp binding, which is installed apart from the project's packages (`scripts/setup-runtime.sh`).
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Diagnostic } from '../diag/diagnostic.ts'

/** A token is a number; the binding brands it, we do not. */
export type Token = number

export interface SamplingOptions {
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly minP: number
  readonly seed: number
  readonly yieldEogToken: true
}

export interface LlamaSequence {
  clearHistory(): Promise<void>
  evaluate(tokens: readonly Token[], options: SamplingOptions): AsyncGenerator<Token, void>
}

export interface LlamaModel {
  readonly tokens: {
    readonly bosString: string | null
    readonly eosString: string | null
    readonly bos: Token | null
    readonly shouldPrependBosToken: boolean
  }
  tokenize(text: string, specialTokens?: boolean): Token[]
  detokenize(tokens: readonly Token[], specialTokens?: boolean, lastTokens?: readonly Token[]): string
  isEogToken(token: Token): boolean
  createContext(
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ getSequence(): LlamaSequence; readonly contextSize: number }>
}

export interface Llama {
  loadModel(options: Readonly<Record<string, unknown>>): Promise<LlamaModel>
  dispose(): Promise<void>
}

interface BindingModule {
  getLlama(options: Readonly<Record<string, unknown>>): Promise<Llama>
}

/** Renders a chat template; throws when the template does. */
export type Template = (values: Readonly<Record<string, unknown>>) => string

interface JinjaModule {
  readonly Template: new (text: string) => { render(values: Readonly<Record<string, unknown>>): string }
}

/** The folder with the binding's own `node_modules`: `MOAT_LLAMA_RUNTIME`, or `runtime/llama/ARCHITECTURE` of the package. */
export function runtimeFolder(): string {
  const given = process.env['MOAT_LLAMA_RUNTIME']
  if (given !== undefined && given !== '') return resolve(given)
  return resolve(import.meta.dirname, '../../runtime/llama', process.arch)
}

/** Why the binding cannot be used on this machine, or `undefined` when it is installed. */
export function runtimeMissing(): Diagnostic | undefined {
  const folder = runtimeFolder()
  if (existsSync(join(folder, 'node_modules/node-llama-cpp/package.json'))) return undefined
  const known = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
  return {
    severity: 'error',
    code: 'runtime-missing',
    message: known
      ? `the model runtime is not installed in \`${folder}\``
      : `there is no model runtime for ${process.platform} on ${process.arch}`,
    help: known ? 'run `sh scripts/setup-runtime.sh`' : 'use Linux on x64 or arm64, or `--runtime llama-server`',
  }
}

/** Written by set-up once the binding has loaded and run a model on this machine. */
const TRIED = 'node_modules/.moat-tried'

/**
 * The binding loads its library in a child process first, at each start, to see whether this machine can. Where set-up has
 * seen that already the child is left out: it costs a third of the time to start.
 */
function withoutTrial(): void {
  registerHooks({
    load(url, context, next) {
      if (!url.endsWith('/bindings/utils/testBindingBinary.js')) return next(url, context)
      const source = 'export async function testBindingBinary() { return true }'
      return { format: 'module', source, shortCircuit: true }
    },
  })
}

/** The binding is there but does not run on this machine. */
export class RuntimeFailure extends Error {}

/**
 * Loads the binding without a GPU, without compiling and without the network. `threads` bounds what it may use.
 * Rejects with a `RuntimeFailure`.
 */
export async function loadLlama(threads: number): Promise<Llama> {
  try {
    return await load(threads)
  } catch (error) {
    throw new RuntimeFailure((error as Error).message)
  }
}

async function load(threads: number): Promise<Llama> {
  const folder = runtimeFolder()
  if (existsSync(join(folder, TRIED))) withoutTrial()
  const entry = pathToFileURL(join(folder, 'node_modules/node-llama-cpp/dist/index.js')).href
  const binding = (await import(entry)) as BindingModule
  return binding.getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: threads,
    logLevel: 'error',
    logger: (_level: string, message: string) => process.stderr.write(`llama.cpp: ${message.trimEnd()}\n`),
  })
}

/** Loads the template engine that comes with the binding. Rejects with a `RuntimeFailure`, or as the text is wrong. */
export async function loadTemplate(text: string): Promise<Template> {
  const entry = pathToFileURL(join(runtimeFolder(), 'node_modules/@huggingface/jinja/dist/index.js')).href
  const { Template } = await (import(entry) as Promise<JinjaModule>).catch((error: Error) => {
    throw new RuntimeFailure(error.message)
  })
  const template = new Template(text)
  return (values) => template.render(values)
}
