// What the status of a pod says to who waits for it: it runs, it may still, or it will not.
import type { KubeObject } from '../api/object.ts'

export type PodState =
  | { readonly kind: 'running'; readonly addresses: readonly string[]; readonly node: string }
  | { readonly kind: 'waiting'; readonly detail: string }
  | { readonly kind: 'broken'; readonly why: 'image' | 'start'; readonly detail: string }

interface Waiting {
  readonly reason?: string
  readonly message?: string
}

interface ContainerStatus {
  readonly name: string
  readonly ready?: boolean
  readonly state?: { readonly waiting?: Waiting; readonly running?: object }
}

interface Status {
  readonly phase?: string
  readonly message?: string
  readonly podIP?: string
  readonly podIPs?: readonly { readonly ip: string }[]
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
  readonly containerStatuses?: readonly ContainerStatus[]
}

/** Reasons after which no more waiting helps. */
const IMAGE = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
])
const START = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'CrashLoopBackOff'])

function said({ reason = '', message = '' }: Waiting): string {
  return message === '' ? reason : `${reason}: ${message}`
}

export function stateOf(pod: KubeObject | undefined): PodState {
  if (!pod) return { kind: 'waiting', detail: 'it does not exist' }
  const { phase, message, podIP, podIPs, conditions = [], containerStatuses = [] } = (pod['status'] ?? {}) as Status
  const { nodeName = '' } = (pod['spec'] ?? {}) as { readonly nodeName?: string }
  for (const { state } of containerStatuses) {
    const waiting = state?.waiting
    if (!waiting) continue
    if (IMAGE.has(waiting.reason ?? '')) return { kind: 'broken', why: 'image', detail: said(waiting) }
    if (START.has(waiting.reason ?? '')) return { kind: 'broken', why: 'start', detail: said(waiting) }
  }
  if (phase === 'Failed' || phase === 'Succeeded') {
    return { kind: 'broken', why: 'start', detail: message ?? `its phase is ${phase}` }
  }
  const addresses = podIPs?.map(({ ip }) => ip) ?? (podIP === undefined ? [] : [podIP])
  const ready = conditions.find(({ type }) => type === 'Ready')
  if (phase === 'Running' && ready?.status === 'True' && addresses.length > 0) {
    return { kind: 'running', addresses, node: nodeName }
  }
  const scheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  return { kind: 'waiting', detail: scheduled?.message ?? ready?.message ?? `its phase is ${phase ?? 'not known'}` }
}
