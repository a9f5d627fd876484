// Runs the layers of tests one after the other and closes with one line that adds them up.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

interface Count {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly string[]
}

const layers = process.argv.length > 2 ? process.argv.slice(2) : ['unit', 'browser', 'kernel']
const folder = mkdtempSync(join(tmpdir(), 'moat-test-'))

/** One vitest project; a run that breaks before it can report counts as one failure. */
function run(layer: string): Count {
  const output = join(folder, `${layer}.json`)
  const vitest = join('node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`]
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', layer, ...reporters], {
    stdio: 'inherit',
  })
  let report: Report
  try {
    report = JSON.parse(readFileSync(output, 'utf8')) as Report
  } catch {
    return { passed: 0, failed: 1, skipped: [] }
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((t) => t.status !== 'failed'),
  )
  const failed = report.numFailedTests + broken.length
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: tests
      .filter((t) => t.status === 'skipped' || t.status === 'pending' || t.status === 'todo')
      .map((t) => t.fullName),
  }
}

let counts: readonly Count[]
try {
  counts = layers.map(run)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const skipped = counts.flatMap((count) => count.skipped)
const sum = (of: (count: Count) => number): number => counts.reduce((total, count) => total + of(count), 0)
const failed = sum((count) => count.failed)
for (const name of skipped) process.stdout.write(`skipped: ${name}\n`)
process.stdout.write(
  `\n${sum((count) => count.passed)} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}\n`,
)
process.exitCode = failed === 0 ? 0 : 1
