// The action of `moat explain`: reads, asks, prints.
import { explain } from '../../analysis/explain.ts'
import type { Explanation } from '../../analysis/explanation.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { PROFILES } from '../../engine/profile.ts'
import { explanationJson, explanationLines, explanationMarkdown } from '../../render/explain.ts'
import { styled } from '../colour.ts'
import { CLEAN, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { loadInput } from '../load.ts'
import { printData, printDiagnostics } from '../output.ts'
import { outputWidth } from './width.ts'
import type { ExplainOptions } from './options.ts'
import { questionOf } from './question.ts'

/** Nothing to answer: the port is none of the destination's, or the ends share no IP family. */
function nothing({ destination, asked }: Explanation): Diagnostic {
  const message = asked
    ? `\`${destination.name}\` has no ${asked.protocol} port \`${asked.port}\``
    : 'the two ends share no IP family: no packet can go this way'
  return {
    severity: 'error',
    code: 'nothing-to-explain',
    message,
    ...(asked && { help: 'leave the port out to see all of them' }),
  }
}

function print(explanation: Explanation, { output }: ExplainOptions): void {
  if (output === 'json') printData(JSON.stringify(explanationJson(explanation), null, 2))
  else if (output === 'markdown') printData(explanationMarkdown(explanation))
  else printData(styled(explanationLines(explanation, outputWidth(process.stdout)), process.stdout))
}

/** Whether the answer is what `--expect` says; a verdict that depends or is mixed is neither. */
function asExpected({ verdict }: Explanation, expected: ExplainOptions['expect']): ExitCode {
  if (expected === undefined) return CLEAN
  return verdict.toLowerCase() === expected ? CLEAN : FINDINGS
}

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
  const { inForce, diagnostics, usable } = loadInput([], options)
  printDiagnostics(diagnostics)
  if (!usable) return UNUSABLE
  if (source === undefined) return (await import('./policies.ts')).explainPoliciesAction(inForce.snapshot, options)
  if (destination === undefined) {
    printDiagnostics([NO_DESTINATION])
    return UNUSABLE
  }
  const asked = questionOf(source, destination, inForce.snapshot)
  if ('diagnostics' in asked) {
    printDiagnostics(asked.diagnostics)
    return UNUSABLE
  }
  const explanation = explain(inForce.snapshot, asked.question, PROFILES[options.profile])
  if (explanation.answers.length === 0) {
    printDiagnostics([nothing(explanation)])
    return UNUSABLE
  }
  print(explanation, options)
  return asExpected(explanation, options.expect)
}
