// What `moat prove` does: read, judge every claim, print, and tell by the exit code whether all is proven.
import { proveAssertions } from '../../analysis/assertion-proof.ts'
import type { AssertionProof, Proof, ProofVerdict } from '../../analysis/proof.ts'
import { prove } from '../../analysis/prove.ts'
import { staleResiduals } from '../../analysis/stale.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { type ProfileName, PROFILES } from '../../engine/profile.ts'
import type { InForce } from '../../intent/policies-in-force.ts'
import { assertionProofLines, proofJson, proofLines } from '../../render/proof.ts'
import type { Line } from '../../render/styled-text.ts'
import { styled } from '../colour.ts'
import { CLEAN, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { loadInput } from '../load.ts'
import { printData, printDiagnostics, printNote } from '../output.ts'
import { timed } from '../timings.ts'
import type { ProveOptions } from './options.ts'

const NO_MOAT: Diagnostic = {
  severity: 'error',
  code: 'no-moat',
  message: 'the input has no Moat and no assertions to prove',
  help: 'name the file that has them too: `moat prove -f moat.yaml -f manifests/`',
}

/** The proofs of all Moats; a written policy that a Moat replaces is no part of its proof, and it says so. */
function proofsOf({ snapshot, moats, replaced }: InForce, profile: ProfileName): Proof[] {
  return moats.map(({ moat, rendered }) => {
    const own = new Set(rendered.policies.map((policy) => `${policy.namespace}/${policy.name}`))
    const written = replaced.filter((policy) => own.has(`${policy.namespace}/${policy.name}`))
    const proof = prove(snapshot, moat, PROFILES[profile])
    return { ...proof, residuals: [...staleResiduals(written, rendered.policies), ...proof.residuals] }
  })
}

function count(proofs: readonly (Proof | AssertionProof)[], verdict: ProofVerdict): number {
  return proofs.flatMap(({ claims }) => claims).filter((claim) => claim.verdict === verdict).length
}

function linesOf(proof: Proof | AssertionProof): Line[] {
  return 'moat' in proof ? proofLines(proof) : assertionProofLines(proof)
}

export function proveAction(args: readonly string[], options: ProveOptions): ExitCode {
  const { inForce, diagnostics, usable } = loadInput(args, options)
  const asserted = inForce.snapshot.assertions.length > 0
  const missing = usable && inForce.moats.length === 0 && !asserted
  printDiagnostics([...diagnostics, ...(missing ? [NO_MOAT] : [])])
  if (!usable || missing) return UNUSABLE
  const proofs = timed('reachability', () => [
    ...proofsOf(inForce, options.profile),
    ...(asserted ? [proveAssertions(inForce.snapshot, PROFILES[options.profile])] : []),
  ])
  const json = () => JSON.stringify(proofs.flatMap(proofJson), null, 2)
  const text = () => proofs.map((proof) => styled(linesOf(proof), process.stdout)).join('\n')
  printData(timed('render', options.output === 'json' ? json : text))
  const refuted = count(proofs, 'REFUTED')
  const open = count(proofs, 'OUT_OF_SCOPE')
  if (refuted + open === 0) return CLEAN
  printNote(`${count(proofs, 'PROVEN')} proven, ${refuted} refuted, ${open} out of scope`)
  return refuted > 0 || !options.acceptOutOfScope ? FINDINGS : CLEAN
}
