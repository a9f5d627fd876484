// The port that callers mean when they name none: said, known of the runtime, or declared by the pods.
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { MoatPort } from '../policy/moat-spec.ts'
import { matches } from '../policy/selector.ts'
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import type { RuntimeProfile } from './runtimes/profile.ts'
import { profileOf } from './runtimes/profiles.ts'
import { type Candidate, candidateName, selectedIn } from './selected-pods.ts'
import { listed } from './sentence.ts'

/** A resolved port, in words how it was found, and what should be said about it. */
export interface PortAnswer {
  /** `undefined`: not known, an error says why. */
  readonly port: MoatPort | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** The name that wins among several declared ports: what charts and the Kubernetes documentation call the main one. */
const MAIN_PORT_NAME = 'http'

const SAY = 'write the port your callers use, as spec.model.port'

function tcp(port: number | string): MoatPort {
  return { port, protocol: 'TCP' }
}

/** `8080 (http), 9090`, ascending. */
function listPorts(pods: readonly Candidate[]): string {
  const declared = new Map(declaredTcp(pods).map(({ port, name }) => [port, name]))
  return [...declared]
    .sort(([a], [b]) => a - b)
    .map(([port, name]) => (name === undefined ? `${port}` : `${port} (${name})`))
    .join(', ')
}

function declaredTcp(pods: readonly Candidate[]) {
  return pods.flatMap((pod) => pod.ports.filter(({ protocol }) => protocol === 'TCP'))
}

function numbers(pods: readonly Candidate[]): Set<number> {
  return new Set(declaredTcp(pods).map(({ port }) => port))
}

/** The port that Service users know, where it is not the pods' own: the commonest mistake (S20). */
function servicePortNote(moat: Moat, snapshot: Snapshot, port: number): string | undefined {
  const pods = selectedIn(snapshot, moat.namespace, moat.spec.model.pods)
  for (const service of snapshot.services) {
    const { selector, namespace, ports } = service
    const leads = namespace === moat.namespace && selector && pods.some((pod) => matches(selector, pod.labels))
    const entry = leads && ports.find((candidate) => candidate.port === port && candidate.targetPort !== port)
    if (entry) {
      return `${port} is a port of Service ${service.namespace}/${service.name}, which leads to pod port ${entry.targetPort}; policies speak of pod ports`
    }
  }
  return undefined
}

/** Whether the pod's declarations speak against the port. A name that is not declared resolves to nothing (S17). */
function lacks(pod: Candidate, said: MoatPort): boolean {
  const ports = pod.ports.filter(({ protocol }) => protocol === said.protocol)
  if (ports.some(({ port, name }) => port === said.port || name === said.port)) return false
  return ports.length > 0 || typeof said.port === 'string'
}

function explicit(moat: Moat, snapshot: Snapshot, said: MoatPort): PortAnswer {
  const pods = selectedIn(snapshot, moat.namespace, moat.spec.model.pods).filter((pod) => lacks(pod, said))
  if (pods.length === 0) return { port: said, diagnostics: [] }
  const span = said.span ?? moat.spec.model.span
  const note = typeof said.port === 'number' ? servicePortNote(moat, snapshot, said.port) : undefined
  const names = [...new Set(pods.map(candidateName))]
  return {
    port: said,
    diagnostics: [
      {
        severity: 'warning',
        code: 'moat-port-undeclared',
        message: `${listed(names)} ${names.length === 1 ? 'declares' : 'declare'} no port \`${said.port}\`, only ${listPorts(pods) || 'none at all'}`,
        ...(span && { span }),
        ...(note !== undefined && { notes: [{ message: note }] }),
        help: 'name the port that the model server listens on inside its pod',
      },
    ],
  }
}

function fromProfile(moat: Moat, pods: readonly Candidate[], profile: RuntimeProfile): PortAnswer {
  const declared = numbers(pods)
  const speaking = pods.filter((pod) => declaredTcp([pod]).length > 0)
  const known = profile.apiPorts.find(
    ({ port }) => declared.has(port) && speaking.every((pod) => numbers([pod]).has(port)),
  )
  if (known) return { port: tcp(known.port), diagnostics: [] }
  const [usual] = profile.apiPorts
  const span = moat.spec.model.span
  if (declared.size === 0) {
    return {
      port: tcp(usual.port),
      diagnostics: [
        {
          severity: 'note',
          code: 'moat-port-assumed',
          message: `no selected pod declares a port; ${profile.title} listens on tcp/${usual.port} unless told otherwise`,
          ...(span && { span }),
          help: SAY,
        },
      ],
    }
  }
  const usualPorts = profile.apiPorts.map(({ port }) => port).join(' or ')
  return {
    port: undefined,
    diagnostics: [
      {
        severity: 'error',
        code: 'moat-port-conflict',
        message: `${profile.title} listens on ${usualPorts} unless told otherwise, but the selected pods declare ${listPorts(pods)}`,
        ...(span && { span }),
        help: SAY,
      },
    ],
  }
}

function fromPods(moat: Moat, pods: readonly Candidate[]): PortAnswer {
  const span = moat.spec.model.span
  const unknown = (message: string): PortAnswer => ({
    port: undefined,
    diagnostics: [{ severity: 'error', code: 'moat-port-unknown', message, ...(span && { span }), help: SAY }],
  })
  if (pods.length === 0) {
    return unknown(`the API port is not said, and the input has no pod that Moat \`${moat.name}\` selects`)
  }
  const declared = numbers(pods)
  if (declared.size === 0) {
    return unknown('the API port is not said, and no selected pod declares a TCP port')
  }
  const [only] = declared
  if (declared.size === 1 && only !== undefined) return { port: tcp(only), diagnostics: [] }
  const named = pods.map((pod) => declaredTcp([pod]).filter(({ name }) => name === MAIN_PORT_NAME))
  if (named.some((ports) => ports.length !== 1)) {
    const names = [...new Set(pods.map(candidateName))].join(', ')
    return unknown(`the API port is not said, and the selected pods (${names}) declare several: ${listPorts(pods)}`)
  }
  const [first, ...others] = new Set(named.flat().map(({ port }) => port))
  // Pods that differ are told apart by the name, which each resolves for itself (S17).
  const port = tcp(others.length === 0 && first !== undefined ? first : MAIN_PORT_NAME)
  return {
    port,
    diagnostics: [
      {
        severity: 'note',
        code: 'moat-port-assumed',
        message: `of the declared ports ${listPorts(pods)} the one named \`${MAIN_PORT_NAME}\` is taken for the API port`,
        ...(span && { span }),
        help: SAY,
      },
    ],
  }
}

/**
 * The API port: `spec.model.port`, else the runtime's usual port that the pods declare, else the only TCP port that
 * the pods declare, or the one they all name `http`. What is left open is an error, never a guess.
 */
export function apiPortOf(moat: Moat, snapshot: Snapshot): PortAnswer {
  const { apiPort, runtime, pods: selector } = moat.spec.model
  if (apiPort) return explicit(moat, snapshot, apiPort)
  const pods = selectedIn(snapshot, moat.namespace, selector)
  const profile = profileOf(runtime)
  return profile ? fromProfile(moat, pods, profile) : fromPods(moat, pods)
}
