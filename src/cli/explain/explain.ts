// The action of `moat explain`: reads the input, then explains a connection or the policies.
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { type ExitCode, UNUSABLE } from '../exit-code.ts'
import { loadInput } from '../load.ts'
import { printDiagnostics } from '../output.ts'
import type { ExplainOptions } from './options.ts'

const NO_DESTINATION: Diagnostic = {
  severity: 'error',
  code: 'usage',
  message: 'a source without a destination',
  help: 'write `moat explain SRC DST`; for what the policies of a file mean, `moat explain -f FILE`',
}

export async function explainAction(
  source: string | undefined,
  destination: string | undefined,
  options: ExplainOptions,
): Promise<ExitCode> {
  const loaded = loadInput([], options)
  printDiagnostics(loaded.diagnostics)
  if (!loaded.usable) return UNUSABLE
  if (source === undefined) {
    const { explainPoliciesAction } = await import('./policies.ts')
    return explainPoliciesAction(loaded.inForce.snapshot, options)
  }
  if (destination === undefined) {
    printDiagnostics([NO_DESTINATION])
    return UNUSABLE
  }
  const { explainConnection } = await import('./connection.ts')
  return explainConnection([source, destination], loaded, options)
}
