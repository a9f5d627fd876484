// What `moat scan` does: read the cluster or the files, find the model servers, judge, print.
import { type Scan, scan } from '../../analysis/scan/scan.ts'
import { readCluster } from '../../cluster/snapshot.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import type { Snapshot } from '../../policy/snapshot.ts'
import { scanJson } from '../../render/scan/json.ts'
import { scanMarkdown } from '../../render/scan/markdown.ts'
import { scanLines } from '../../render/scan/text.ts'
import { onCluster } from '../cluster-options.ts'
import { styled } from '../colour.ts'
import { CLEAN, ENVIRONMENT, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { loadInput, namesInput } from '../load.ts'
import { outputWidth } from '../output-width.ts'
import { printData, printDiagnostics } from '../output.ts'
import { timed } from '../timings.ts'
import type { ScanOptions } from './options.ts'

/** The exit code where the input is of no use. */
async function read(paths: readonly string[], options: ScanOptions): Promise<Snapshot | ExitCode> {
  if (namesInput(paths, options)) {
    const { inForce, diagnostics, usable } = loadInput(paths, options)
    printDiagnostics(diagnostics)
    return usable ? inForce.snapshot : UNUSABLE
  }
  // `-n` speaks of files: who can reach a server depends on the whole cluster.
  const { namespace: _, ...cluster } = options
  const { snapshot, diagnostics, usable } = await onCluster(cluster, (api) => readCluster(api))
  printDiagnostics(diagnostics)
  return usable ? snapshot : ENVIRONMENT
}

function unknownNamespaces(snapshot: Snapshot, names: readonly string[]): Diagnostic[] {
  return names
    .filter((name) => !snapshot.namespaces.has(name))
    .map((name) => ({
      severity: 'error',
      code: 'scan-namespace-unknown',
      message: `there is no namespace \`${name}\``,
      help: 'look at their names: kubectl get namespaces',
    }))
}

function printed(found: Scan, output: ScanOptions['output']): string {
  switch (output) {
    case 'json':
      return JSON.stringify(scanJson(found), null, 2)
    case 'markdown':
      return scanMarkdown(found)
    case 'text':
      return styled(scanLines(found, { width: outputWidth(process.stdout) }), process.stdout)
  }
}

export async function scanAction(paths: readonly string[], options: ScanOptions): Promise<ExitCode> {
  const snapshot = await read(paths, options)
  if (typeof snapshot === 'number') return snapshot
  const unknown = unknownNamespaces(snapshot, options.in)
  printDiagnostics(unknown)
  if (unknown.length > 0) return UNUSABLE
  const whole = timed('reachability', () => scan(snapshot, options.profile))
  const servers = whole.servers.filter(
    ({ endpoint }) => options.in.length === 0 || options.in.includes(endpoint.namespace),
  )
  printData(printed({ ...whole, servers }, options.output))
  return servers.some(({ score }) => score < options.minScore) ? FINDINGS : CLEAN
}
