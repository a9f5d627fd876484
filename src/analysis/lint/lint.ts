// All rules over one input: what they find, in the order of the text.
import type { InForce } from '../../intent/policies-in-force.ts'
import { contextOf } from './context.ts'
import { RULES } from './registry.ts'
import type { Finding, Rule } from './rule.ts'
import { withSuppressions } from './suppressions.ts'

export interface LintOptions {
  /** The rules to ask; all when not given. */
  readonly rules?: readonly Rule[]
}

/** What the rules find in the policies that are in force; by place, those without one last. */
export function lint(inForce: InForce, { rules = RULES }: LintOptions = {}): Finding[] {
  const context = contextOf(inForce)
  const findings = rules.flatMap((rule) =>
    Array.from(rule.check(context), (statement): Finding => ({
      severity: rule.severity,
      ...statement,
      code: rule.id,
    })),
  )
  return inOrder(withSuppressions(inForce.snapshot, findings, { all: RULES, asked: rules }))
}

/** By file in the order of first mention, then by place; equal places keep the order of the rules. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const files = new Map<unknown, number>()
  for (const { span } of findings) if (span && !files.has(span.file)) files.set(span.file, files.size)
  const fileOf = ({ span }: Finding) => (span ? (files.get(span.file) as number) : files.size)
  return findings.toSorted((a, b) => fileOf(a) - fileOf(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0))
}
