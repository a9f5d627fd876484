// Chunks: small transactions that come to the same table, of which only the last has any effect on traffic.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyNft, type Kernel } from '../../tests/support/nft-memory.ts'
import { randomSnapshot } from '../../tests/support/random-snapshots.ts'
import { chunks, withTable } from './chunk.ts'
import { compileRuleset } from './compile.ts'

describe('chunks', () => {
  it('come to the same table, in texts no longer than asked for, without a hook before the last', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 400, max: 20_000 }), (seed, maxBytes) => {
        const ruleset = compileRuleset(randomSnapshot(seed, { pods: 12, policies: 12 }), { logAccepts: true })
        const texts = chunks(withTable(ruleset, 'moat-b'), { maxBytes, replaces: 'moat' })
        const kernel: Kernel = new Map()
        applyNft(kernel, 'add table inet moat\nadd table inet moat-b\nadd chain inet moat-b left-over\n')
        for (const text of texts.slice(0, -1)) {
          applyNft(kernel, text)
          expect(text.length <= maxBytes || text.split('\n').length === 2).toBe(true)
          expect([...(kernel.get('moat-b')?.chains.values() ?? [])].some((chain) => chain.hook)).toBe(false)
          expect(kernel.has('moat')).toBe(true)
        }
        applyNft(kernel, texts.at(-1) as string)
        expect([...kernel.keys()]).toEqual(['moat-b'])
        expect(kernel.get('moat-b')).toEqual({ ...ruleset.table, name: 'moat-b' })
      }),
      { numRuns: 50 },
    )
  })

  it('may be split at any line, but for the last', () => {
    const ruleset = compileRuleset(randomSnapshot(3))
    const kernel: Kernel = new Map()
    for (const text of chunks(ruleset)) for (const line of text.split('\n')) applyNft(kernel, `${line}\n`)
    expect(kernel.get('moat')).toEqual(ruleset.table)
  })
})
