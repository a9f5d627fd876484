// Fixes put into the text, one at a time, each kept only when it does what it says.
import { editedText } from '../../diag/edit.ts'
import type { SourceFile } from '../../diag/source.ts'
import type { InForce } from '../../intent/policies-in-force.ts'
import { sameAnswers } from '../same-answers.ts'
import { lint } from './lint.ts'
import type { Finding, Rule } from './rule.ts'

/** Texts to the policies in force; `undefined` when they cannot be used. */
export type Reread = (sources: readonly SourceFile[]) => InForce | undefined

export interface Fixed {
  /** In the order of the input, those that a fix changed with their new text. */
  readonly sources: readonly SourceFile[]
  readonly applied: readonly Finding[]
  /** With a fix that did not hold, or in a file that must not be written. */
  readonly refused: readonly Finding[]
  /** What is left to be said of the new texts. */
  readonly findings: readonly Finding[]
}

interface State {
  readonly sources: readonly SourceFile[]
  readonly inForce: InForce
  readonly findings: readonly Finding[]
}

function severe(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { code, severity } of findings) if (severity !== 'note') counts.set(code, (counts.get(code) ?? 0) + 1)
  return counts
}

/** What the finding says, without its place: to know it again after other lines have changed. */
function key({ code, message, span }: Finding): string {
  return `${code} ${span?.file.name} ${message}`
}

/** The input with one fix, if it holds: read again, the finding is gone, no other warning came, and the meaning is kept. */
function tried(
  state: State,
  finding: Finding,
  how: { readonly reread: Reread; readonly rules: readonly Rule[] },
): State | undefined {
  const { fix } = finding
  const files = new Set(fix?.edits.map(({ span }) => span.file))
  const sources = state.sources.map((file) => {
    const text = files.has(file) ? editedText(file, fix?.edits ?? []) : file.text
    return text === undefined || text === file.text ? file : { ...file, text }
  })
  if (!fix || sources.every((file) => state.sources.includes(file))) return undefined
  const inForce = how.reread(sources)
  if (!inForce) return undefined
  const findings = lint(inForce, { rules: how.rules })
  const same = (all: readonly Finding[]) => all.filter(({ code }) => code === finding.code).length
  if (same(findings) >= same(state.findings)) return undefined
  const before = severe(state.findings)
  if ([...severe(findings)].some(([code, count]) => count > (before.get(code) ?? 0))) return undefined
  if (fix.keepsMeaning && !sameAnswers(state.inForce.snapshot, inForce.snapshot)) return undefined
  return { sources, inForce, findings }
}

/** Applies what can be applied; `mayWrite` tells which files are the user's own to change. */
export function applyFixes(
  start: { readonly sources: readonly SourceFile[]; readonly inForce: InForce },
  how: { readonly reread: Reread; readonly rules: readonly Rule[]; readonly mayWrite: (name: string) => boolean },
): Fixed {
  let state: State = { ...start, findings: lint(start.inForce, { rules: how.rules }) }
  const applied: Finding[] = []
  const refused = new Map<string, Finding>()
  for (;;) {
    const next = state.findings.find((finding) => finding.fix && !refused.has(key(finding)))
    if (!next) return { ...state, applied, refused: [...refused.values()] }
    const isOurs = next.fix?.edits.every(({ span }) => how.mayWrite(span.file.name)) === true
    const after = isOurs ? tried(state, next, how) : undefined
    if (after) applied.push(next)
    else refused.set(key(next), next)
    state = after ?? state
  }
}
