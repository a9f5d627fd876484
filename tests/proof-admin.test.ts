// Proofs with admin policies against brute force: every pod that could exist, every reading of what is not known; every
// witness is judged by the reference oracle.
import { describe, expect, it } from 'vitest'
import { prove } from '../src/analysis/prove.ts'
import { PROFILES } from '../src/engine/profile.ts'
import type { Verdict } from './support/possible-worlds.ts'
import { allowing, expected, proven } from './support/expected-proofs.ts'
import { checkWitnesses } from './support/proof-witnesses.ts'
import { randomAdminPolicies, rawAdminPolicy } from './support/random-admin.ts'
import { randomMoatCase } from './support/random-moats.ts'
import { randomFrom } from './support/random.ts'

const CASES = Number(process.env['PROOF_CASES'] ?? 2)
const FIRST = Number(process.env['PROOF_SEED'] ?? 1)

describe('proofs with admin policies', () => {
  it(`say what brute force says, from seed ${FIRST} on`, () => {
    const verdicts: Record<Verdict, number> = { PROVEN: 0, REFUTED: 0, OUT_OF_SCOPE: 0 }
    let witnesses = 0
    for (let seed = FIRST; seed < FIRST + CASES; seed++) {
      const plain = randomMoatCase(seed)
      if (!plain) continue
      const snapshot = { ...plain.snapshot, clusterPolicies: randomAdminPolicies(randomFrom(seed)) }
      const cluster = { objects: [...plain.cluster.objects, ...snapshot.clusterPolicies.map(rawAdminPolicy)] }
      const found = { ...plain, snapshot, cluster }
      const proof = prove(snapshot, found.moat, PROFILES.cilium)
      const said = proven(proof)
      const all = allowing(said, expected(found, PROFILES.cilium), found)
      expect({ seed, ...said }).toEqual({ seed, ...all })
      for (const verdict of Object.values(said)) verdicts[verdict]++
      witnesses += checkWitnesses(found, proof, 'cilium')
    }
    expect(Math.min(verdicts.PROVEN, verdicts.REFUTED, witnesses)).toBeGreaterThan(0)
  })
})
