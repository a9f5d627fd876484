// Serves a model by llama.cpp's own server where one is on PATH and the user asks for it: same routes, its own bounds.
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { Weights } from './weights.ts'

export interface ServerOptions {
  readonly weights: Weights
  /** 0 takes a free one. */
  readonly port: number
  readonly host: string
  readonly slots: number
  /** Tokens of context for each slot. */
  readonly context: number
  readonly threads: number
}

/** The whole path of `llama-server`, or why there is none. */
export function findLlamaServer(): { readonly path: string } | { readonly missing: Diagnostic } {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'llama-server')
    try {
      accessSync(path, constants.X_OK)
      return { path }
    } catch {
      // The next folder may have it.
    }
  }
  return {
    missing: {
      severity: 'error',
      code: 'runtime-missing',
      message: 'there is no `llama-server` on PATH',
      help: 'install llama.cpp, or leave `--runtime` out',
    },
  }
}

/** It cannot say which port it took, so the port is chosen here. */
async function freePort(host: string): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, host, resolve)
  })
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

export class LlamaServer {
  readonly port: number
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 0))
    })
  }

  /** Starts it; what it prints goes to stderr. */
  static async start(path: string, options: ServerOptions): Promise<LlamaServer> {
    const port = options.port === 0 ? await freePort(options.host) : options.port
    const context = Math.min(options.context, options.weights.gguf.contextLength || options.context)
    const pairs = {
      '--model': options.weights.path,
      '--alias': options.weights.name,
      '--host': options.host,
      '--port': `${port}`,
      '--parallel': `${options.slots}`,
      '--ctx-size': `${options.slots * context}`,
      '--threads': `${options.threads || 1}`,
    }
    const args = [...Object.entries(pairs).flat(), '--metrics']
    return new LlamaServer(spawn(path, args, { stdio: ['ignore', 2, 2] }), port)
  }

  /** Waits until it answers; `false` when it ends instead. */
  async ready(host: string): Promise<boolean> {
    const near = host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
    while (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined) {
      const healthy = await fetch(`http://${near}:${this.port}/health`).then(
        (response) => response.ok,
        () => false,
      )
      if (healthy) return true
      await sleep(50)
    }
    return false
  }

  stop(): void {
    this.#child.kill('SIGTERM')
  }
}
