// Proofs against brute force: on small universes every pod that could exist is listed and asked about, one by one, and
// every witness is put into the cluster and judged by the reference oracle.
import { describe, expect, it } from 'vitest'
import { prove } from '../src/analysis/prove.ts'
import { PROFILES } from '../src/engine/profile.ts'
import { allowing, expected, proven } from './support/expected-proofs.ts'
import type { Verdict } from './support/possible-worlds.ts'
import { checkWitnesses } from './support/proof-witnesses.ts'
import { randomMoatCase } from './support/random-moats.ts'

/** More in one run: PROOF_CASES=1000 PROOF_SEED=7 npx vitest run --project unit tests/proof.test.ts */
const CASES = Number(process.env['PROOF_CASES'] ?? 0)
const FIRST = Number(process.env['PROOF_SEED'] ?? 1)

describe.each([
  ['spec', 3],
  ['conformance', 3],
  ['cilium', 10],
] as const)('proofs under profile %s', (name, few) => {
  it(`say what brute force over all pods that could exist says, from seed ${FIRST} on`, () => {
    const verdicts: Record<Verdict, number> = { PROVEN: 0, REFUTED: 0, OUT_OF_SCOPE: 0 }
    let witnesses = 0
    for (let seed = FIRST; seed < FIRST + (CASES || few); seed++) {
      const found = randomMoatCase(seed)
      if (!found) continue
      const proof = prove(found.snapshot, found.moat, PROFILES[name])
      const said = proven(proof)
      expect({ seed, ...said }).toEqual({ seed, ...allowing(said, expected(found, PROFILES[name]), found) })
      for (const verdict of Object.values(said)) verdicts[verdict]++
      witnesses += checkWitnesses(found, proof, name)
    }
    expect(Math.min(verdicts.PROVEN, verdicts.REFUTED, witnesses)).toBeGreaterThan(0)
  })
})
