// The main job, outside: goes into the sandbox's namespaces and comes back with its exit code, or predicts without them.
import type { Diagnostic } from '../../diag/diagnostic.ts'
import type { ExitCode } from '../exit-code.ts'
import { CLEAN, ENVIRONMENT, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { enter, inside } from '../../sandbox/enter.ts'
import type { UpOptions } from './options.ts'
import { findWeights } from '../../slm/weights.ts'
import { printDiagnostics, printNote } from '../output.ts'
import { readScene } from './input.ts'
import { perform } from './perform.ts'
import { simulate } from './simulate.ts'

/** Why the model that the user names cannot be served, as far as its header tells; asked before anything is made. */
function refusedModel(given: string | undefined): Diagnostic | undefined {
  if (given === undefined || given === '') return undefined
  const found = findWeights(given)
  return found.ok ? undefined : found.diagnostic
}

/** Runs the whole of `moat up`. Outside of Linux, and where namespaces cannot be had, only the prediction is made. */
export async function up(paths: readonly string[], options: UpOptions): Promise<ExitCode> {
  const here = inside()
  if (!here) {
    const refused = refusedModel(options.model ?? process.env['MOAT_MODEL'])
    if (refused) {
      printDiagnostics([refused])
      return UNUSABLE
    }
  }
  if (!here && !options.simulate) {
    const entered = await enter()
    if (entered.kind === 'ended') return entered.exitCode as ExitCode
    printDiagnostics(entered.diagnostics)
    printNote('no kernel here: what follows is the prediction only')
  }
  const { scene, diagnostics } = readScene(paths, options)
  printDiagnostics(diagnostics)
  if (!scene) return UNUSABLE
  if (here) return perform({ scene, inside: here, paths, options })
  const refuted = simulate(scene, options)
  if (!options.simulate) return ENVIRONMENT
  return refuted ? FINDINGS : CLEAN
}
