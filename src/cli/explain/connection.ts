// `moat explain SRC DST`: asks, looks for the smallest edit that turns the answer around, prints, and writes it if told to.
import { explain } from '../../analysis/explain.ts'
import type { Explanation } from '../../analysis/explanation.ts'
import type { Fix } from '../../analysis/fix.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { NO_EDIT_TEXT, type NoEdit, whyNoEdit } from '../../edit/no-edit.ts'
import { PROFILES } from '../../engine/profile.ts'
import { explanationJson, explanationLines, explanationMarkdown } from '../../render/explain.ts'
import { fixJson, fixLines, fixMarkdown } from '../../render/fix.ts'
import { styled } from '../colour.ts'
import { CLEAN, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import type { Loaded } from '../load.ts'
import { printData, printDiagnostics, printNote } from '../output.ts'
import type { ExplainOptions } from './options.ts'
import { questionOf } from '../../analysis/explain-question.ts'
import { outputWidth } from '../output-width.ts'
import { timed } from '../timings.ts'

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

/** The edit, or why there is none; `undefined` where nobody asked. */
type Turn = { readonly fix: Fix } | { readonly none: NoEdit } | undefined

function print(explanation: Explanation, turn: Turn, { output }: ExplainOptions): void {
  const fix = turn && 'fix' in turn ? turn.fix : undefined
  if (output === 'json') {
    const none = turn && 'none' in turn && { noFix: { reason: turn.none, text: NO_EDIT_TEXT[turn.none] } }
    printData(JSON.stringify({ ...explanationJson(explanation), ...(fix && { fix: fixJson(fix) }), ...none }, null, 2))
  } else if (output === 'markdown') {
    printData([explanationMarkdown(explanation), ...(fix ? [fixMarkdown(fix)] : [])].join('\n'))
  } else {
    const width = outputWidth(process.stdout)
    const lines = [...explanationLines(explanation, width), ...(fix ? [[], ...fixLines(fix, width)] : [])]
    printData(styled(lines, process.stdout))
  }
}

/** Whether the answer is what `--expect` says; a verdict that depends or is mixed is neither. */
function asExpected({ verdict }: Explanation, expected: ExplainOptions['expect']): ExitCode {
  if (expected === undefined) return CLEAN
  return verdict.toLowerCase() === expected ? CLEAN : FINDINGS
}

export async function explainConnection(
  args: readonly [string, string],
  loaded: Loaded,
  options: ExplainOptions,
): Promise<ExitCode> {
  const { snapshot } = loaded.inForce
  const asked = questionOf(...args, snapshot)
  if ('diagnostics' in asked) {
    printDiagnostics(asked.diagnostics)
    return UNUSABLE
  }
  const explanation = timed('reachability', () => explain(snapshot, asked.question, PROFILES[options.profile]))
  if (explanation.answers.length === 0) {
    printDiagnostics([nothing(explanation)])
    return UNUSABLE
  }
  if (!options.fix && !options.apply) {
    timed('render', () => print(explanation, undefined, options))
    return asExpected(explanation, options.expect)
  }
  const { applyFix, fixOf } = await import('./fix.ts')
  const fix = timed('edit', () => fixOf(loaded, { args, question: asked.question, explanation }, options))
  timed('render', () => print(explanation, fix ? { fix } : { none: whyNoEdit(explanation) }, options))
  if (options.apply) {
    const problem = applyFix(fix)
    if (problem || !fix) {
      printDiagnostics(problem ? [problem] : [])
      return UNUSABLE
    }
    printNote(`written to ${fix.files.map(({ file }) => file.name).join(' and ')}: the answer is now ${fix.verdict}`)
  } else if (!fix) printNote(NO_EDIT_TEXT[whyNoEdit(explanation)])
  return asExpected(explanation, options.expect)
}
