// Which pods of the input serve a language model: those that a Moat names, and those that run a program known for it.
import { apiPortOf } from '../../intent/api-port.ts'
import type { RuntimeProfile } from '../../intent/runtimes/profile.ts'
import { portArgument, profileOfProgram } from '../../intent/runtimes/of-program.ts'
import { profileOf } from '../../intent/runtimes/profiles.ts'
import { matches } from '../../policy/selector.ts'
import type { Pod, Program, Snapshot } from '../../policy/snapshot.ts'

export interface ModelServer {
  readonly pod: Pod
  /** Absent where only a Moat says that it is one. */
  readonly profile?: RuntimeProfile
  /** TCP ports that callers use; never empty. */
  readonly apiPorts: readonly number[]
  /** How it is known, as a clause: `runs ollama/ollama`. */
  readonly known: string
}

/** The ports that callers use: said by arguments, else the runtime's that the pod declares, else those it has by itself. */
function portsOf(pod: Pod, program: Program, profile: RuntimeProfile): number[] {
  const said = portArgument(program.words)
  if (said !== undefined) return [said]
  const declared = new Set(pod.ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port))
  const usual = profile.apiPorts.map(({ port }) => port)
  const both = usual.filter((port) => declared.has(port))
  if (both.length > 0) return both
  const [only] = declared
  if (declared.size === 1 && only !== undefined) return [only]
  return usual.slice(0, 1)
}

function ofProgram(pod: Pod): ModelServer | undefined {
  for (const program of pod.programs ?? []) {
    const found = profileOfProgram(program)
    if (found) return { pod, ...found, apiPorts: portsOf(pod, program, found.profile) }
  }
  return undefined
}

/** Those of Moats first say their port; the same pod is listed once. */
export function modelServersOf(snapshot: Snapshot, pods: readonly Pod[]): ModelServer[] {
  const ports = snapshot.moats.map((moat) => ({ moat, port: apiPortOf(moat, snapshot).port }))
  return pods.flatMap((pod): ModelServer[] => {
    const program = ofProgram(pod)
    const stated = ports.find(
      ({ moat }) => moat.namespace === pod.namespace && matches(moat.spec.model.pods, pod.labels),
    )
    if (!stated?.port) return program ? [program] : []
    const { moat, port } = stated
    const numbers =
      typeof port.port === 'number'
        ? [port.port]
        : pod.ports.flatMap((one) => (one.name === port.port && one.protocol === 'TCP' ? [one.port] : []))
    const profile = program?.profile ?? profileOf(moat.spec.model.runtime)
    const apiPorts = numbers.length > 0 ? numbers : (program?.apiPorts ?? [])
    if (apiPorts.length === 0) return []
    return [{ pod, apiPorts, known: `is the model of Moat \`${moat.name}\``, ...(profile && { profile }) }]
  })
}
