// Which pods of the input serve a language model: those that a Moat names, and those that run a program known for it.
import { apiPortOf } from '../../intent/api-port.ts'
import type { RuntimeProfile } from '../../intent/runtimes/profile.ts'
import { allProfiles, profileOf } from '../../intent/runtimes/profiles.ts'
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

/** The repository of an image, without registry port confusion, tag and digest: `ghcr.io/ggml-org/llama.cpp`. */
export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
}

function runsImage(repository: string, known: string): boolean {
  const name = known.replace(/\/$/, '')
  if (known.endsWith('/')) return repository.startsWith(known) || repository.includes(`/${known}`)
  return repository === name || repository.endsWith(`/${name}`)
}

/** Mirrors keep the last two parts of a name: `mirror.example/vllm/vllm-openai`. */
function profileOfProgram(program: Program): { readonly profile: RuntimeProfile; readonly known: string } | undefined {
  const repository = repositoryOf(program.image)
  const line = program.words.join(' ')
  for (const profile of allProfiles()) {
    const image = profile.images.find((known) => runsImage(repository, known))
    if (image !== undefined) return { profile, known: `runs \`${program.image}\`` }
    const command = profile.commands.find((known) => ` ${line} `.includes(`${known} `) && startsWord(line, known))
    if (command !== undefined) return { profile, known: `runs \`${command}\`` }
  }
  return undefined
}

function startsWord(line: string, known: string): boolean {
  const at = line.indexOf(known)
  return at === 0 || /[\s/]/.test(line[at - 1] ?? '')
}

/** The number behind `--port`, as `--port 8000` or `--port=8000`, in one word or two. */
function portArgument(words: readonly string[]): number | undefined {
  const match = /(?:^|\s)--?(?:http-|api-)?port[= ](\d{1,5})(?:\s|$)/.exec(words.join(' '))
  return match ? Number(match[1]) : undefined
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
