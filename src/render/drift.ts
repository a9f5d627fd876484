// Drift as lines for people, and as plain data for machines.
import type { DriftFinding, DriftKind } from '../analysis/drift/finding.ts'
import { formatSpan } from '../diag/source.ts'
import { type ClaimJson, witnessJson, witnessText } from './proof.ts'
import { type Line, piece, visible } from './styled-text.ts'

export function driftLines(findings: readonly DriftFinding[]): Line[] {
  return findings.flatMap(({ severity, kind, moat, text, witness, location }): Line[] => [
    [
      piece(severity, severity === 'error' ? 'bad' : 'attention'),
      piece(visible(` ${moat}: ${text} [${kind}]`)),
      piece(location ? ` (${formatSpan(location)})` : ''),
    ],
    ...(witness ? [[piece(visible(`  witness: ${witnessText(witness)}`))]] : []),
  ])
}

export interface DriftJson {
  readonly kind: DriftKind
  readonly severity: DriftFinding['severity']
  readonly moat: string
  readonly about: string
  readonly text: string
  readonly witness?: ClaimJson['witness']
  readonly location?: string
}

export function driftJson({ witness, location, ...rest }: DriftFinding): DriftJson {
  return {
    ...rest,
    ...(witness && { witness: witnessJson(witness) }),
    ...(location && { location: formatSpan(location) }),
  }
}
