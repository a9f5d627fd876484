// Which model is chosen, and that a model the user names is never replaced.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { randomGguf } from '../../tests/support/random-gguf.ts'
import { BUNDLED_PATH, findWeights } from './weights.ts'

const folder = mkdtempSync(join(tmpdir(), 'moat-weights-'))
const mine = join(folder, 'mine.gguf')
writeFileSync(mine, randomGguf())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeEach(() => {
  vi.stubEnv('MOAT_MODEL', '')
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'empty'))
})
afterEach(() => vi.unstubAllEnvs())

function withFetched(bytes: Buffer): void {
  const cache = join(folder, 'cache')
  mkdirSync(join(cache, 'modelmoat'), { recursive: true })
  writeFileSync(join(cache, 'modelmoat/SmolLM2-135M-Instruct.Q4_1.gguf'), bytes)
  vi.stubEnv('XDG_CACHE_HOME', cache)
}

describe('the model that is served', () => {
  it('is the one that the user names, by the option before the environment', () => {
    vi.stubEnv('MOAT_MODEL', join(folder, 'absent.gguf'))
    expect(findWeights(mine)).toMatchObject({ ok: true, weights: { name: 'mine', source: 'given', path: mine } })
    vi.stubEnv('MOAT_MODEL', mine)
    expect(findWeights()).toMatchObject({ ok: true, weights: { source: 'given' } })
  })

  it('is the fetched one when none is named, and else the bundled one', () => {
    expect(findWeights()).toMatchObject({ ok: true, weights: { source: 'bundled', path: BUNDLED_PATH } })
    withFetched(randomGguf())
    expect(findWeights()).toMatchObject({
      ok: true,
      weights: { source: 'fetched', name: 'SmolLM2-135M-Instruct.Q4_1' },
    })
    expect(findWeights('bundled')).toMatchObject({ ok: true, weights: { source: 'bundled', name: 'moat-tiny' } })
  })

  it('is refused, not replaced, when it is missing or broken', () => {
    expect(findWeights(join(folder, 'absent.gguf'))).toMatchObject({ ok: false, diagnostic: { code: 'model-missing' } })
    const broken = join(folder, 'broken.gguf')
    writeFileSync(broken, 'GGUF')
    expect(findWeights(broken)).toMatchObject({ ok: false, diagnostic: { code: 'model-unreadable' } })
    withFetched(Buffer.from('GGUF'))
    expect(findWeights()).toMatchObject({ ok: false, diagnostic: { code: 'model-unreadable' } })
  })

  it('is not looked for in a cache folder with a relative name', () => {
    vi.stubEnv('XDG_CACHE_HOME', 'cache')
    vi.stubEnv('HOME', folder)
    expect(findWeights()).toMatchObject({ ok: true, weights: { source: 'bundled' } })
  })
})
