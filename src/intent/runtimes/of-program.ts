// Which runtime a container runs, and on which port its arguments set it.
import type { Program } from '../../policy/snapshot.ts'
import type { RuntimeProfile } from './profile.ts'
import { allProfiles } from './profiles.ts'

/** The repository of an image, without registry port confusion, tag and digest: `ghcr.io/ggml-org/llama.cpp`. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
}

function runsImage(repository: string, known: string): boolean {
  const name = known.replace(/\/$/, '')
  if (known.endsWith('/')) return repository.startsWith(known) || repository.includes(`/${known}`)
  return repository === name || repository.endsWith(`/${name}`)
}

/** Mirrors keep the last two parts of a name: `mirror.example/vllm/vllm-openai`. */
export function profileOfProgram(
  program: Program,
): { readonly profile: RuntimeProfile; readonly known: string } | undefined {
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
export function portArgument(words: readonly string[]): number | undefined {
  const match = /(?:^|\s)--?(?:http-|api-)?port[= ](\d{1,5})(?:\s|$)/.exec(words.join(' '))
  return match ? Number(match[1]) : undefined
}
