// The tests that mutation testing runs for each mutant: those of the sets or of the engine alone (MOAT_MUTATION=sets or
// engine), those of the questions (analysis), else those of the sets and the engine with a short differential run.
import { defineConfig } from 'vitest/config'

const own = ['interval-set', 'ip-address', 'ip-set', 'connection-set'].map((name) => `src/sets/${name}.test.ts`)
const oracles = ['cases', 'conformance', 'differential', 'engine-paths'].map((name) => `tests/${name}.test.ts`)

const SCOPES: Readonly<Record<string, readonly string[]>> = {
  sets: own,
  engine: ['src/engine/*.test.ts'],
  analysis: ['src/analysis/**/*.test.ts'],
  explain: ['src/analysis/explain-direction.test.ts', 'src/analysis/near-miss.test.ts', 'tests/explain.test.ts'],
  diff: ['src/analysis/diff/*.test.ts', 'tests/diff-edits.test.ts', 'tests/diff-possible.test.ts'],
  edit: ['tests/smallest-edit-ends.test.ts', 'src/edit/*.test.ts', 'src/cli/explain/explain.test.ts'],
  rulings: ['src/engine/*.test.ts', 'tests/engine-paths.test.ts'],
}

export default defineConfig({
  test: {
    include: [...(SCOPES[process.env['MOAT_MUTATION'] ?? ''] ?? [...own, 'src/engine/*.test.ts', ...oracles])],
    env: { MOAT_DIFF_RUNS: '40', MOAT_DIFF_SEED: '1' },
    testTimeout: 60_000,
    isolate: false,
  },
})
