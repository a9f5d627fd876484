// Which model is served: the one that the user names, the well-known one fetched by set-up, or the small one in the package.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { Diagnostic } from '../diag/diagnostic.ts'
import { type GgufModel, readGguf } from './gguf.ts'

export type WeightsSource = 'given' | 'fetched' | 'bundled'

export interface Weights {
  readonly path: string
  readonly source: WeightsSource
  /** The file's name without `.gguf`: how the model is called in every output. */
  readonly name: string
  readonly gguf: GgufModel
}

export type WeightsResult =
  | { readonly ok: true; readonly weights: Weights }
  | { readonly ok: false; readonly diagnostic: Diagnostic }

/** File name of the fetched model; `scripts/fetch-model.sh` writes it after checking its sha256. */
export const FETCHED_FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf'

/** `${XDG_CACHE_HOME:-~/.cache}/modelmoat` */
export function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME']
  return join(cache !== undefined && cache.startsWith('/') ? cache : join(homedir(), '.cache'), 'modelmoat')
}

export const BUNDLED_PATH = resolve(import.meta.dirname, '../../models/tiny/moat-tiny.gguf')

function candidates(): readonly { readonly path: string; readonly source: WeightsSource }[] {
  return [
    { path: join(cacheFolder(), FETCHED_FILE), source: 'fetched' },
    { path: BUNDLED_PATH, source: 'bundled' },
  ]
}

function unreadable(path: string, reason: string): Diagnostic {
  return {
    severity: 'error',
    code: existsSync(path) ? 'model-unreadable' : 'model-missing',
    message: existsSync(path)
      ? `the model \`${path}\` cannot be used: ${reason}`
      : `there is no model file \`${path}\``,
    help: 'name a whole GGUF file of a language model with `--model`',
  }
}

/**
 * Chooses the model and reads its header. `given` is what the user names (`--model`, or `MOAT_MODEL`): it is used or
 * refused, never replaced. `bundled` alone names the small model of the package.
 */
export function findWeights(given: string | undefined = process.env['MOAT_MODEL']): WeightsResult {
  const wanted =
    given === undefined || given === ''
      ? (candidates().find(({ path }) => existsSync(path)) ?? { path: BUNDLED_PATH, source: 'bundled' as const })
      : given === 'bundled'
        ? { path: BUNDLED_PATH, source: 'bundled' as const }
        : { path: resolve(given), source: 'given' as const }
  const read = readGguf(wanted.path)
  if (!read.ok) return { ok: false, diagnostic: unreadable(wanted.path, read.reason) }
  return { ok: true, weights: { ...wanted, name: basename(wanted.path, '.gguf'), gguf: read.model } }
}
