// Folders that say nothing before they are built: kustomizations and Helm charts, built by their own programs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import type { Span } from '../../diag/source.ts'
import { type Ran, run } from './child.ts'
import { unitKind } from './git-tree.ts'
import type { ReadInput } from './read-input.ts'
import { decodeUtf8 } from './utf8.ts'

interface Builder {
  readonly program: string
  readonly args: readonly string[]
  /** As the user would type it. */
  readonly command: string
}

export interface BuildOptions {
  /** The namespace that charts are rendered for. */
  readonly namespace?: string
}

/** Programs that can build such a folder, the best first. */
function buildersOf(kind: 'kustomization' | 'chart', folder: string, { namespace }: BuildOptions): Builder[] {
  const path = folder.startsWith('-') ? `./${folder}` : folder
  const builder = (program: string, ...args: string[]) => ({
    program,
    args: [...args],
    command: [program, ...args].map((word) => (/^[\w./=:@%+-]+$/.test(word) ? word : JSON.stringify(word))).join(' '),
  })
  if (kind === 'kustomization') return [builder('kustomize', 'build', path), builder('kubectl', 'kustomize', path)]
  // Test hooks are pods that run once, when somebody asks for it.
  return [
    builder('helm', 'template', path, '--skip-tests', ...(namespace === undefined ? [] : ['--namespace', namespace])),
  ]
}

const WHAT = { kustomization: 'a kustomization', chart: 'a Helm chart' } as const

/**
 * Builds a folder that the user named, offline and within two minutes. One that lies inside of a named folder is not
 * guessed about: which of several overlays is meant is the user's to say.
 */
export function buildFolder(
  folder: string,
  names: readonly string[],
  { named, ...options }: BuildOptions & { readonly named: boolean },
): ReadInput | undefined {
  const kind = unitKind(names)
  if (!kind) return undefined
  const span = firstLineOf(folder, names)
  const builders = buildersOf(kind, folder, options)
  const commands = builders.map(({ command }) => `\`${command}\``).join(' or ')
  if (!named) {
    return refused({
      code: 'needs-build',
      message: `\`${folder}\` is ${WHAT[kind]} inside the named folder: it is not known whether it is the one that is applied`,
      ...(span && { span }),
      help: `name it itself to have it built, or have all files read as they stand with --no-build`,
    })
  }
  for (const builder of builders) {
    const ran = run(builder.program, builder.args, { timeout: 120_000 })
    if (ran.kind !== 'absent') return built(builder, ran, span)
  }
  return refused({
    code: 'build-tool-missing',
    message: `\`${folder}\` is ${WHAT[kind]}, and there is no ${builders.map(({ program }) => `\`${program}\``).join(' or ')} on the path to build it`,
    ...(span && { span }),
    help: `where there is one, run ${commands} and pipe it into moat with \`-f -\``,
  })
}

function refused(diagnostic: Omit<Diagnostic, 'severity'>): ReadInput {
  return { sources: [], diagnostics: [{ severity: 'error', ...diagnostic }] }
}

/** The output as one source, named by the command that made it. */
function built({ command }: Builder, ran: Exclude<Ran, { kind: 'absent' }>, span: Span | undefined): ReadInput {
  if (ran.kind === 'failed') {
    return refused({
      code: 'build-failed',
      message: `\`${command}\` failed: ${ran.reason}`,
      ...(span && { span }),
      ...(ran.stderr.length > 0 && { notes: ran.stderr.map((message) => ({ message })) }),
      help: 'mend it until the command works without network, or pipe what is built into moat with `-f -`',
    })
  }
  const remarks = ran.stderr.map((line): Diagnostic => ({
    severity: 'note',
    code: 'build-remark',
    message: `\`${command}\`: ${line.replace(/^#\s*/, '')}`,
    ...(span && { span }),
  }))
  const decoded = decodeUtf8(command, ran.stdout)
  if (!decoded.ok) return { sources: [], diagnostics: [...remarks, decoded.diagnostic] }
  return { sources: [decoded.source], diagnostics: remarks }
}

/** The place to show: the start of the file that makes the folder what it is. */
function firstLineOf(folder: string, names: readonly string[]): Span | undefined {
  const name = names.find((candidate) => unitKind([candidate]) !== undefined)
  if (name === undefined) return undefined
  const path = join(folder, name)
  try {
    const file = { name: path, text: readFileSync(path, 'utf8') }
    return { file, start: 0, end: Math.max(1, file.text.search(/\r?\n|$/)) }
  } catch {
    return undefined
  }
}
