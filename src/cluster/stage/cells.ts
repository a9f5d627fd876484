// The cells of a staging run: every connection between stand-ins for which the input and the copy have the same sure verdict.
import { type Attempt, planAttempts } from '../../analysis/truth-table.ts'
import { createEngine, type Engine } from '../../engine/engine.ts'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../../engine/endpoint.ts'
import { REASON_TEXT } from '../../engine/reach.ts'
import { type Verdict, verdict } from '../../engine/verdict.ts'
import { qualifiedName } from '../../policy/snapshot.ts'
import { type Address, formatAddress } from '../../sets/ip-address.ts'
import type { Cell } from '../probe/cell.ts'
import { probePodOf, type RunningPod } from '../probe/pods.ts'
import { POLICY_PORTS, type StagedPod, type StagePlan } from './plan.ts'

/** An address outside the cluster that answers on a TCP port, as the user says. */
export interface OutsideTarget {
  readonly address: Address
  readonly port: number
}

export interface CellPlan {
  readonly cells: readonly Cell[]
  readonly notProbed: readonly { readonly reason: string; readonly cells: number }[]
}

interface End {
  readonly pod: StagedPod
  readonly running: RunningPod
  /** As it runs: in its staging namespace, with its addresses. */
  readonly endpoint: Extract<Endpoint, { kind: 'pod' }>
}

function ask(engine: Engine, source: Endpoint, attempt: Attempt & { readonly to: Endpoint }): Verdict {
  const { to, protocol, port, address } = attempt
  return verdict(engine, { source, destination: to, protocol, port, family: address.family })
}

/**
 * Why a connection says nothing about the original; `undefined`: it does. A pod of a file has no address yet, and its stand-in has
 * one: what the policies say of that one is what can be probed.
 */
function obstacle(original: Verdict, staged: Verdict, { protocol }: Attempt): string | undefined {
  const open = original.reasons.filter((reason) => reason !== 'pod-address-unknown')
  const [reason] = [...open, ...staged.reasons]
  if (protocol === 'SCTP') return 'SCTP is not probed: many nodes lack it'
  if (reason !== undefined) return REASON_TEXT[reason]
  if (original.verdict !== 'Depends' && original.verdict !== staged.verdict)
    return 'a block of addresses says something else of the stand-in than of the original'
  return undefined
}

function outsideAttempts(ends: readonly End[], targets: readonly OutsideTarget[]): Attempt[] {
  return ends.flatMap(({ endpoint }) =>
    targets.flatMap(({ address, port }): Attempt[] => {
      const has = endpoint.pod.addresses.some(({ family }) => family === address.family)
      return has ? [{ source: endpoint, destination: outsideEndpoint(address), address, protocol: 'TCP', port }] : []
    }),
  )
}

/** At most `maxCells` cells between pods, mostly from and to pods that a policy selects, and every pod to each target outside. */
export function planCells(
  plan: StagePlan,
  running: readonly RunningPod[],
  { maxCells, outside }: { readonly maxCells: number; readonly outside: readonly OutsideTarget[] },
): CellPlan {
  const ends = plan.pods.map((pod, n): End => {
    const one = running[n]
    if (!one) throw new Error(`${qualifiedName(pod.staged)} does not run`)
    return { pod, running: one, endpoint: { kind: 'pod', pod: { ...pod.staged, addresses: one.addresses } } }
  })
  const byEndpoint = new Map<Endpoint, End>(ends.map((end) => [end.endpoint, end]))
  const staged = { ...plan.staged, pods: ends.map(({ endpoint }) => endpoint.pod) }
  const { attempts, whole } = planAttempts(
    ends.map(({ endpoint }) => endpoint),
    staged,
    { attempts: maxCells, policyPorts: POLICY_PORTS },
  )
  const engines = { original: createEngine(plan.original), staged: createEngine(staged) }
  const skipped = new Map<string, number>()
  const skip = (reason: string, cells: number): void => {
    skipped.set(reason, (skipped.get(reason) ?? 0) + cells)
  }
  if (whole > attempts.length) skip(`more than ${maxCells} cells (--max-cells)`, whole - attempts.length)

  const cells = [...attempts, ...outsideAttempts(ends, outside)].flatMap((attempt): Cell[] => {
    const source = byEndpoint.get(attempt.source) as End
    const target = byEndpoint.get(attempt.destination)
    const originalTo = target ? podEndpoint(target.pod.original) : attempt.destination
    const was = ask(engines.original, podEndpoint(source.pod.original), { ...attempt, to: originalTo })
    const is = ask(engines.staged, attempt.source, { ...attempt, to: attempt.destination })
    const reason = obstacle(was, is, attempt)
    if (reason !== undefined || is.verdict === 'Depends') {
      skip(reason ?? 'it depends', 1)
      return []
    }
    const address = formatAddress(attempt.address)
    return [
      {
        source: qualifiedName(source.pod.original),
        from: probePodOf(source.running),
        to: target
          ? { name: qualifiedName(target.pod.original), address, pod: probePodOf(target.running) }
          : { name: address, address },
        protocol: attempt.protocol,
        port: attempt.port,
        family: attempt.address.family,
        predicted: is.verdict,
      },
    ]
  })
  return { cells, notProbed: [...skipped].map(([reason, count]) => ({ reason, cells: count })) }
}
