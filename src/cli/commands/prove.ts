// `moat prove`: what each Moat promises, over all pods that could exist: proven, refuted or out of scope.
import { Command, Option } from 'commander'
import type { Proof, ProofVerdict } from '../../analysis/proof.ts'
import { prove } from '../../analysis/prove.ts'
import { staleResiduals } from '../../analysis/stale.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { type ProfileName, PROFILES } from '../../engine/profile.ts'
import type { InForce } from '../../intent/policies-in-force.ts'
import { proofJson, proofLines } from '../../render/proof.ts'
import { styled } from '../colour.ts'
import { CLEAN, type ExitCode, exits, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { type InputOptions, loadInput, withInput } from '../load.ts'
import { printData, printDiagnostics, printNote } from '../output.ts'
import { outputOption } from '../output-format.ts'
import { timed } from '../timings.ts'

interface ProveOptions extends InputOptions {
  readonly output: 'text' | 'json'
  readonly profile: ProfileName
  readonly acceptOutOfScope: boolean
}

const NO_MOAT: Diagnostic = {
  severity: 'error',
  code: 'no-moat',
  message: 'the input has no Moat to prove',
  help: 'name the file of your Moat too: `moat prove -f moat.yaml -f manifests/`',
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

function count(proofs: readonly Proof[], verdict: ProofVerdict): number {
  return proofs.flatMap(({ claims }) => claims).filter((claim) => claim.verdict === verdict).length
}

function action(args: readonly string[], options: ProveOptions): ExitCode {
  const { inForce, diagnostics, usable } = loadInput(args, options)
  const missing = usable && inForce.moats.length === 0
  printDiagnostics([...diagnostics, ...(missing ? [NO_MOAT] : [])])
  if (!usable || missing) return UNUSABLE
  const proofs = timed('reachability', () => proofsOf(inForce, options.profile))
  const text = () => proofs.map((proof) => styled(proofLines(proof), process.stdout)).join('\n')
  const json = () => JSON.stringify(proofs.flatMap(proofJson), null, 2)
  printData(timed('render', options.output === 'json' ? json : text))
  const refuted = count(proofs, 'REFUTED')
  const open = count(proofs, 'OUT_OF_SCOPE')
  if (refuted + open === 0) return CLEAN
  printNote(`${count(proofs, 'PROVEN')} proven, ${refuted} refuted, ${open} out of scope`)
  return refuted > 0 || !options.acceptOutOfScope ? FINDINGS : CLEAN
}

export function proveCommand(): Command {
  return withInput(new Command('prove'))
    .description('prove what each Moat promises, over all pods that could exist')
    .argument('[path...]', 'files or folders to read')
    .addOption(outputOption(['text', 'json']))
    .addOption(
      new Option('--profile <name>', 'how to read what Kubernetes leaves open')
        .choices(Object.keys(PROFILES))
        .default('spec'),
    )
    .option('--accept-out-of-scope', 'exit with 0 although some claims cannot be decided', false)
    .addHelpText('after', '\nExits with 0 when every claim is proven, with 1 when one is refuted or out of scope.')
    .action(exits(action))
}
