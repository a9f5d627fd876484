// The tests that mutation testing runs for each mutant: those of the sets and the engine, with a short differential run.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'src/sets/*.test.ts',
      'src/engine/*.test.ts',
      'tests/cases.test.ts',
      'tests/conformance.test.ts',
      'tests/differential.test.ts',
      'tests/engine-paths.test.ts',
    ],
    env: { MOAT_DIFF_RUNS: '40', MOAT_DIFF_SEED: '1' },
    testTimeout: 60_000,
    isolate: false,
  },
})
