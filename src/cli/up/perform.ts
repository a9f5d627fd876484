// The main job, inside the namespaces: plays the phases, prints the answer, keeps the live view; always leaves nothing.
import type { Inside } from '../../sandbox/enter.ts'
import { Sandbox } from '../../sandbox/sandbox.ts'
import type { UpOptions } from './options.ts'
import { CLEAN, ENVIRONMENT, type ExitCode, FINDINGS, UNUSABLE } from '../exit-code.ts'
import { printData, printNote } from '../output.ts'
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
    if (!(error instanceof ActorFailed)) throw error
    printNote(error.message)
    return error.exitCode === UNUSABLE ? UNUSABLE : ENVIRONMENT
  } finally {
    await sandbox?.stop()
  }
}
