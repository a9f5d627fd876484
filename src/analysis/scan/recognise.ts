// Which pods serve a model: surely, by program or Moat; likely, by what only model servers are labelled, set or numbered with.
import type { RuntimeProfile } from '../../intent/runtimes/profile.ts'
import { allProfiles } from '../../intent/runtimes/profiles.ts'
import { platformOf } from '../../intent/runtimes/platforms.ts'
import type { Pod, Snapshot } from '../../policy/snapshot.ts'
import { type ModelServer, modelServersOf } from '../lint/model-servers.ts'

export interface Recognised extends ModelServer {
  readonly certainty: 'sure' | 'likely'
}

/** Variables that one runtime alone reads. */
const VARIABLES: readonly (readonly [prefix: string, runtime: RuntimeProfile['runtime']])[] = [
  ['LLAMA_ARG_', 'LlamaCpp'],
  ['OLLAMA_', 'Ollama'],
  ['VLLM_', 'VLLM'],
  ['SGLANG_', 'SGLang'],
  ['LOCALAI_', 'LocalAI'],
  ['NIM_', 'NIM'],
]

/** Ports that hardly anything else listens on: 8080 and 8000 say nothing. */
const TELLING_PORTS: ReadonlySet<number> = new Set([11_434])

function declared(pod: Pod): number[] {
  return pod.ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port)
}

/** The runtime's own ports that the pod declares, else what it declares, else the runtime's first. */
function portsOf(pod: Pod, profile: RuntimeProfile | undefined): number[] {
  const own = declared(pod)
  const usual = profile?.apiPorts.map(({ port }) => port) ?? []
  const both = usual.filter((port) => own.includes(port))
  if (both.length > 0) return both
  return own.length > 0 ? own : usual.slice(0, 1)
}

function guess(pod: Pod): { readonly profile?: RuntimeProfile; readonly known: string } | undefined {
  const platform = platformOf(pod.labels)
  if (platform) {
    const value = pod.labels.get(platform.key) ?? ''
    return { known: `has the label \`${platform.key}: ${value}\` of ${platform.title}` }
  }
  const port = declared(pod).find((one) => TELLING_PORTS.has(one))
  const byPort = allProfiles().find((one) => port !== undefined && one.apiPorts[0].port === port)
  if (byPort) return { profile: byPort, known: `declares port ${port}, as ${byPort.title} does` }
  // A caller of a model has such variables too, but then it does not listen.
  if (declared(pod).length === 0) return undefined
  for (const { env } of pod.programs ?? []) {
    for (const [prefix, runtime] of VARIABLES) {
      const name = [...env.keys()].find((key) => key.startsWith(prefix) && !/(?:_URL|_BASE|_ENDPOINT)$/.test(key))
      const profile = name === undefined ? undefined : allProfiles().find((one) => one.runtime === runtime)
      const listens = profile?.apiPorts.some((one) => declared(pod).includes(one.port)) ?? false
      if (profile && listens) return { profile, known: `sets \`${name}\` and declares a port of ${profile.title}` }
    }
  }
  return undefined
}

/** Each pod at most once; in the order of the pods. */
export function recognise(snapshot: Snapshot, pods: readonly Pod[]): Recognised[] {
  const sure = new Map(modelServersOf(snapshot, pods).map((server) => [server.pod, server]))
  return pods.flatMap((pod): Recognised[] => {
    const server = sure.get(pod)
    if (server) return [{ ...server, certainty: 'sure' }]
    const found = guess(pod)
    const apiPorts = found ? portsOf(pod, found.profile) : []
    return found && apiPorts.length > 0 ? [{ pod, ...found, apiPorts, certainty: 'likely' }] : []
  })
}
