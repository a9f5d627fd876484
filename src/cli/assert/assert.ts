// What `moat assert` does: read the assertions and the manifests they are about, check, print.
import { checkAssertions } from '../../analysis/assert/assert.ts'
import type { AssertionResult } from '../../analysis/assert/result.ts'
import type { Assertion } from '../../policy/assertion.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { PROFILES } from '../../engine/profile.ts'
import {
  assertionDiagnostics,
  assertionLines,
  assertionsJson,
  assertionSuites,
  assertionSummary,
  assertionTap,
} from '../../render/assertions.ts'
import { githubAnnotations } from '../../render/github.ts'
import { junitXml } from '../../render/junit.ts'
import { sarifLog } from '../../render/sarif.ts'
import { tap } from '../../render/tap.ts'
import { styled } from '../colour.ts'
import { CLEAN, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { type Loaded, loadInput } from '../load.ts'
import { printData, printDiagnostics, printNote } from '../output.ts'
import { version } from '../run.ts'
import { timed } from '../timings.ts'
import type { AssertOptions } from './options.ts'

const NO_ASSERTIONS: Diagnostic = {
  severity: 'error',
  code: 'no-assertions',
  message: 'the input has no assertions to check',
  help: 'name the file that has them: `moat assert assertions.yaml -f manifests/`',
}

const NO_PODS: Diagnostic = {
  severity: 'error',
  code: 'no-pods',
  message: 'the input has no pods that the assertions could be about',
  help: 'name the manifests of the pods, workloads and policies with `-f`',
}

function hasPods({ written }: Loaded): boolean {
  return written.pods.length + written.workloads.length > 0
}

interface Read extends Loaded {
  readonly assertions: readonly Assertion[]
}

/**
 * Without `-f` the manifests are those that stand beside the assertions in what is named, or else those of this folder, whose own
 * assertions nobody asked for. Standard input can be read once, so it is taken as it is.
 */
function read(args: readonly string[], options: AssertOptions): Read {
  const { filename, git = [] } = options
  const told = args.length === 0 || args.includes('-') || filename.length + git.length > 0
  const loaded = loadInput(args, told ? options : { ...options, inputs: false })
  const { assertions } = loaded.written
  const whole = told || !loaded.usable || hasPods(loaded) || assertions.length === 0
  if (told || (whole && options.inputs !== true)) return { ...loaded, assertions }
  return { ...loadInput(whole ? args : [...args, '.'], options), assertions }
}

function missing(loaded: Read): Diagnostic[] {
  if (!loaded.usable) return []
  return [...(loaded.assertions.length === 0 ? [NO_ASSERTIONS] : []), ...(hasPods(loaded) ? [] : [NO_PODS])]
}

function print(results: readonly AssertionResult[], output: AssertOptions['output']): void {
  switch (output) {
    case 'text':
      printData(styled(assertionLines(results), process.stdout))
      return
    case 'json':
      printData(JSON.stringify(assertionsJson(results), null, 2))
      return
    case 'junit':
      printData(junitXml(assertionSuites(results)))
      return
    case 'tap':
      printData(tap(assertionTap(results)))
      return
    case 'github':
      printData(githubAnnotations(assertionDiagnostics(results)))
      return
    case 'sarif':
      printData(JSON.stringify(sarifLog(assertionDiagnostics(results), { version: version(), rules: RULES }), null, 2))
  }
}

const RULES = [
  { id: 'assertion-failed', description: 'an assertion about connections does not hold', level: 'error' },
] as const

export function assertAction(args: readonly string[], options: AssertOptions): ExitCode {
  const loaded = read(args, options)
  const problems = missing(loaded)
  printDiagnostics([...loaded.diagnostics, ...problems])
  if (!loaded.usable || problems.length > 0) return UNUSABLE
  const asked = { ...loaded.inForce.snapshot, assertions: loaded.assertions }
  const results = timed('reachability', () => checkAssertions(asked, PROFILES[options.profile]))
  timed('render', () => print(results, options.output))
  printNote(assertionSummary(results))
  return results.every(({ pass }) => pass) ? CLEAN : FINDINGS
}
