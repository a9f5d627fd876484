// The real kernel takes what the compiler prints, whole, in chunks and in increments, and lists what was meant.
import { describe, expect, it } from 'vitest'
import { chunks, withTable } from '../../src/nft/chunk.ts'
import { compileRuleset } from '../../src/nft/compile.ts'
import { increment } from '../../src/nft/increment.ts'
import { printRuleset } from '../../src/nft/print.ts'
import { readTable } from '../../src/nft/read.ts'
import type { NftTable } from '../../src/nft/ruleset.ts'
import { type NftStep, runNft } from '../support/nft-namespace.ts'
import { randomlyEdited, randomSnapshot } from '../support/random-snapshots.ts'
import { noSandbox } from '../support/skip.ts'

const lacking = noSandbox()
const RUNS = Number(process.env['MOAT_NFT_RUNS'] ?? 25)
const FIRST_SEED = Number(process.env['MOAT_NFT_SEED'] ?? Date.now() % 1_000_000_000)
const seeds = Array.from({ length: RUNS }, (_, i) => FIRST_SEED + i)

function listed(text: string | undefined): NftTable {
  return readTable(text ?? '')
}

function interfaces(pods: readonly { readonly namespace: string; readonly name: string }[]) {
  return { prefix: 'v', of: new Map(pods.map(({ namespace, name }, i) => [`${namespace}/${name}`, `v${i}`])) }
}

describe(`the kernel, seeds from ${FIRST_SEED}${lacking ? ` [skipped: ${lacking}]` : ''}`, () => {
  it.skipIf(lacking)('lists exactly the tables that were compiled', () => {
    const tables = seeds.map((seed) => {
      const snapshot = randomSnapshot(seed, { pods: 12, policies: 12 })
      const denial = seed % 2 === 0 ? 'drop' : 'reject'
      return compileRuleset(snapshot, { logAccepts: seed % 3 === 0, denial, interfaces: interfaces(snapshot.pods) })
    })
    const steps = tables.flatMap((ruleset): NftStep[] => {
      const text = printRuleset(ruleset)
      return [{ check: text }, { load: text }, { list: 'moat' }]
    })
    const lists = runNft(steps)
    expect(lists).toHaveLength(RUNS)
    for (const [i, list] of lists.entries()) expect(listed(list)).toEqual(tables[i]?.table)
  })

  it.skipIf(lacking)('lists after each increment what a fresh load would give', () => {
    let cuts = 0
    for (const seed of seeds) {
      let snapshot = randomSnapshot(seed)
      let inForce = compileRuleset(snapshot)
      const steps: NftStep[] = [{ load: printRuleset(inForce) }]
      const tables: NftTable[] = []
      for (let i = 0; i < 6; i++) {
        snapshot = randomlyEdited(snapshot, seed + i)
        const made = increment(inForce, compileRuleset(snapshot))
        inForce = made.ruleset
        if (made.cuts) cuts++
        tables.push(inForce.table)
        steps.push({ load: made.text }, { list: 'moat' })
      }
      const lists = runNft(steps)
      expect(lists).toHaveLength(6)
      for (const [i, list] of lists.entries()) expect(listed(list)).toEqual(tables[i])
    }
    expect(cuts).toBeGreaterThan(0)
  })

  it.skipIf(lacking)('takes a table too big for one transaction in chunks, and swaps it for the old one', () => {
    const old = compileRuleset(randomSnapshot(FIRST_SEED))
    const next = withTable(compileRuleset(randomSnapshot(FIRST_SEED + 1, { pods: 60, policies: 150 })), 'moat-b')
    const texts = chunks(next, { replaces: 'moat', maxBytes: 10_000 })
    expect(texts.length).toBeGreaterThan(3)
    const [list] = runNft([
      { load: printRuleset(old) },
      ...texts.map((load) => ({ load })),
      { check: 'add table inet moat\ndelete table inet moat\n' },
      { list: 'moat-b' },
    ])
    expect(listed(list)).toEqual(next.table)
    expect(() => runNft([{ load: printRuleset(old) }, ...texts.map((load) => ({ load })), { list: 'moat' }])).toThrow(
      'No such',
    )
  })
})
