import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCounts, faultOf } from '../../tests/support/fuzz/check.ts'
import { mutatedText } from '../../tests/support/fuzz/mutate.ts'
import { fuzzSeeds } from '../../tests/support/fuzz/seeds.ts'
import { valueOf } from '../../tests/support/node-value.ts'
import { randomFrom } from '../../tests/support/random.ts'
import { documentsOf } from './documents.ts'
import { createReport } from './report.ts'

/** Mutated texts in one run; `npm run fuzz` reads a million. */
const RUNS = 3_000

describe('any text', () => {
  it('that is a mutated manifest is read or refused at a place, and never throws; what means the same reads the same', () => {
    const { texts } = fuzzSeeds()
    const counts = createCounts()
    const first = Number(process.env['MOAT_FUZZ_SEED'] ?? Date.now() % 1_000_000_000)
    const failed = Array.from({ length: RUNS }, (_, i) => first + i).flatMap((seed) => {
      const fault = faultOf(mutatedText(randomFrom(seed), texts), counts)
      return fault === undefined ? [] : [{ seed, fault }]
    })
    expect(failed).toEqual([])
    expect(counts.inputs).toBe(RUNS)
    // The mutations reach beyond the YAML reader, and leave some texts as sound as they were.
    expect(counts.codes.size).toBeGreaterThan(30)
    expect([counts.readable > RUNS / 50, counts.asJson > RUNS / 10]).toEqual([true, true])
  })

  it('that is JSON has the value that JSON gives it', () => {
    const unprintable = /[\u007f-\u0084\u0086-\u009f\ufffe\uffff]/
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        fc.pre(value !== null && !unprintable.test(text))
        const report = createReport()
        const found = documentsOf({ name: 'f.json', text }, report).map(({ node }) => valueOf(node))
        expect(report.diagnostics).toEqual([])
        expect(found).toEqual([JSON.parse(text)])
      }),
      { numRuns: 1_000 },
    )
  })

  it('has spans that hold the text of each scalar', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z][a-z0-9/.-]{0,8}$/), { minLength: 1 }),
        fc.boolean(),
        (words, crlf) => {
          const text = words.map((word, i) => `k${i}: ${word} # c`).join(crlf ? '\r\n' : '\n')
          const [document] = documentsOf({ name: 'f', text }, createReport())
          const entries = document?.node.kind === 'mapping' ? [...document.node.entries.values()] : []
          expect(
            entries.map(({ key, value }) => [text.slice(key.start, key.end), text.slice(value.start, value.end)]),
          ).toEqual(words.map((word, i) => [`k${i}`, word]))
        },
      ),
      { numRuns: 200 },
    )
  })
})
