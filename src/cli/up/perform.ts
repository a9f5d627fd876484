// The main job, inside the namespaces: plays the phases, prints the answer, keeps the live view; always leaves nothing.
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { type Pod, qualifiedName } from '../../policy/snapshot.ts'
import { inspectMachine } from '../../sandbox/capabilities.ts'
import { SandboxError } from '../../sandbox/exec.ts'
import { COMMAND_ANNOTATION } from '../../sandbox/workload.ts'
import type { Inside } from '../../sandbox/enter.ts'
import { Sandbox } from '../../sandbox/sandbox.ts'
import type { UpOptions } from './options.ts'
import { CLEAN, ENVIRONMENT, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { printData, printDiagnostics, printNote } from '../output.ts'
import { ActorFailed } from './actors.ts'
import { EventTap } from './event-tap.ts'
import { liveView } from './live.ts'
import { play } from './play.ts'
import type { UpReport } from './report.ts'
import { RuleBook } from './rules.ts'
import type { Scene } from './scene.ts'
import { startStopwatch } from './stopwatch.ts'
import { tellTo } from './story.ts'

export interface Performance {
  readonly scene: Scene
  readonly inside: Inside
  readonly paths: readonly string[]
  readonly options: UpOptions
}

/** What a shell reports for a program that SIGINT ended. */
const INTERRUPTED = 130

/** Every cell as predicted, none inconclusive, no claim refuted. */
function isClean({ summary, proof }: UpReport): boolean {
  return summary.agree === summary.cells && !proof.some(({ verdict }) => verdict === 'REFUTED')
}

/** Which pod's program ended, and what of the user's could be the cause. */
function whereItFailed(pod: Pod): string {
  const own = pod.annotations.has(COMMAND_ANNOTATION)
  return [
    `  note: this is what the program in ${qualifiedName(pod)} said before it ended`,
    ...(own ? [`  help: the pod also runs what its annotation ${COMMAND_ANNOTATION} says: remove one of the two`] : []),
  ].join('\n')
}

/** What this machine cannot do after all; empty when it can do everything, so that the mistake is in the program. */
async function whatIsLacking(): Promise<Diagnostic[]> {
  const { capabilities } = await inspectMachine()
  return capabilities.flatMap(({ state, diagnostic }) => (state === 'fatal' && diagnostic ? diagnostic : []))
}

export async function perform({ scene, inside, paths, options }: Performance): Promise<ExitCode> {
  const ended = new AbortController()
  let atRest = false
  // While phases run, an end is abrupt: this is the first process of its namespaces, and the kernel takes all with it.
  inside.onStop(() => {
    if (atRest) ended.abort()
    else process.exit(INTERRUPTED)
  })
  const story = tellTo(options.output === 'json' ? process.stderr : process.stdout)
  const stopwatch = startStopwatch(true)
  let sandbox: Sandbox | undefined
  try {
    sandbox = await stopwatch.phase('sandbox', () => Sandbox.create(scene.topology, { accepted: true }))
    const stage = {
      sandbox,
      rules: new RuleBook(sandbox),
      tap: new EventTap(sandbox),
      story,
      stopwatch,
      options,
      mode: inside.mode,
    }
    const report = await play(scene, stage)
    if (options.output === 'json') printData(JSON.stringify(report, undefined, 2))
    if (!options.once) {
      atRest = true
      await liveView(stage, { scene, paths, cells: report.cells, ended: ended.signal })
    }
    return isClean(report) ? CLEAN : FINDINGS
  } catch (error) {
    if (error instanceof ActorFailed) {
      printNote(`${error.message}\n${whereItFailed(error.pod)}`)
      return error.exitCode === UNUSABLE ? UNUSABLE : ENVIRONMENT
    }
    const lacking = error instanceof SandboxError ? await whatIsLacking() : []
    if (lacking.length === 0) throw error
    printDiagnostics(lacking)
    return ENVIRONMENT
  } finally {
    await sandbox?.stop()
  }
}
