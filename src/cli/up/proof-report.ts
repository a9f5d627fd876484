// The proofs as they stand in the report and in the story.
import type { Proof } from '../../analysis/proof.ts'
import { type ClaimJson, proofJson, proofText } from '../../render/proof.ts'
import type { Story } from './story.ts'

export function claimsOf(proofs: readonly Proof[]): ClaimJson[] {
  return proofs.flatMap((proof) => proofJson(proof))
}

const COLOURS = { PROVEN: 'green', REFUTED: 'red', OUT_OF_SCOPE: 'yellow', RESIDUAL: 'dim' } as const

export function describeProofs(proofs: readonly Proof[], story: Story): string {
  if (proofs.length === 0) return 'no Moat in the input: nothing is claimed'
  return proofs
    .map((proof) => proofText(proof, (word, text) => story.paint(COLOURS[word], text)).trimEnd())
    .join('\n\n')
}
