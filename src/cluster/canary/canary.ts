// The canary: four pods and two policies of our own that show whether this cluster enforces policies at all, and how soon.
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { formatAddress } from '../../sets/ip-address.ts'
import type { KubeApi } from '../api/kube-api.ts'
import type { KubeObject } from '../api/object.ts'
import { NETWORK_POLICIES } from '../api/resources.ts'
import { PROBE_IMAGE } from '../probe/attempt.ts'
import type { Cell } from '../probe/cell.ts'
import { claimNamespaces, removeLeftovers } from '../probe/own-namespace.ts'
import { probePodOf, type RunningPod, runPods } from '../probe/pods.ts'
import { createProber, type Prober } from '../probe/prober.ts'
import { type Hold, watchUntilHeld } from './takes-hold.ts'

export interface CanaryOptions {
  /** Default: `PROBE_IMAGE`. */
  readonly image?: string
  /** Milliseconds that a policy may take to be in force; default 30 s. */
  readonly patience?: number
  readonly signal?: AbortSignal
  /** Told what the canary is about to do. */
  readonly onStep?: (step: string) => void
}

export interface CanaryDirection {
  readonly direction: 'ingress' | 'egress'
  readonly hold: Hold
}

export interface CanaryResult {
  readonly verdict: Hold['verdict']
  /** One sentence. */
  readonly reason: string
  readonly directions: readonly CanaryDirection[]
  /** Where the pods ran: on one node nothing is shown about traffic between nodes. */
  readonly nodes: readonly string[]
}

const PORT = 8080
/** Of one look, milliseconds. */
const TIMEOUT = 1000
const ROLE = 'modelmoat.dev/canary'

/** `free` is never selected; `held` is, for egress; `guarded` lets only `free` in; `open` is never selected. */
type Role = 'free' | 'held' | 'open' | 'guarded'
const ROLES: readonly Role[] = ['free', 'held', 'open', 'guarded']

function policy(namespace: string, role: Role, spec: Readonly<Record<string, unknown>>): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `canary-${role}`, namespace },
    spec: { podSelector: { matchLabels: { [ROLE]: role } }, ...spec },
  }
}

const onlyFreeComesIn = (namespace: string): KubeObject =>
  policy(namespace, 'guarded', {
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { [ROLE]: 'free' } } }] }],
  })

const nothingGoesOut = (namespace: string): KubeObject =>
  policy(namespace, 'held', { policyTypes: ['Egress'], egress: [] })

type Cells = (from: Role, to: Role) => Cell

function cellsOf(pods: readonly RunningPod[]): Cells {
  const find = (role: Role): RunningPod => pods.find(({ standIn }) => standIn.name === role) as RunningPod
  return (from, to) => {
    const [source, target] = [find(from), find(to)]
    const [address] = target.addresses
    if (!address) throw new Error(`canary ${to} runs without an address`)
    return {
      source: from,
      from: probePodOf(source),
      to: { name: to, address: formatAddress(address), pod: probePodOf(target) },
      protocol: 'TCP',
      port: PORT,
      family: address.family,
      predicted: 'Denied',
    }
  }
}

/** Every client has to reach every target before a policy is there; `undefined`: they do. */
async function closedBefore(
  prober: Prober,
  cells: readonly Cell[],
  options: CanaryOptions,
): Promise<string | undefined> {
  const until = performance.now() + (options.patience ?? 30_000)
  for (;;) {
    const seen = await prober.observe(cells, options.signal && { signal: options.signal })
    const at = seen.findIndex(({ end }) => end !== 'reached')
    if (at === -1) return undefined
    if (performance.now() > until) {
      const [{ source, to }, { end, detail }] = [cells[at] as Cell, seen[at] as (typeof seen)[number]]
      const said = detail === undefined ? '' : `: ${detail}`
      return `before any policy of the canary, ${source} does not reach ${to.name} (${end}${said})`
    }
    await pause(500)
  }
}

function summed(directions: readonly CanaryDirection[]): Pick<CanaryResult, 'verdict' | 'reason'> {
  const found = (verdict: Hold['verdict']): CanaryDirection | undefined =>
    directions.find(({ hold }) => hold.verdict === verdict)
  const worst = found('not enforced') ?? found('inconclusive')
  if (!worst)
    return { verdict: 'enforced', reason: 'what the policies deny was cut, and what they leave alone went on' }
  const { hold, direction } = worst
  const reason = hold.verdict === 'enforced' ? '' : hold.reason
  return { verdict: hold.verdict, reason: `${direction}: ${reason}` }
}

async function sing(api: KubeApi, namespace: string, options: CanaryOptions): Promise<CanaryResult> {
  const { image = PROBE_IMAGE, patience = 30_000, signal, onStep } = options
  onStep?.('canary: starting four pods')
  const pods = await runPods(
    api,
    ROLES.map((role) => ({
      namespace,
      name: role,
      labels: { [ROLE]: role },
      listeners: role === 'open' || role === 'guarded' ? [{ port: PORT, protocols: ['TCP'] }] : [],
      image,
    })),
    { ...(signal && { signal }) },
  )
  const nodes = [...new Set(pods.map(({ node }) => node))].toSorted()
  const cell = cellsOf(pods)
  const prober = createProber(api, { attempts: 1, timeout: TIMEOUT })
  onStep?.('canary: everybody reaches everybody without a policy')
  const all = [cell('free', 'open'), cell('free', 'guarded'), cell('held', 'open'), cell('held', 'guarded')]
  const closed = await closedBefore(prober, all, options)
  if (closed !== undefined) return { verdict: 'inconclusive', reason: closed, directions: [], nodes }

  const watched = { patience, signal, timeout: TIMEOUT }
  onStep?.('canary: a policy for ingress')
  await api.apply(NETWORK_POLICIES, onlyFreeComesIn(namespace))
  const ingress = await watchUntilHeld(prober, {
    ...watched,
    held: cell('held', 'guarded'),
    controls: [cell('free', 'guarded'), cell('held', 'open')],
  })
  onStep?.('canary: a policy for egress')
  await api.apply(NETWORK_POLICIES, nothingGoesOut(namespace))
  const egress = await watchUntilHeld(prober, {
    ...watched,
    held: cell('held', 'open'),
    controls: [cell('free', 'open'), cell('free', 'guarded')],
  })
  const directions: CanaryDirection[] = [
    { direction: 'ingress', hold: ingress },
    { direction: 'egress', hold: egress },
  ]
  return { ...summed(directions), directions, nodes }
}

/**
 * Shows whether this cluster enforces policies, in a namespace of its own, which is gone when this returns or throws. What a
 * killed run left behind goes too, once its time is over. Throws `KubeError`.
 */
export async function runCanary(api: KubeApi, options: CanaryOptions = {}): Promise<CanaryResult> {
  await removeLeftovers(api, { purpose: 'canary' })
  const name = `moat-canary-${randomBytes(4).toString('hex')}`
  const claim = await claimNamespaces(
    api,
    [{ name, purpose: 'canary', run: name, lifetime: 5 * 60_000 }],
    options.signal,
  )
  try {
    return await sing(api, name, options)
  } finally {
    await claim.release()
  }
}
