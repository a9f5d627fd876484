// What `moat stage` does: read, plan, run in the cluster, print, and tell by the exit code what was shown.
import type { KubeApi } from '../../cluster/api/kube-api.ts'
import { removeLeftovers } from '../../cluster/probe/own-namespace.ts'
import type { OutsideTarget } from '../../cluster/stage/cells.ts'
import { readCluster } from '../../cluster/snapshot.ts'
import { planStage, type StagePlan } from '../../cluster/stage/plan.ts'
import { appliedTo, takenNames } from '../../cluster/stage/rewrite.ts'
import { stage } from '../../cluster/stage/stage.ts'
import { type Diagnostic, hasErrors } from '../../diag/diagnostic.ts'
import { policiesInForce } from '../../intent/policies-in-force.ts'
import type { Snapshot } from '../../policy/snapshot.ts'
import { stageJunit, stageLines, type StageReport, type StageVerdict } from '../../render/stage.ts'
import { parseAddress } from '../../sets/ip-address.ts'
import { onCluster } from '../cluster-options.ts'
import { styled } from '../colour.ts'
import { CLEAN, ENVIRONMENT, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { interruptible } from '../interruptible.ts'
import { loadInput, namesInput } from '../load.ts'
import { outputWidth } from '../output-width.ts'
import { printData, printDiagnostics, printNote } from '../output.ts'
import type { StageCommandOptions } from './options.ts'

const EXITS: Readonly<Record<StageVerdict, ExitCode>> = {
  ENFORCED: CLEAN,
  'NOT ENFORCED': FINDINGS,
  INCONCLUSIVE: ENVIRONMENT,
}

function usage(message: string, help: string): Diagnostic {
  return { severity: 'error', code: 'usage', message, help }
}

/** `203.0.113.10:443` or `[2001:db8::1]:443`; a text for what is neither. */
function outsideTarget(text: string): OutsideTarget | string {
  const cut = text.lastIndexOf(':')
  const address = parseAddress(text.slice(0, cut).replace(/^\[(.*)\]$/, '$1'))
  const port = Number(text.slice(cut + 1))
  return address && Number.isInteger(port) && port > 0 && port < 65_536 ? { address, port } : text
}

function problems(snapshot: Snapshot, plan: StagePlan): Diagnostic[] {
  if (snapshot.networkPolicies.length === 0) {
    return [
      {
        severity: 'error',
        code: 'stage-no-policies',
        message: 'the input has no NetworkPolicy and no Moat: there is nothing to stage',
        help: 'name the file that has them: `moat stage -f moat.yaml -f workloads.yaml`',
      },
    ]
  }
  if (plan.pods.length === 0) {
    return [
      {
        severity: 'error',
        code: 'stage-no-pods',
        message: 'the input has no pods and no workloads: nobody could probe and nobody would answer',
        help: 'name the files that have them, or take them from the cluster with --from-cluster',
      },
    ]
  }
  const [taken] = takenNames(snapshot, plan.renaming)
  if (taken === undefined) return []
  return [
    {
      severity: 'error',
      code: 'stage-namespace-in-input',
      message: `the input itself speaks of namespace \`${taken}\`, which the run would make`,
      help: 'name another with --staging-namespace',
    },
  ]
}

function printed(report: StageReport, output: StageCommandOptions['output']): string {
  switch (output) {
    case 'json':
      return JSON.stringify(report, null, 2)
    case 'junit':
      return stageJunit(report)
    case 'text':
      return styled(stageLines(report, { width: outputWidth(process.stdout) }), process.stdout)
  }
}

function fromFiles(paths: readonly string[], options: StageCommandOptions): Snapshot | undefined {
  const { inForce, diagnostics, usable } = loadInput(paths, options)
  printDiagnostics(diagnostics)
  return usable ? inForce.snapshot : undefined
}

/** What runs, with the Moats and policies of the files applied to it; without files the cluster alone. */
async function fromCluster(
  api: KubeApi,
  paths: readonly string[],
  options: StageCommandOptions,
): Promise<Snapshot | undefined> {
  const live = await readCluster(api)
  printDiagnostics(live.diagnostics)
  if (!live.usable) return undefined
  if (!namesInput(paths, options)) return live.snapshot
  // Of the files alone only the reading counts: what their Moats select lives in the cluster.
  const { written, reading } = loadInput(paths, options)
  if (hasErrors(reading)) {
    printDiagnostics(reading)
    return undefined
  }
  const applied = policiesInForce(appliedTo(live.snapshot, written))
  printDiagnostics([...reading, ...applied.diagnostics])
  return hasErrors(applied.diagnostics) ? undefined : applied.snapshot
}

async function clean(api: KubeApi, run: string): Promise<ExitCode> {
  const staged = await removeLeftovers(api, { purpose: 'stage', run })
  const canaries = await removeLeftovers(api, { purpose: 'canary' })
  const names = [...staged, ...canaries]
  printNote(names.length === 0 ? 'nothing was left behind' : `removed ${names.join(', ')}`)
  return CLEAN
}

export async function stageAction(paths: readonly string[], options: StageCommandOptions): Promise<ExitCode> {
  const { stagingNamespace: name, maxPods, maxCells, probeImage, canary, output } = options
  // `-n` speaks of the input, not of the cluster: everything is made in namespaces of our own.
  const { namespace: _, ...cluster } = options
  if (options.clean) return onCluster(cluster, (api) => clean(api, name))
  const outside = options.outside.map(outsideTarget)
  const wrong = outside.find((target) => typeof target === 'string')
  if (wrong !== undefined) {
    printDiagnostics([
      usage(`\`${wrong}\` is not an address and a port`, 'write `203.0.113.10:443` or `[2001:db8::1]:443`'),
    ])
    return UNUSABLE
  }
  const snapshot = options.fromCluster
    ? await onCluster(cluster, (api) => fromCluster(api, paths, options))
    : fromFiles(paths, options)
  if (!snapshot) return UNUSABLE
  const plan = planStage(snapshot, { name, maxPods })
  const found = problems(snapshot, plan)
  printDiagnostics(found)
  if (found.length > 0) return UNUSABLE
  const report = await interruptible('`moat stage --clean` removes what is left', (signal) =>
    onCluster(cluster, (api) =>
      stage(api, plan, {
        ...(probeImage !== undefined && { image: probeImage }),
        patience: options.patience * 1000,
        maxCells,
        outside: outside.filter((target) => typeof target !== 'string'),
        canary,
        signal,
        onStep: printNote,
      }),
    ),
  )
  if (report === 'interrupted') {
    printNote('nothing is left in the cluster; nothing was shown')
    return ENVIRONMENT
  }
  printData(printed(report, output))
  return EXITS[report.verdict]
}
