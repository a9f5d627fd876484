// The proofs as they stand in the report and in the story.
import type { Proof } from '../../analysis/proof.ts'
import { type ClaimJson, proofJson, proofLines } from '../../render/proof.ts'
import { type Line, piece } from '../../render/styled-text.ts'

export function claimsOf(proofs: readonly Proof[]): ClaimJson[] {
  return proofs.flatMap((proof) => proofJson(proof))
}

/** Every claim and what remains, an empty line between two Moats. */
export function describeProofs(proofs: readonly Proof[], width: number): Line[] {
  if (proofs.length === 0) return [[piece('no Moat in the input: nothing is claimed')]]
  return proofs.flatMap((proof, i) => [...(i === 0 ? [] : [[]]), ...proofLines(proof, width)])
}

/** After a change: how much is proven, and the rest in full. */
export function describeProofsBriefly(proofs: readonly Proof[], width: number): Line[] {
  const isProven = ({ verdict }: Proof['claims'][number]): boolean => verdict === 'PROVEN'
  const proven = proofs.flatMap(({ claims }) => claims).filter(isProven).length
  const open = proofs
    .map((proof) => ({ ...proof, claims: proof.claims.filter((claim) => !isProven(claim)), residuals: [] }))
    .filter(({ claims }) => claims.length > 0)
  const head: Line = [piece('PROVEN', 'good'), piece(`        ${proven} claims`)]
  return [head, ...open.flatMap((proof) => proofLines(proof, width))]
}
