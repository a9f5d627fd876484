// What policies mean beside what their authors had in mind, as text, Markdown and plain data.
import type { PolicyExplained, PolicyFinding } from '../analysis/policy-findings.ts'
import { formatSpan } from '../diag/source.ts'
import { type Line, piece, visible } from './styled-text.ts'
import { wrap } from './wrap.ts'

const COLUMN = 5

function countWords(count: number): string {
  if (count === 0) return 'nothing to add'
  return count === 1 ? 'one thing its author may not know' : `${count} things its author may not know`
}

function findingLines({ message, span }: PolicyFinding, number: number, width: number): Line[] {
  const head = `  ${number}`.padEnd(COLUMN)
  const space = piece(' '.repeat(COLUMN))
  return [
    ...wrap(visible(message), width - COLUMN).map((line, i): Line => [
      i === 0 ? piece(head, 'muted') : space,
      piece(line),
    ]),
    ...(span ? [[space, piece(formatSpan(span), 'muted')]] : []),
  ]
}

/** One list for each policy, broken at `width` cells. */
export function policyFindingLines(policies: readonly PolicyExplained[], width = 80): Line[] {
  return policies.flatMap(({ name, policy, findings }, i) => [
    ...(i === 0 ? [] : [[]]),
    [
      piece(visible(name), 'strong'),
      piece(`: ${countWords(findings.length)}`),
      ...(policy.span ? [piece(` (${formatSpan(policy.span)})`, 'muted')] : []),
    ],
    ...findings.flatMap((finding, nth) => findingLines(finding, nth + 1, width)),
  ])
}

/** The same for a pull request. */
export function policyFindingsMarkdown(policies: readonly PolicyExplained[]): string {
  return policies
    .map(({ name, findings }) => {
      const items = findings.map(({ id, message, span }, nth) => {
        const place = span ? ` (\`${formatSpan(span)}\`)` : ''
        return `${nth + 1}. **${id}**: ${visible(message)}${place}`
      })
      return [`### ${visible(name)}: ${countWords(findings.length)}`, '', ...items, ''].join('\n')
    })
    .join('\n')
}

/** The same as plain data; the shape is in docs/schemas/explain.json. */
export function policyFindingsJson(policies: readonly PolicyExplained[]) {
  return {
    policies: policies.map(({ name, policy, findings }) => ({
      policy: name,
      ...(policy.span && { location: formatSpan(policy.span) }),
      findings: findings.map(({ id, message, span, also }) => ({
        id,
        message,
        ...(span && { location: formatSpan(span) }),
        also: also.map(formatSpan),
      })),
    })),
  }
}
