// What `moat diff` does: read both sides, compare, print, and tell by the exit code whether something opened.
import type { ChangeKind, Diff } from '../../analysis/diff/answer.ts'
import { diff } from '../../analysis/diff/diff.ts'
import { PROFILES } from '../../engine/profile.ts'
import { DIFF_RULES, diffDiagnostics } from '../../render/diff/diagnostics.ts'
import { diffJson } from '../../render/diff/json.ts'
import { diffMarkdown } from '../../render/diff/markdown.ts'
import { diffLines } from '../../render/diff/text.ts'
import { githubAnnotations } from '../../render/github.ts'
import { sarifLog } from '../../render/sarif.ts'
import { styled } from '../colour.ts'
import { outputWidth } from '../output-width.ts'
import { CLEAN, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { loadPaths } from '../load.ts'
import { printData, printDiagnostics } from '../output.ts'
import { version } from '../run.ts'
import { timed } from '../timings.ts'
import type { DiffOptions } from './options.ts'

function drawn(answer: Diff, output: DiffOptions['output']): string {
  switch (output) {
    case 'text':
      return styled(diffLines(answer, { width: outputWidth(process.stdout, 100) }), process.stdout)
    case 'json':
      return JSON.stringify(diffJson(answer), null, 2)
    case 'markdown':
      return diffMarkdown(answer)
    case 'sarif':
      return JSON.stringify(sarifLog(diffDiagnostics(answer), { version: version(), rules: DIFF_RULES }), null, 2)
    case 'github':
      return githubAnnotations(diffDiagnostics(answer))
  }
}

function fails({ changes, possible }: Diff, failOn: DiffOptions['failOn']): boolean {
  const has = (kind: ChangeKind): boolean => [...changes, ...possible].some((change) => change.kind === kind)
  switch (failOn) {
    case 'opened':
    case 'closed':
      return has(failOn)
    case 'any':
      return has('opened') || has('closed')
    case 'none':
      return false
  }
}

export function diffAction(before: string, after: string, options: DiffOptions): ExitCode {
  const sides = [before, after].map((path) => loadPaths([path], options))
  printDiagnostics(sides.flatMap(({ diagnostics }) => diagnostics))
  const [old, now] = sides
  if (!old?.usable || !now?.usable) return UNUSABLE
  const answer = timed('reachability', () =>
    diff(old.inForce.snapshot, now.inForce.snapshot, PROFILES[options.profile]),
  )
  printData(timed('render', () => drawn(answer, options.output)))
  return fails(answer, options.failOn) ? FINDINGS : CLEAN
}
