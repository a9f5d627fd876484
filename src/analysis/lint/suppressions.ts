// Comments that silence a rule at one place: `# moat-lint: ignore RULE reason`.
import { position, type SourceFile } from '../../diag/source.ts'
import type { Snapshot } from '../../policy/snapshot.ts'
import type { Finding, Rule } from './rule.ts'

interface Suppression {
  readonly file: SourceFile
  /** The comment's own place. */
  readonly start: number
  readonly end: number
  readonly rule: string
  readonly reason: string
  /** The line, from 1, that it is about: its own, or the next that is no comment where it stands alone. */
  readonly line: number
}

const COMMENT = /(^|[ \t])#\s*moat-lint:\s*ignore\s+([a-z0-9-]+)[ \t]*([^\r\n]*)/gm

function lineBelow(file: SourceFile, offset: number): number {
  const { line } = position(file, offset)
  const start = file.text.lastIndexOf('\n', offset - 1) + 1
  if (!/^\s*$/.test(file.text.slice(start, offset))) return line
  const below = file.text.slice(start).split('\n')
  const skipped = below.findIndex((text) => !/^\s*(?:#.*)?$/.test(text))
  return line + Math.max(0, skipped)
}

function suppressionsIn(file: SourceFile): Suppression[] {
  if (!file.text.includes('moat-lint:')) return []
  return Array.from(file.text.matchAll(COMMENT), (match) => {
    const [whole, space = '', rule = '', reason = ''] = match
    const start = match.index + space.length
    return { file, start, end: match.index + whole.length, rule, reason: reason.trim(), line: lineBelow(file, start) }
  })
}

/** The files that the objects of a snapshot stand in. */
function filesOf(snapshot: Snapshot): ReadonlySet<SourceFile> {
  const { namespaces, pods, workloads, services, networkPolicies, clusterPolicies, moats } = snapshot
  const objects = [
    ...namespaces.values(),
    ...pods,
    ...workloads,
    ...services,
    ...networkPolicies,
    ...clusterPolicies,
    ...moats,
  ]
  return new Set(objects.flatMap(({ span }) => (span ? [span.file] : [])))
}

function covers({ file, line, rule, reason }: Suppression, { code, span }: Finding): boolean {
  if (!span || span.file !== file || code !== rule || reason === '') return false
  const last = position(file, Math.max(span.start, span.end - 1)).line
  return position(file, span.start).line <= line && line <= last
}

/** What such a comment does not silence. Stated by `lint` itself, since it hangs on what all other rules find. */
export const unusedSuppression: Rule = {
  id: 'unused-suppression',
  title: 'a comment silences a rule that says nothing there',
  severity: 'note',
  check: () => [],
}

function unused({ file, start, end, rule, reason }: Suppression, known: ReadonlySet<string>): Finding {
  const why =
    reason === ''
      ? 'the reason is missing'
      : known.has(rule)
        ? `\`${rule}\` says nothing here`
        : 'there is no such rule'
  return {
    severity: unusedSuppression.severity,
    code: unusedSuppression.id,
    message: `this comment silences nothing: ${why}`,
    span: { file, start, end },
    help: reason === '' ? 'say why behind the name of the rule' : 'remove the comment',
  }
}

/** The findings that no comment silences, and the comments that silence none; those of rules that were not asked are let be. */
export function withSuppressions(
  snapshot: Snapshot,
  findings: readonly Finding[],
  { all, asked }: { readonly all: readonly Rule[]; readonly asked: readonly Rule[] },
): Finding[] {
  const comments = [...filesOf(snapshot)].flatMap(suppressionsIn)
  if (comments.length === 0) return [...findings]
  const used = new Set<Suppression>()
  const left = findings.filter((finding) => {
    const by = comments.filter((comment) => covers(comment, finding))
    for (const comment of by) used.add(comment)
    return by.length === 0
  })
  if (!asked.includes(unusedSuppression)) return left
  const known = new Set(all.map(({ id }) => id))
  const spoken = new Set(asked.map(({ id }) => id))
  const idle = comments.filter((one) => !used.has(one) && (spoken.has(one.rule) || !known.has(one.rule)))
  return [...left, ...idle.map((one) => unused(one, known))]
}
