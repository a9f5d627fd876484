// What a diff says of pods that could exist, judged by the engine with those pods in both inputs.
import { describe, expect, it } from 'vitest'
import { diff } from '../src/analysis/diff/diff.ts'
import { stage } from '../src/analysis/witness-check.ts'
import { createEngine } from '../src/engine/engine.ts'
import { hasConnection } from '../src/sets/connection-set.ts'
import { randomlyEdited, randomSnapshot } from './support/random-snapshots.ts'

describe('the witnesses of random changes', () => {
  it('are connections that the engine denied before and opens after, put into both inputs', () => {
    let count = 0
    for (let seed = 11_000; seed < 11_250; seed++) {
      const before = randomSnapshot(seed)
      const after = { ...before, networkPolicies: randomlyEdited(before, seed).networkPolicies }
      for (const change of diff(before, after).possible) {
        const { witness } = change
        const verdicts = [before, after].map((snapshot) => {
          const staged = stage(snapshot, witness)
          const { allowed, depends } = createEngine(staged.snapshot).reach(
            staged.source,
            staged.destination,
            witness.family,
          )
          if (hasConnection(allowed, witness.protocol, witness.port)) return 'Allowed'
          return depends.some(({ connections }) => hasConnection(connections, witness.protocol, witness.port))
            ? 'Depends'
            : 'Denied'
        })
        expect(verdicts, `seed ${seed}`).toEqual([change.before, change.after])
        expect(change.edits.length).toBeGreaterThan(0)
        count++
      }
    }
    expect(count).toBeGreaterThan(20)
  })
})
