// The proofs as they stand in the report and in the story.
import type { Proof } from '../../analysis/proof.ts'
import { type ClaimJson, proofJson, proofLines } from '../../render/proof.ts'
import type { Line } from '../../render/styled-text.ts'
import type { Story } from './story.ts'

export function claimsOf(proofs: readonly Proof[]): ClaimJson[] {
  return proofs.flatMap((proof) => proofJson(proof))
}

const COLOURS = { good: 'green', bad: 'red', attention: 'yellow', muted: 'dim', strong: 'bold' } as const

/** Broken to fit a block of the story. */
/** After a change: what is not proven in full, the rest as a number. */
export function describeProofsBriefly(proofs: readonly Proof[], story: Story): string {
  const open = proofs.map((proof) => ({
    ...proof,
    claims: proof.claims.filter(({ verdict }) => verdict !== 'PROVEN'),
    residuals: [],
  }))
  const proven = proofs.reduce(
    (sum, { claims }) => sum + claims.filter(({ verdict }) => verdict === 'PROVEN').length,
    0,
  )
  const rest = open.filter(({ claims }) => claims.length > 0)
  return [
    `${story.paint('green', 'PROVEN')}        ${proven} claims`,
    ...rest.map((proof) => describeProofs([proof], story)),
  ].join('\n')
}

export function describeProofs(proofs: readonly Proof[], story: Story): string {
  if (proofs.length === 0) return 'no Moat in the input: nothing is claimed'
  const painted = (line: Line): string =>
    line.map(({ text, style }) => (style ? story.paint(COLOURS[style], text) : text)).join('')
  return proofs
    .map((proof) =>
      proofLines(proof, story.width - 2)
        .map(painted)
        .join('\n'),
    )
    .join('\n\n')
}
