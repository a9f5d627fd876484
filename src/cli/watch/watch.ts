// What `moat watch --once` does: read the Moats and the cluster, and tell what of them does not hold there.
import { driftOf } from '../../analysis/drift/drift.ts'
import { readCluster } from '../../cluster/snapshot.ts'
import { type Diagnostic, hasErrors } from '../../diag/diagnostic.ts'
import { driftJson, driftLines } from '../../render/drift.ts'
import { policiesInForce } from '../../intent/policies-in-force.ts'
import type { Moat, Snapshot } from '../../policy/snapshot.ts'
import { onCluster } from '../cluster-options.ts'
import { styled } from '../colour.ts'
import { CLEAN, ENVIRONMENT, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { load, loadInput } from '../load.ts'
import { printData, printDiagnostics, printNote } from '../output.ts'
import type { WatchOptions } from './options.ts'

const NO_MOAT: Diagnostic = {
  severity: 'error',
  code: 'no-moat',
  message: 'the input has no Moat to compare the cluster with',
  help: 'name the file that has it: `moat watch --once -f moat.yaml`',
}

export function watchAction(args: readonly string[], options: WatchOptions): ExitCode | Promise<ExitCode> {
  // What the Moats render to is decided by the pods of the cluster, not by those of the files.
  const { written, reading } = loadInput(args, options)
  const missing = !hasErrors(reading) && written.moats.length === 0
  printDiagnostics([...reading, ...(missing ? [NO_MOAT] : [])])
  if (hasErrors(reading) || missing) return UNUSABLE
  const { live } = options
  if (live !== undefined) {
    const dump = load([live])
    printDiagnostics(dump.diagnostics)
    return dump.usable ? report(written.moats, dump.written, options) : UNUSABLE
  }
  return onCluster(options, async (api) => {
    const cluster = await readCluster(api)
    printDiagnostics(cluster.diagnostics)
    return cluster.usable ? report(written.moats, cluster.snapshot, options) : ENVIRONMENT
  })
}

function report(moats: readonly Moat[], live: Snapshot, { output }: WatchOptions): ExitCode {
  const { diagnostics } = policiesInForce({ ...live, moats })
  // That a policy of the cluster has the name of the Moat's is what is hoped for.
  printDiagnostics(diagnostics.filter(({ code }) => code !== 'moat-replaces-policy'))
  if (hasErrors(diagnostics)) return UNUSABLE
  const findings = moats.flatMap((moat) => driftOf(moat, live))
  if (output === 'json') printData(JSON.stringify(findings.map(driftJson), null, 2))
  else if (findings.length > 0) printData(styled(driftLines(findings), process.stdout))
  else printNote('no drift: the cluster holds what the Moat says')
  return findings.length > 0 ? FINDINGS : CLEAN
}
