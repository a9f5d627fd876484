// Runs stand-ins: creates their pods, waits until all of them run, and says why where they do not.
import { setTimeout as pause } from 'node:timers/promises'
import type { Note } from '../../diag/diagnostic.ts'
import { type Address, parseAddress } from '../../sets/ip-address.ts'
import type { KubeApi } from '../api/kube-api.ts'
import { KubeError } from '../api/kube-error.ts'
import type { KubeObject } from '../api/object.ts'
import { EVENTS, PODS } from '../api/resources.ts'
import type { ProbePod } from './cell.ts'
import { type PodState, stateOf } from './pod-state.ts'
import { PROBE_CONTAINER, type StandIn, standInPod } from './stand-in.ts'

/** A stand-in that runs. */
export interface RunningPod {
  readonly standIn: StandIn
  /** One of each family that the cluster gives out. */
  readonly addresses: readonly Address[]
  readonly node: string
}

/** Where its probes start. */
export function probePodOf({ standIn }: RunningPod): ProbePod {
  return { namespace: standIn.namespace, name: standIn.name, container: PROBE_CONTAINER }
}

export interface RunOptions {
  /** Milliseconds until all have to run; default three minutes, for an image has to be pulled. */
  readonly patience?: number
  readonly signal?: AbortSignal
}

const LOOK = 300
/** A new namespace gets its service account a moment later, and until then no pod is let in. */
const ACCOUNT_PATIENCE = 20_000

function failure(
  code: string,
  message: string,
  more: { readonly help: string; readonly notes?: readonly Note[] },
): KubeError {
  return new KubeError({ severity: 'error', code, message, ...more })
}

const nameOf = ({ namespace, name }: { readonly namespace?: string; readonly name: string }): string =>
  `${namespace}/${name}`

/** What an API server says that refuses a pod, as what to do. */
function refusal(standIn: StandIn, error: KubeError): KubeError {
  const { message } = error
  switch (error.diagnostic.code) {
    case 'quota-exceeded':
      return failure('probe-quota', `no room for pod ${nameOf(standIn)}: ${message}`, {
        help: 'raise the quota, or stage fewer pods',
      })
    case 'admission-refused':
    case 'object-refused':
      return failure('probe-pod-refused', `the cluster does not take pod ${nameOf(standIn)}: ${message}`, {
        help: 'let an admin make an exception for namespaces with the label modelmoat.dev/purpose, or name another --probe-image',
      })
    default:
      return error
  }
}

async function create(api: KubeApi, standIn: StandIn, signal?: AbortSignal): Promise<void> {
  const until = performance.now() + ACCOUNT_PATIENCE
  for (;;) {
    signal?.throwIfAborted()
    try {
      await api.create(PODS, standInPod(standIn))
      return
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      // The answer to an earlier attempt was lost.
      if (error.status === 409) return
      const isEarly = error.message.includes('service account') || error.message.includes('serviceaccount')
      if (!isEarly || performance.now() > until) throw refusal(standIn, error)
      await pause(LOOK, undefined, signal && { signal })
    }
  }
}

/** What happened to a pod, newest last, as notes of a diagnostic. */
async function eventsOf(api: KubeApi, { namespace, name }: StandIn): Promise<Note[]> {
  try {
    const fieldSelector = `involvedObject.kind=Pod,involvedObject.name=${name}`
    const { items } = await api.list(EVENTS, { namespace, fieldSelector })
    const told = items.map((event) => `${textOf(event, 'reason')}: ${textOf(event, 'message')}`)
    return [...new Set(told)].slice(-5).map((message) => ({ message }))
  } catch {
    return [] // Events only help to understand: without a right to them the rest is still said.
  }
}

function textOf(object: KubeObject, field: string): string {
  const value = object[field]
  return typeof value === 'string' ? value : ''
}

async function broken(
  api: KubeApi,
  standIn: StandIn,
  state: Extract<PodState, { kind: 'broken' }>,
): Promise<KubeError> {
  const notes = await eventsOf(api, standIn)
  const { image } = standIn
  return state.why === 'image'
    ? failure('probe-image', `image \`${image}\` cannot be had for pod ${nameOf(standIn)}: ${state.detail}`, {
        notes,
        help: 'name one that your nodes can pull with --probe-image; it needs the program /agnhost',
      })
    : failure('probe-pod-failed', `pod ${nameOf(standIn)} does not start: ${state.detail}`, {
        notes,
        help: `look at it: kubectl -n ${standIn.namespace} describe pod ${standIn.name}`,
      })
}

async function late(api: KubeApi, standIn: StandIn, detail: string): Promise<KubeError> {
  return failure('probe-not-ready', `pod ${nameOf(standIn)} does not become ready: ${detail}`, {
    notes: await eventsOf(api, standIn),
    help: 'make room on the nodes, and run it again',
  })
}

/** Creates the pods and waits until every one runs. They belong to whoever owns the namespace: nothing is removed here. */
export async function runPods(
  api: KubeApi,
  standIns: readonly StandIn[],
  { patience = 180_000, signal }: RunOptions = {},
): Promise<RunningPod[]> {
  for (const standIn of standIns) await create(api, standIn, signal)
  const until = performance.now() + patience
  const namespaces = [...new Set(standIns.map(({ namespace }) => namespace))]
  for (;;) {
    signal?.throwIfAborted()
    const lists = await Promise.all(namespaces.map((namespace) => api.list(PODS, { namespace })))
    const byName = new Map(lists.flatMap(({ items }) => items.map((pod) => [nameOf(pod.metadata), pod] as const)))
    const states = standIns.map((standIn) => stateOf(byName.get(nameOf(standIn))))
    for (const [n, state] of states.entries()) {
      if (state.kind === 'broken') throw await broken(api, standIns[n] as StandIn, state)
    }
    const waiting = states.findIndex(({ kind }) => kind !== 'running')
    if (waiting === -1) return standIns.map((standIn, n) => runningPod(standIn, states[n] as PodState))
    if (performance.now() > until) {
      const state = states[waiting] as Extract<PodState, { kind: 'waiting' }>
      throw await late(api, standIns[waiting] as StandIn, state.detail)
    }
    await pause(LOOK, undefined, signal && { signal })
  }
}

function runningPod(standIn: StandIn, state: PodState): RunningPod {
  if (state.kind !== 'running') throw new Error(`${nameOf(standIn)} does not run`)
  const addresses = state.addresses.flatMap((text) => parseAddress(text) ?? [])
  return { standIn, addresses, node: state.node }
}
