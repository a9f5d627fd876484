// First line of a kernel test's program: outside it runs itself again inside and ends with its exit code.
import { formatDiagnostic } from '../../src/diag/diagnostic.ts'
import { enter, inside } from '../../src/sandbox/enter.ts'

export async function enterOrExit(): Promise<void> {
  if (inside()) return
  const entered = await enter()
  if (entered.kind === 'ended') process.exit(entered.exitCode)
  for (const diagnostic of entered.diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`)
  process.exit(3)
}
