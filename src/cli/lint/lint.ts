// What `moat lint` does: read, ask the rules, print, and tell by the exit code what was found.
import { lint } from '../../analysis/lint/lint.ts'
import { RULES } from '../../analysis/lint/registry.ts'
import { docsOf, type Finding, type Rule } from '../../analysis/lint/rule.ts'
import { applyFixes } from '../../analysis/lint/apply-fixes.ts'
import { type Diagnostic, formatDiagnostic, hasErrors, type Severity } from '../../diag/diagnostic.ts'
import { printable } from '../../diag/printable.ts'
import { formatSpan, type SourceFile } from '../../diag/source.ts'
import { didYouMean } from '../../diag/suggest.ts'
import { policiesInForce } from '../../intent/policies-in-force.ts'
import { parse } from '../../parse/parse.ts'
import { countsOf, findingsMarkdown, lintJson } from '../../render/findings.ts'
import { githubAnnotations } from '../../render/github.ts'
import { type JUnitCase, type JUnitSuite, junitXml } from '../../render/junit.ts'
import { sarifLog } from '../../render/sarif.ts'
import { CLEAN, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { type Loaded, loadInput } from '../load.ts'
import { colouredDiagnostic, printData, printDiagnostics, printNote } from '../output.ts'
import { version } from '../run.ts'
import { timed } from '../timings.ts'
import { isOnDisk, replaceFile } from './write-files.ts'
import type { LintCommandOptions } from './options.ts'

const ORDER: readonly Severity[] = ['error', 'warning', 'note']

/** The rules that the options ask for, or what is wrong with the options. */
function chosen({ rule, skip }: LintCommandOptions): { readonly rules: readonly Rule[]; readonly wrong: Diagnostic[] } {
  const known = RULES.map(({ id }) => id)
  const wrong = [...rule, ...skip]
    .filter((id) => !known.includes(id))
    .map((id): Diagnostic => {
      const help = didYouMean(id, known) ?? '`moat lint --rules` lists the rules'
      return { severity: 'error', code: 'usage', message: `there is no rule \`${id}\``, help }
    })
  const rules = RULES.filter(({ id }) => (rule.length === 0 || rule.includes(id)) && !skip.includes(id))
  return { rules, wrong }
}

function listRules(output: LintCommandOptions['output']): ExitCode {
  if (output === 'json') {
    const rules = RULES.map(({ id, severity, title, fixable = false }) => ({
      id,
      severity,
      title,
      fixable,
      docs: docsOf({ id }),
    }))
    printData(JSON.stringify({ rules }, null, 2))
    return CLEAN
  }
  const width = Math.max(...RULES.map(({ id }) => id.length))
  printData(RULES.map(({ id, severity, title }) => `${id.padEnd(width)}  ${severity.padEnd(7)}  ${title}`).join('\n'))
  return CLEAN
}

/** One test for each rule that was asked; it fails on findings that count. */
function suiteOf({ findings, rules, counts }: Outcome): JUnitSuite {
  const byRule = Map.groupBy(findings.filter(counts), ({ code }) => code)
  const cases = rules.map(({ id, title }): JUnitCase => {
    const found = byRule.get(id) ?? []
    const [first] = found
    const outcome = first
      ? ({ kind: 'failed', message: first.message, text: found.map(formatDiagnostic).join('\n') } as const)
      : ({ kind: 'passed' } as const)
    return { name: `${id}: ${title}`, className: 'moat.lint', outcome }
  })
  return { name: 'moat lint', cases }
}

interface Outcome {
  readonly findings: readonly Finding[]
  readonly rules: readonly Rule[]
  /** Whether a finding is of the severity that fails. */
  readonly counts: (finding: Finding) => boolean
  /** What reading the input had to say; text has it on stderr. */
  readonly input: readonly Diagnostic[]
}

function print(outcome: Outcome, output: LintCommandOptions['output']): void {
  const { findings, rules, input } = outcome
  switch (output) {
    case 'json':
      printData(JSON.stringify(lintJson(findings, input), null, 2))
      return
    case 'sarif': {
      const known = rules.map(({ id, title, severity }) => ({ id, description: title, level: severity }))
      printData(JSON.stringify(sarifLog([...input, ...findings], { version: version(), rules: known }), null, 2))
      return
    }
    case 'github':
      printData(githubAnnotations([...input, ...findings]))
      return
    case 'junit':
      printData(junitXml([suiteOf(outcome)]))
      return
    case 'markdown':
      printData(findingsMarkdown(findings))
      return
    case 'text':
      printData(findings.map((finding) => colouredDiagnostic(finding, process.stdout)).join('\n'))
  }
}

function summary(findings: readonly Finding[]): string {
  const counts = countsOf(findings)
  const words = ORDER.flatMap((severity) => {
    const count = counts[severity]
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  const fixable = findings.filter(({ fix }) => fix).length
  const fixes = fixable === 0 ? '' : `; --fix can put ${fixable} of them right`
  return words.length === 0 ? 'no findings' : `${words.join(', ')}${fixes}`
}

/** Writes the fixes that hold, says which, and returns what is left. */
function fixed(loaded: Loaded, rules: readonly Rule[], { namespace }: LintCommandOptions): readonly Finding[] {
  const { sources, inForce } = loaded
  const reread = (texts: readonly SourceFile[]) => {
    const { snapshot, diagnostics } = parse(texts, namespace === undefined ? {} : { defaultNamespace: namespace })
    if (hasErrors(diagnostics)) return undefined
    const again = policiesInForce(snapshot)
    return hasErrors(again.diagnostics) ? undefined : again
  }
  const own = new Set(sources.filter(isOnDisk).map(({ name }) => name))
  const result = applyFixes({ sources, inForce }, { reread, rules, mayWrite: (name) => own.has(name) })
  const unwritten = new Set<string>()
  for (const [index, before] of sources.entries()) {
    const { text } = result.sources[index] ?? before
    if (text !== before.text && !replaceFile(before, text)) unwritten.add(before.name)
  }
  const done = result.applied.filter(({ span }) => !unwritten.has(span?.file.name ?? ''))
  for (const { span, fix, code } of done)
    printNote(`fixed: ${span ? `${formatSpan(span)}: ` : ''}${fix?.title} [${code}]`)
  for (const name of unwritten)
    printNote(`not fixed: \`${printable(name)}\` cannot be written, or has changed meanwhile`)
  for (const { span, fix, code } of result.refused) {
    printNote(
      `not fixed: ${span ? `${formatSpan(span)}: ` : ''}${fix?.title}: ${own.has(span?.file.name ?? '') ? 'it does not hold when checked' : 'the text is no file of yours'} [${code}]`,
    )
  }
  return unwritten.size === 0 ? result.findings : lint(inForce, { rules })
}

export function lintAction(args: readonly string[], options: LintCommandOptions): ExitCode {
  const { rules, wrong } = chosen(options)
  if (wrong.length > 0) {
    printDiagnostics(wrong)
    return UNUSABLE
  }
  if (options.rules) return listRules(options.output)
  const loaded = loadInput(args, options)
  const { inForce, diagnostics, usable } = loaded
  printDiagnostics(diagnostics)
  if (!usable) return UNUSABLE
  const findings = timed('reachability', () => (options.fix ? fixed(loaded, rules, options) : lint(inForce, { rules })))
  const worst = ORDER.slice(0, ORDER.indexOf(options.failOn) + 1)
  const counts = ({ severity }: Finding) => worst.includes(severity)
  timed('render', () => print({ findings, rules, counts, input: diagnostics }, options.output))
  printNote(summary(findings))
  return findings.some(counts) ? FINDINGS : CLEAN
}
