// `moat explain` without a question: what the policies of the input mean beside what their authors had in mind.
import { explainPolicies } from '../../analysis/policy-findings.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import type { Snapshot } from '../../policy/snapshot.ts'
import { policyFindingLines, policyFindingsJson, policyFindingsMarkdown } from '../../render/policy-findings.ts'
import { styled } from '../colour.ts'
import { CLEAN, type ExitCode, UNUSABLE } from '../exit-code.ts'
import { printData, printDiagnostics } from '../output.ts'
import type { ExplainOptions } from './options.ts'
import { outputWidth } from '../output-width.ts'
import { timed } from '../timings.ts'

const NO_POLICY: Diagnostic = {
  severity: 'error',
  code: 'no-policy',
  message: 'the input has no NetworkPolicy and no Moat to explain',
  help: 'name the file with the policies, or ask about a connection: `moat explain SRC DST`',
}

export function explainPoliciesAction(snapshot: Snapshot, { output }: ExplainOptions): ExitCode {
  if (snapshot.networkPolicies.length === 0) {
    printDiagnostics([NO_POLICY])
    return UNUSABLE
  }
  const policies = timed('reachability', () => explainPolicies(snapshot))
  if (output === 'json') printData(JSON.stringify(policyFindingsJson(policies), null, 2))
  else if (output === 'markdown') printData(policyFindingsMarkdown(policies))
  else printData(styled(policyFindingLines(policies, outputWidth(process.stdout)), process.stdout))
  return CLEAN
}
