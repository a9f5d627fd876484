// `moat init`: finds the workload, drafts its Moat, asks what only a person knows, checks the result and writes it.
import { existsSync, writeFileSync } from 'node:fs'
import { type Diagnostic, hasErrors } from '../../diag/diagnostic.ts'
import type { Draft } from '../../intent/init/draft.ts'
import { draftOf, surroundingsOf } from '../../intent/init/init.ts'
import { type Subject, subjectName } from '../../intent/init/subjects.ts'
import { policiesInForce } from '../../intent/policies-in-force.ts'
import { configTexts } from '../../parse/config-maps.ts'
import { parse } from '../../parse/parse.ts'
import { matches } from '../../policy/selector.ts'
import { qualifiedName, type Snapshot } from '../../policy/snapshot.ts'
import { moatFile } from '../../render/moat-file.ts'
import { CLEAN, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { type InputOptions, type Loaded, loadInput } from '../load.ts'
import { printData, printDiagnostics, printNote } from '../output.ts'
import { answered, onTerminal } from './ask.ts'

export interface InitOptions extends InputOptions {
  readonly output: string
  readonly force: boolean
}

function error(code: string, message: string, help: string): Diagnostic {
  return { severity: 'error', code, message, help }
}

/** `ns/name` or `name`; several or none are an error that names some. */
function find(wanted: string, subjects: readonly Subject[], namespace: string | undefined): Subject | Diagnostic {
  const slash = wanted.indexOf('/')
  const space = slash === -1 ? namespace : wanted.slice(0, slash)
  const name = wanted.slice(slash + 1)
  const found = subjects.filter((one) => one.name === name && (space === undefined || one.namespace === space))
  const [only] = found
  if (only && found.length === 1) return only
  const some = (list: readonly Subject[]) =>
    list
      .slice(0, 8)
      .map((one) => `\`${qualifiedName(one)}\``)
      .join(', ')
  if (found.length > 1) {
    return error(
      'init-ambiguous',
      `\`${wanted}\` may be ${found.map((one) => `\`${subjectName(one)}\``).join(' or ')}`,
      'write NAMESPACE/WORKLOAD, and leave the others out of the input where even that is not enough',
    )
  }
  return error(
    'init-unknown-workload',
    `the input has no workload or pod \`${wanted}\``,
    subjects.length === 0
      ? 'name the files or folders with the workloads'
      : `it has ${some(subjects)}${subjects.length > 8 ? ', …' : ''}`,
  )
}

function alreadyProtected(subject: Subject, { moats }: Snapshot): Diagnostic | undefined {
  const moat = moats.find(
    ({ namespace, spec }) => namespace === subject.namespace && matches(spec.model.pods, subject.labels),
  )
  return (
    moat && {
      ...error(
        'init-moat-exists',
        `Moat \`${qualifiedName(moat)}\` protects ${subjectName(subject)} already`,
        'change that one, or draft another with --force',
      ),
      ...(moat.span && { span: moat.span }),
    }
  )
}

/** Reads the draft beside the input, as `moat render` would. */
function check(text: string, { sources }: Loaded, options: InitOptions): readonly Diagnostic[] {
  const name = options.output === '-' ? 'moat.yaml' : options.output
  const { snapshot, diagnostics } = parse(
    [...sources.filter((source) => source.name !== name), { name, text }],
    options.namespace === undefined ? {} : { defaultNamespace: options.namespace },
  )
  const own = diagnostics.filter(({ span }) => span?.file.name === name)
  return hasErrors(own)
    ? own
    : [...own, ...policiesInForce(snapshot).diagnostics.filter(({ span }) => span?.file.name === name)]
}

export async function init(workload: string, paths: readonly string[], options: InitOptions): Promise<ExitCode> {
  const { output, force } = options
  const loaded = loadInput(paths, options)
  const stop = (...diagnostics: readonly Diagnostic[]): ExitCode => {
    printDiagnostics([...loaded.diagnostics, ...diagnostics])
    return UNUSABLE
  }
  if (!loaded.usable) return stop()
  const configs = new Map(
    configTexts(loaded.sources, options.namespace ?? 'default').map((config) => [qualifiedName(config), config.text]),
  )
  const around = surroundingsOf(loaded.written, configs)
  const subject = find(workload, around.subjects, options.namespace)
  if ('severity' in subject) return stop(subject)
  const exists = force ? undefined : alreadyProtected(subject, loaded.written)
  if (exists) return stop(exists)
  if (output !== '-' && !force && existsSync(output)) {
    return stop(
      error('init-file-exists', `\`${output}\` is there already`, 'write elsewhere with -o, or over it with --force'),
    )
  }
  const drafted = draftOf(subject, around)
  if (!drafted) {
    return stop(
      error(
        'init-no-labels',
        `${subjectName(subject)} has no label that stays the same from one roll-out to the next`,
        'give its pods a label such as `app`',
      ),
    )
  }
  printDiagnostics(loaded.diagnostics)
  const draft = isInteractive() ? await onTerminal((ask) => answered(drafted, around.subjects, ask)) : drafted
  const text = moatFile(draft)
  const problems = check(text, loaded, options)
  if (output === '-') printData(text)
  else {
    try {
      writeFileSync(output, text, force ? {} : { flag: 'wx' })
    } catch (reason) {
      return stop(
        error(
          'init-not-written',
          `\`${output}\` cannot be written: ${(reason as NodeJS.ErrnoException).code}`,
          'write elsewhere with -o',
        ),
      )
    }
  }
  printDiagnostics(problems)
  for (const line of summary(draft, output)) printNote(line)
  return hasErrors(problems) || draft.questions.length > 0 ? FINDINGS : CLEAN
}

function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY
}

function summary(draft: Draft, output: string): string[] {
  const { port, callers, scrapers, egress, remarks, questions } = draft
  const names = (list: Draft['callers'] | Draft['egress']) => list.map(({ value }) => value.name).join(', ') || 'nobody'
  return [
    `${output === '-' ? 'drafted' : `wrote ${output}:`} the moat of ${draft.model}, port ${port?.value.port ?? 'not known'}`,
    `  callers: ${names(callers)}; scrapers: ${names(scrapers)}; egress: ${egress.length === 0 ? 'nowhere' : names(egress)}`,
    ...remarks.map((text) => `  note: ${text}`),
    ...questions.map(({ text }) => `  open: ${text}`),
  ]
}
