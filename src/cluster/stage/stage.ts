// A staging run: stand-ins, everything open, the canary, the policies, every cell probed, and nothing left behind.
import { setTimeout as pause } from 'node:timers/promises'
import { manifestOf } from '../../intent/manifest.ts'
import { qualifiedName } from '../../policy/snapshot.ts'
import type { StageReport } from '../../render/stage.ts'
import type { KubeApi } from '../api/kube-api.ts'
import type { KubeObject } from '../api/object.ts'
import { NETWORK_POLICIES } from '../api/resources.ts'
import { type CanaryResult, runCanary } from '../canary/canary.ts'
import { PROBE_IMAGE } from '../probe/attempt.ts'
import type { Cell, Observation } from '../probe/cell.ts'
import { claimNamespaces, type OwnNamespace } from '../probe/own-namespace.ts'
import { type RunningPod, runPods } from '../probe/pods.ts'
import { createProber, type Prober } from '../probe/prober.ts'
import { probeUntilSettled } from '../probe/settle.ts'
import { type OutsideTarget, planCells } from './cells.ts'
import type { StagePlan } from './plan.ts'
import { reportOf } from './report.ts'

export interface StageOptions {
  /** Default: `PROBE_IMAGE`. */
  readonly image?: string
  /** Milliseconds that policies may take to be in force, and that open connections may take to be made. */
  readonly patience: number
  readonly maxCells: number
  readonly outside: readonly OutsideTarget[]
  /** False: only the cells show whether anything is enforced. */
  readonly canary: boolean
  readonly signal?: AbortSignal
  readonly onStep?: (step: string) => void
}

/** How long what a killed run leaves counts as alive at most, milliseconds. */
const LIFETIME = 30 * 60_000
const PAUSE = 500

function namespacesOf({ renaming, staged }: StagePlan): OwnNamespace[] {
  const [run = ''] = renaming.values()
  return [...renaming.values()].map((name) => {
    const labels = staged.namespaces.get(name)?.labels ?? new Map<string, string>()
    const own = [...labels].filter(([key]) => key !== 'kubernetes.io/metadata.name')
    return { name, purpose: 'stage', run, labels: Object.fromEntries(own), lifetime: LIFETIME }
  })
}

/** What the cells show before any policy: looked at until every one was made, or until the time is over. */
async function openAll(
  prober: Prober,
  cells: readonly Cell[],
  { patience, signal }: Pick<StageOptions, 'patience' | 'signal'>,
): Promise<Observation[]> {
  const until = performance.now() + patience
  const seen: Observation[] = []
  let open = cells.map((_, n) => n)
  for (;;) {
    const asked = open
    const round = await prober.observe(
      asked.map((n) => cells[n] as Cell),
      signal && { signal },
    )
    asked.forEach((n, at) => {
      seen[n] = round[at] as Observation
    })
    open = asked.filter((n) => seen[n]?.end !== 'reached')
    if (open.length === 0 || performance.now() > until) return seen
    await pause(PAUSE, undefined, signal && { signal })
  }
}

/** Wall times of the phases, in their order. */
function stopwatch(): { readonly lap: (name: string) => void; readonly laps: Readonly<Record<string, number>> } {
  const laps: Record<string, number> = {}
  let last = performance.now()
  return {
    laps,
    lap: (name) => {
      const now = performance.now()
      laps[name] = Math.round(now - last)
      last = now
    },
  }
}

async function play(api: KubeApi, plan: StagePlan, options: StageOptions): Promise<StageReport> {
  const { image = PROBE_IMAGE, patience, signal, onStep } = options
  const watch = stopwatch()
  onStep?.(`starting ${plan.pods.length} stand-ins`)
  const running: RunningPod[] = await runPods(
    api,
    plan.pods.map(({ staged, listeners }) => ({
      namespace: staged.namespace,
      name: staged.name,
      labels: Object.fromEntries(staged.labels),
      listeners,
      image,
    })),
    signal && { signal },
  )
  watch.lap('pods')
  const planned = planCells(plan, running, options)
  const { cells } = planned
  const prober = createProber(api)
  onStep?.(`probing ${cells.length} cells before the policies`)
  const before = await openAll(prober, cells, options)
  watch.lap('open')

  let canary: CanaryResult | undefined
  if (options.canary) {
    canary = await runCanary(api, { image, patience, ...(signal && { signal }), ...(onStep && { onStep }) })
    watch.lap('canary')
  }
  onStep?.(`applying ${plan.staged.networkPolicies.length} policies`)
  for (const policy of plan.staged.networkPolicies) {
    await api.apply(NETWORK_POLICIES, manifestOf(policy) as unknown as KubeObject)
  }
  onStep?.(`probing ${cells.length} cells behind the policies`)
  await probeUntilSettled(prober, cells, { patience, before, ...(signal && { signal }) })
  watch.lap('settle')
  // What was as predicted while others were not yet is looked at once more: all at one time.
  const results = await prober.probe(cells, { before, ...(signal && { signal }) })
  watch.lap('probe')
  return reportOf({
    server: api.server,
    plan,
    running,
    results,
    notProbed: planned.notProbed,
    laps: watch.laps,
    ...(canary && { canary }),
  })
}

/** Runs a plan. The namespaces are gone when this returns or throws. Throws `KubeError`. */
export async function stage(api: KubeApi, plan: StagePlan, options: StageOptions): Promise<StageReport> {
  const names = [...plan.renaming.values()].join(', ')
  options.onStep?.(`making ${names} for ${plan.pods.map(({ original }) => qualifiedName(original)).join(', ')}`)
  const claim = await claimNamespaces(api, namespacesOf(plan), options.signal)
  try {
    return await play(api, plan, options)
  } finally {
    options.onStep?.(`removing ${names}`)
    await claim.release()
  }
}
