// What a staging run saw -> its report, as data for every form of output.
import { qualifiedName } from '../../policy/snapshot.ts'
import type { StageCanary, StageCell, StageReport, StageVerdict } from '../../render/stage.ts'
import type { CanaryDirection, CanaryResult } from '../canary/canary.ts'
import type { Hold } from '../canary/takes-hold.ts'
import { type CellResult, summarise } from '../probe/cell.ts'
import type { RunningPod } from '../probe/pods.ts'
import type { CellPlan } from './cells.ts'
import type { StagePlan } from './plan.ts'

export interface Played {
  readonly server: string
  readonly plan: StagePlan
  readonly running: readonly RunningPod[]
  readonly results: readonly CellResult[]
  readonly notProbed: CellPlan['notProbed']
  readonly laps: Readonly<Record<string, number>>
  readonly canary?: CanaryResult
}

const VERDICTS: Readonly<Record<Hold['verdict'], StageVerdict>> = {
  enforced: 'ENFORCED',
  'not enforced': 'NOT ENFORCED',
  inconclusive: 'INCONCLUSIVE',
}

function directionOf({ direction, hold }: CanaryDirection): StageCanary['directions'][number] {
  const verdict = VERDICTS[hold.verdict]
  if (hold.verdict !== 'enforced') return { direction, verdict, reason: hold.reason }
  return { direction, verdict, lastMadeMs: Math.round(hold.lastMade), firstCutMs: Math.round(hold.firstCut) }
}

function canaryOf({ verdict, reason, nodes, directions }: CanaryResult): StageCanary {
  return { verdict: VERDICTS[verdict], reason, nodes, directions: directions.map(directionOf) }
}

function cellOf({ cell, verdict, observed, reason, before }: CellResult): StageCell {
  const { source, to, protocol, port, family, predicted } = cell
  return {
    source,
    destination: to.name,
    address: to.address,
    family,
    protocol,
    port,
    predicted,
    before: before?.end === 'reached' ? 'Allowed' : 'Unknown',
    observed,
    verdict,
    reason,
  }
}

/** Not enforced weighs most; without a single cell nothing was shown. */
function overall(report: Pick<StageReport, 'summary' | 'canary'>): StageVerdict {
  const { summary, canary } = report
  if (summary.notEnforced > 0 || canary?.verdict === 'NOT ENFORCED') return 'NOT ENFORCED'
  const isOpen = summary.inconclusive > 0 || summary.cells === 0
  return isOpen || canary?.verdict === 'INCONCLUSIVE' ? 'INCONCLUSIVE' : 'ENFORCED'
}

export function reportOf({ server, plan, running, results, notProbed, laps, canary }: Played): StageReport {
  const { cells, enforced, notEnforced, inconclusive } = summarise(results)
  const summary = { cells, enforced, notEnforced, inconclusive }
  const told = canary && { canary: canaryOf(canary) }
  const originals = new Map([...plan.renaming].map(([original, staged]) => [staged, original]))
  return {
    verdict: overall({ summary, ...told }),
    server,
    namespaces: [...plan.renaming].map(([original, staged]) => ({ original, staged })),
    pods: plan.pods.map(({ original, staged }, n) => ({
      original: qualifiedName(original),
      staged: qualifiedName(staged),
      node: running[n]?.node ?? '',
    })),
    policies: plan.staged.networkPolicies.map(
      ({ namespace, name }) => `${originals.get(namespace) ?? namespace}/${name}`,
    ),
    ...told,
    cells: results.map(cellOf),
    summary,
    notProbed,
    remarks: plan.remarks,
    timingsMs: laps,
  }
}
